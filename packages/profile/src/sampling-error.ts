import type { ProfileMeta } from './profile.ts'

/** One side of a comparison: weight and events of a part (a function, a node), and of all that was selected there. */
export type Side = { weight: number; count: number; allWeight: number; allCount: number }

/** Changes below this many standard errors are called noise: 3 leaves 1 in 370 that chance made, of the many that are looked at. */
export const CLEAR_ERRORS = 3

/**
 * How many standard errors the share of `here` is above (below: negative) that of `there`. A share of k events is off by about its k-th
 * part's root: √k events of k (they come as a Poisson process does); weights that vary, as lengths of waits do, by √2 as much (lengths
 * that are exponentially distributed). A side without any event could as well have had one. Samples that come in bunches are surer in this
 * than they are.
 */
export function standardErrors(here: Side, there: Side, unit: ProfileMeta['unit']): number {
  const variance = varianceOf(here, unit) + varianceOf(there, unit)
  return variance === 0 ? 0 : (shareOf(here) - shareOf(there)) / Math.sqrt(variance)
}

export const shareOf = ({ weight, allWeight }: Side): number => (allWeight > 0 ? weight / allWeight : 0)

function varianceOf(side: Side, unit: ProfileMeta['unit']): number {
  if (side.allCount === 0) return Number.POSITIVE_INFINITY
  if (side.count === 0) return 1 / side.allCount ** 2
  const share = shareOf(side)
  // A share of everything cannot be off.
  return (share * share * Math.max(0, 1 - share) * (unit === 'samples' ? 1 : 2)) / side.count
}
