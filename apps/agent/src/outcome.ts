import { endReportSchema, targetQualitySchema, type targetRefSchema } from '@sonde/contract'
import { z } from 'zod'

/**
 * How a capture ended on this host: with a whole result (`finish`, the server then sets `done`), or as the end report says.
 * It is journaled before the server hears of it.
 */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('finish'),
    quality: targetQualitySchema,
    recordedMs: z.number().nonnegative(),
    /** Chunks in the spool at the end: were some lost after a crash, the manifest must not look whole. */
    chunkCount: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('end'), report: endReportSchema }),
])
export type Outcome = z.infer<typeof outcomeSchema>

export const targetKey = (target: z.infer<typeof targetRefSchema>): string => `${target.captureId}-${target.attempt}`
