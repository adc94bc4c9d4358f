import * as z from 'zod'
import { idSchema } from './text.ts'

/**
 * What a host can watch of itself. `pressure-*`: the kernel's pressure stall information, `some avg10` of /proc/pressure/* (share of
 * time, over about ten seconds, in which at least one task waited for the resource; Documentation/accounting/psi.rst).
 * `run-queue`: runnable tasks for each CPU. `iowait`: share of all CPUs' time that was idle with I/O outstanding.
 */
export const THRESHOLD_METRICS = ['pressure-cpu', 'pressure-io', 'pressure-memory', 'run-queue', 'iowait'] as const
export const thresholdMetricSchema = z.enum(THRESHOLD_METRICS)
export type ThresholdMetric = z.infer<typeof thresholdMetricSchema>

/** `unit` follows the number as it is. `max`: of a threshold, not of what a host may measure. */
export const THRESHOLD_METRIC_WORDS: Record<ThresholdMetric, { name: string; unit: string; max: number; default: number }> = {
  'pressure-cpu': { name: 'CPU pressure', unit: ' %', max: 100, default: 40 },
  'pressure-io': { name: 'I/O pressure', unit: ' %', max: 100, default: 30 },
  'pressure-memory': { name: 'memory pressure', unit: ' %', max: 100, default: 20 },
  'run-queue': { name: 'run queue', unit: ' tasks per CPU', max: 1_000, default: 2 },
  iowait: { name: 'I/O wait', unit: ' %', max: 100, default: 30 },
}

export const THRESHOLD_FOR_S = { min: 2, max: 600, default: 10 } as const

/** Trips when the value has been at least `above` for `forS` seconds; armed again when it has been below `clearBelow` for as long. */
const thresholdShape = {
  metric: thresholdMetricSchema,
  above: z.number().positive().max(1_000),
  clearBelow: z.number().positive().max(1_000),
  forS: z.number().int().min(THRESHOLD_FOR_S.min).max(THRESHOLD_FOR_S.max),
}
export const thresholdSchema = z.object(thresholdShape)
export type Threshold = z.infer<typeof thresholdSchema>

/** A threshold that a host is asked to watch, with the rule that it belongs to. */
export const thresholdWatchSchema = thresholdSchema.extend({ ruleId: idSchema })
export type ThresholdWatch = z.infer<typeof thresholdWatchSchema>
export const MAX_WATCHES = 50

/** A host's report that a threshold tripped; sent at once, and again until it is answered. */
export const thresholdTripSchema = z.object({
  ruleId: idSchema,
  metric: thresholdMetricSchema,
  /** The lowest value within the time that it held. */
  value: z.number().nonnegative().max(1_000_000),
  forS: z.number().nonnegative().max(86_400),
  /** By the host's clock, ms since the epoch; with the rule, the name of this trip. */
  trippedAtMs: z.number().int().nonnegative().max(4_102_444_800_000),
})
export type ThresholdTrip = z.infer<typeof thresholdTripSchema>

/** What a host measures of itself, one moment; null: it cannot. */
export type ThresholdSample = Record<ThresholdMetric, number | null>

/** Where a watched threshold stands: since when the value has been on the other side, ms; null: it is not. */
export type ThresholdState = { tripped: boolean; sinceMs: number | null; extreme: number }
export const ARMED: ThresholdState = { tripped: false, sinceMs: null, extreme: Number.POSITIVE_INFINITY }

/**
 * One sample further. `tripped` of the result turns true at the sample where the value has held for `forS` seconds, and false again
 * when it has stayed below `clearBelow` for as long, so that a value that swings around the threshold trips once. A sample that is
 * missing (null) breaks neither: it says nothing. `nowMs`: of a clock that only moves forward.
 */
export function stepThreshold(state: ThresholdState, threshold: Threshold, value: number | null, nowMs: number): ThresholdState {
  if (value === null) return state
  const leaving = state.tripped ? value < threshold.clearBelow : value >= threshold.above
  if (!leaving) return { ...state, sinceMs: null, extreme: Number.POSITIVE_INFINITY }
  const sinceMs = state.sinceMs ?? nowMs
  const extreme = Math.min(state.extreme, value)
  if (nowMs - sinceMs < threshold.forS * 1_000) return { ...state, sinceMs, extreme }
  return { tripped: !state.tripped, sinceMs: null, extreme }
}
