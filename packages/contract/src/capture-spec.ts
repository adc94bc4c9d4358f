import * as z from 'zod'
import type { CapabilityId } from './host.ts'
import { COLLECTOR_IDS, type Instrument, instrumentSchema, requiredCapabilities } from './instrument.ts'
import { idSchema } from './text.ts'

/**
 * What to capture, as typed data. It is compiled on the agent from the agent's own templates (packages/tracer);
 * nothing in it is ever pasted into a program or given to a shell.
 */

/**
 * Which processes to record; absent = the whole host.
 * - pid: one process (thread group) and what it starts.
 * - process: every process whose comm is exactly `name` when the capture starts.
 * - cgroup: every process below this cgroup v2 path.
 * - container: every process of the container whose id begins so (12 to 64 hex digits).
 */
export const captureFilterSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pid'), pid: z.number().int().min(1).max(4_194_304) }).strict(),
  z.object({ kind: z.literal('process'), name: z.string().min(1).max(15) }).strict(),
  z
    .object({
      kind: z.literal('cgroup'),
      path: z
        .string()
        .max(512)
        .regex(/^(\/[A-Za-z0-9@_.:\\-]+)+$/, 'a cgroup path is absolute and made of letters, digits and @ _ . : \\ -')
        .refine((p) => !p.split('/').includes('..') && !p.split('/').includes('.'), 'a cgroup path has no . or .. in it'),
    })
    .strict(),
  z
    .object({
      kind: z.literal('container'),
      id: z.string().regex(/^[0-9a-f]{12,64}$/, 'a container id is 12 to 64 hex digits'),
    })
    .strict(),
])
export type CaptureFilter = z.infer<typeof captureFilterSchema>

export const DURATION_MS = { min: 1_000, max: 300_000, default: 30_000 } as const

/** Id of a recipe: the name of its file in `recipes/`. */
export const recipeIdSchema = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, 'not the name of a recipe')
export type RecipeId = z.infer<typeof recipeIdSchema>

export const captureSpecSchema = z
  .object({
    version: z.literal(2),
    /** Where the instruments came from; a title and a link, nothing is looked up by it. Null: put together by hand. */
    recipe: recipeIdSchema.nullable(),
    /** At most one per collector, so that each result has one origin. */
    instruments: z
      .array(instrumentSchema)
      .min(1, 'pick at least one collector')
      .max(COLLECTOR_IDS.length)
      .refine((list) => new Set(list.map((i) => i.collector)).size === list.length, 'at most one instrument for each collector'),
    durationMs: z.number().int().min(DURATION_MS.min).max(DURATION_MS.max),
    filter: captureFilterSchema.optional(),
    /** Only what runs as this user. */
    uid: z.number().int().min(0).max(4_294_967_294).optional(),
    /** Only what happens on these CPUs. */
    cpus: z.array(z.number().int().min(0).max(8191)).min(1).max(256).optional(),
  })
  .strict()
export type CaptureSpec = z.infer<typeof captureSpecSchema>
/** A spec before defaults are filled in: what a person or a client writes. */
export type CaptureSpecInput = z.input<typeof captureSpecSchema>

/** What a host must be able to do for this spec. */
export function capabilitiesOf(spec: { instruments: readonly Instrument[] }): CapabilityId[] {
  return [...new Set(spec.instruments.flatMap(requiredCapabilities))]
}

export const startCaptureInputSchema = z.object({
  hostIds: z.array(idSchema).min(1, 'pick at least one host').max(500),
  spec: captureSpecSchema,
  title: z.string().trim().max(120).optional(),
})
export type StartCaptureInput = z.infer<typeof startCaptureInputSchema>
