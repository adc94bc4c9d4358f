/** A piece of the recording: CLOCK_MONOTONIC ns. */
export type TimeSpan = { fromNs: number; toNs: number }

/** A slice as results have it, ms since time 0; null where it lies before that. One that began before is of the part after. */
export function sliceTimes({ fromNs, toNs }: TimeSpan, zeroNs: number): { atMs: number; lengthMs: number } | null {
  const atMs = Math.max(0, (fromNs - zeroNs) / 1e6)
  const lengthMs = (toNs - zeroNs) / 1e6 - atMs
  return lengthMs > 0 ? { atMs, lengthMs } : null
}
