import * as z from 'zod'
import { captureFilterSchema, captureSpecSchema, DURATION_MS, recipeIdSchema } from './capture-spec.ts'
import { idSchema } from './text.ts'

/** Selects every host. An empty selector selects none: it is more often a mistake in a script than meant. */
export const EVERY_HOST = '*'

/**
 * A capture as programs ask for it: hosts by id or by a selector, what to record as a recipe with its values or as a whole spec. What a
 * recipe leaves open (how long, which processes) may be said beside it.
 */
export const requestCaptureInputSchema = z
  .object({
    hostIds: z.array(idSchema).min(1).max(500).optional(),
    selector: z
      .string()
      .trim()
      .min(1, `say which hosts, or ${EVERY_HOST} for all`)
      .max(500)
      .optional()
      .describe(
        `Words as in the search of hosts, \`service=checkout env=prod\`: those of the matching hosts that are online. \`${EVERY_HOST}\`: all.`,
      ),
    recipe: recipeIdSchema.optional(),
    values: z.record(z.string().max(64), z.unknown()).optional().describe("The recipe's parameters by name."),
    durationMs: z.number().int().min(DURATION_MS.min).max(DURATION_MS.max).optional(),
    filter: captureFilterSchema.optional(),
    uid: captureSpecSchema.shape.uid,
    cpus: captureSpecSchema.shape.cpus,
    spec: captureSpecSchema.optional(),
    title: z.string().trim().max(120).optional(),
    reason: z.string().trim().min(1).max(300).optional().describe('Why, as a plain sentence: shown on the capture.'),
  })
  .strict()
  .refine((input) => (input.hostIds === undefined) !== (input.selector === undefined), 'say which hosts: either hostIds or a selector')
  .refine((input) => (input.recipe === undefined) !== (input.spec === undefined), 'say what to record: either a recipe or a spec')
  .refine(
    (input) =>
      input.spec === undefined || [input.values, input.durationMs, input.filter, input.uid, input.cpus].every((v) => v === undefined),
    'a spec says it all: values, durationMs, filter, uid and cpus go with a recipe',
  )
export type RequestCaptureInput = z.infer<typeof requestCaptureInputSchema>

const hostNameSchema = z.object({ id: idSchema, name: z.string() })
/** What became of it. `offline`: hosts that match, but do not answer now; nothing was asked of them. */
export const requestedCaptureSchema = z.object({
  id: idSchema,
  url: z.string(),
  hosts: z.array(hostNameSchema),
  offline: z.array(hostNameSchema),
})
export type RequestedCapture = z.infer<typeof requestedCaptureSchema>
