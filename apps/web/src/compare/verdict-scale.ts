import type { Verdict } from '@sonde/contract'
import type { ProfileSummary } from '@sonde/flamegraph/react'
import type { ComparedSides } from '@sonde/profile'
import { isSureFunction } from './finding-rows.ts'

/** A side's divisor for weights as they are in the profile. Functions in seconds of CPU are samples times their period. */
function perWeight(divisor: number | null, verdict: Verdict, { unit, periodNs }: ProfileSummary['meta']): number | null {
  if (divisor === null || !(divisor > 0)) return null
  if (!verdict.functionUnit.startsWith('cpu-seconds') || unit !== 'samples') return divisor
  return periodNs > 0 ? (divisor * 1e9) / periodNs : null
}

/**
 * How the differential graph is to be made: divided as the verdict's functions are, grey where it finds nothing significant. Without a
 * verdict yet, and where one side has no divisor, shares are compared; without one each frame is judged by chance alone.
 */
export function comparedSides(verdict: Verdict | undefined, meta: ProfileSummary['meta'], widths: ComparedSides['widths']): ComparedSides {
  const names = { here: 'B', rest: 'A' }
  if (!verdict) return { names, per: null, unit: 'share', widths, significant: null }
  const significant = verdict.functions.filter(isSureFunction).map(({ key }) => key)
  const [here, rest] = [perWeight(verdict.b.divisor, verdict, meta), perWeight(verdict.a.divisor, verdict, meta)]
  const isShare = verdict.functionUnit === 'share' || here === null || rest === null
  return isShare
    ? { names, per: null, unit: 'share', widths, significant }
    : { names, per: { here, rest }, unit: verdict.functionUnit, widths, significant }
}
