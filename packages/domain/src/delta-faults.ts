import type { CountersDelta, CountsDelta, EventsDelta, LatencyDelta } from '@sonde/contract'

/**
 * What is wrong with a delta whose form is right: rows that point nowhere, times outside the capture. Words that follow "part 3",
 * null where all is well. `limitMs`: no result of the capture covers more.
 */

/** Clocks of the probes and of the tool that is read differ a little at the very start. */
const EARLY_MS = 1_000
/** 2^63: no sum of a kernel's integers within a slice goes beyond. */
const MAX_SUM = 2 ** 63

type Slice = { atMs: number; lengthMs: number }

const OUTSIDE = 'claims to cover more time than the capture takes'

const isOutside = (slice: Slice, limitMs: number): boolean => slice.atMs + slice.lengthMs > limitMs

export function countsFault(delta: CountsDelta, limitMs: number): string | null {
  for (const slice of delta.slices) {
    if (isOutside(slice, limitMs)) return OUTSIDE
    for (const row of slice.rows) {
      if (row.probe >= delta.probes.length) return `has a row of probe ${row.probe}, but names ${delta.probes.length}`
      if (Math.abs(row.sum) > MAX_SUM) return 'has a sum that no integers add up to'
    }
  }
  return null
}

export function latencyFault(delta: LatencyDelta, limitMs: number): string | null {
  return delta.slices.some((slice) => isOutside(slice, limitMs)) ? OUTSIDE : null
}

export function eventsFault(delta: EventsDelta, limitMs: number): string | null {
  for (const row of delta.rows) {
    if (row.timeUs < -EARLY_MS * 1_000 || row.timeUs > limitMs * 1_000) return OUTSIDE
    if (row.values.length !== delta.fields.length) return `has a row of ${row.values.length} values for ${delta.fields.length} fields`
  }
  return null
}

export function countersFault(delta: CountersDelta, limitMs: number): string | null {
  return delta.intervals.some((interval) => isOutside(interval, limitMs)) ? OUTSIDE : null
}
