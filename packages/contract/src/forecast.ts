import * as z from 'zod'
import { hostText } from './text.ts'

/**
 * What attaching would cost on one host, from a dry count: the probes were counted for a moment, nothing was recorded.
 * Rates are per second over all CPUs; costs are of one core (1 = a whole core).
 */
export const forecastSchema = z.object({
  /** Wall time counted, ms; 0 where there was nothing to count (timed sampling costs what its rate says). */
  countedMs: z.number().nonnegative(),
  /** Times each probe fired while it was counted. A wildcard has a row for each thing it stands for. */
  probes: z.array(z.object({ label: hostText(300), hits: z.number().int().nonnegative(), costNs: z.number().nonnegative() })).max(600),
  hitsPerSecond: z.number().nonnegative(),
  /** Predicted: hits × cost per hit, plus what the tools themselves use. */
  cores: z.number().nonnegative(),
  /** Predicted bytes of result per second, gzipped. */
  bytesPerSecond: z.number().nonnegative(),
  /**
   * ok: within the host's budget. sampled: would be above it, so only one in `every` events is recorded. over-budget: not attached.
   */
  verdict: z.enum(['ok', 'sampled', 'over-budget']),
  every: z.number().int().min(1),
  budget: z.object({ hitsPerSecond: z.number(), cores: z.number(), memoryBytes: z.number(), outputBytes: z.number() }),
  /** One sentence that says what the verdict means. */
  message: hostText(500),
})
export type Forecast = z.infer<typeof forecastSchema>

/** The answer to "what would it cost?": a forecast, or why the host would not even count. */
export const forecastAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), forecast: forecastSchema }),
  z.object({ ok: z.literal(false), reason: z.string(), message: hostText(2000) }),
])
export type ForecastAnswer = z.infer<typeof forecastAnswerSchema>
