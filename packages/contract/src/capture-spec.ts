import { z } from 'zod'
import { idSchema } from './text.ts'

/**
 * What to capture, as typed data. It is compiled on the agent from the agent's own templates (packages/tracer);
 * nothing in it is ever pasted into a program or given to a shell.
 */
export const RECIPE_IDS = ['cpu-profile', 'syscall-breakdown', 'cpu-and-syscalls'] as const
export const recipeIdSchema = z.enum(RECIPE_IDS)
export type RecipeId = z.infer<typeof recipeIdSchema>

/**
 * Which processes to record; absent = the whole host.
 * - pid: one process (thread group) and what it starts.
 * - process: every process whose comm is exactly `name` when the capture starts.
 * - cgroup: every process below this cgroup v2 path.
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
])
export type CaptureFilter = z.infer<typeof captureFilterSchema>

export const DURATION_MS = { min: 1_000, max: 300_000, default: 30_000 } as const
export const RATE_HZ = { min: 1, max: 999, default: 99 } as const

export const captureSpecSchema = z
  .object({
    recipe: recipeIdSchema,
    durationMs: z.number().int().min(DURATION_MS.min).max(DURATION_MS.max),
    /** Samples per second and CPU. 99, not 100, so that sampling does not march in step with timers. Unused by syscall-breakdown. */
    rateHz: z.number().int().min(RATE_HZ.min).max(RATE_HZ.max),
    filter: captureFilterSchema.optional(),
  })
  .strict()
export type CaptureSpec = z.infer<typeof captureSpecSchema>

export const startCaptureInputSchema = z.object({
  hostIds: z.array(idSchema).min(1, 'pick at least one host').max(500),
  spec: captureSpecSchema,
  title: z.string().trim().max(120).optional(),
})
export type StartCaptureInput = z.infer<typeof startCaptureInputSchema>
