import type { SliceBounds, TimeWindow } from '@sonde/contract'

/** The slices [first, last] of a host, and where they really begin and end on the capture's axis. */
export type SliceRange = { first: number; last: number; bounds: SliceBounds }

/**
 * The whole slices that a window means: those whose middle lies in it; where it is narrower than one, the slice that it lies in. All of
 * them without a window. Null where the host recorded nothing there.
 *
 * @param ends where each slice ends, ms of the host's own time, which begins `offsetMs` after the capture's
 */
export function sliceRange(ends: readonly number[], offsetMs: number, window: TimeWindow | undefined): SliceRange | null {
  let first = -1
  let last = -1
  for (let slice = 0; slice < ends.length; slice++) {
    if (window && !isMeant(offsetMs + (ends[slice - 1] ?? 0), offsetMs + (ends[slice] ?? 0), window)) continue
    if (first < 0) first = slice
    last = slice
  }
  if (first < 0) return null
  return {
    first,
    last,
    bounds: { fromMs: offsetMs + (ends[first - 1] ?? 0), toMs: offsetMs + (ends[last] ?? 0), slices: last - first + 1 },
  }
}

function isMeant(fromMs: number, toMs: number, window: TimeWindow): boolean {
  const middle = (fromMs + toMs) / 2
  if (middle >= window.fromMs && middle < window.toMs) return true
  const wanted = (window.fromMs + window.toMs) / 2
  return window.toMs - window.fromMs < toMs - fromMs && wanted >= fromMs && wanted < toMs
}

/** The bounds of several hosts together; null for none. */
export function spanOfBounds(all: readonly SliceBounds[]): SliceBounds | null {
  if (all.length === 0) return null
  return {
    fromMs: Math.min(...all.map((bounds) => bounds.fromMs)),
    toMs: Math.max(...all.map((bounds) => bounds.toMs)),
    slices: Math.max(...all.map((bounds) => bounds.slices)),
  }
}
