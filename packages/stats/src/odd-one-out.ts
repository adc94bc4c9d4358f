import { chanceOfIndependentDraws, meanDivergence } from './jensen-shannon.ts'
import { pseudoUnitDistances } from './pseudo-units.ts'
import { seededDraws, sharesOf, type Unit } from './units.ts'
import { upperQuantile } from './upper-quantile.ts'

/**
 * How far each of several units (hosts) is from the others, and which of them are further than chance and the others' own variety explain.
 *
 * `distance`: Jensen–Shannon divergence, bits, 0..1, between the unit's shares and the mean of the shares of all others (each counts the
 * same, however much it recorded); with several parts, the mean over them. A unit is `odd` where its distance passes `threshold`, the
 * largest of three:
 *
 * - `chance`: what a unit that is no different would stay below, as units put together at random from slices of time of the others show
 *   (`pseudo-units.ts`), taken as a gamma distribution, at a level of 0.05 / units: by chance alone, any unit at all passes it in 1 of 20
 *   fleets. `chanceMean` is what it would be on average. Without slices draws are taken as independent, which is too kind to whatever
 *   comes in bunches: then the second bound must tell.
 * - Units of a fleet do differ. `usual`: the median over the others of how far each is from its own rest beyond chance, this unit left out
 *   of the fleet. A unit must be further than that by `OUTLYING` times their spread, the median absolute deviation × 1.4826 (a robust
 *   standard deviation: B. Iglewicz and D. Hoaglin, "How to Detect and Handle Outliers", 1993), or half of `usual` where that is more:
 *   few others look more alike than they are.
 * - `LEAST`: what is less is of no use to anybody, however sure.
 */
export type UnitDistance = {
  distance: number
  chanceMean: number
  chance: number
  usual: number
  threshold: number
  odd: boolean
}

export type OddOptions = {
  /** Bounds of the parts of the categories: [0, a, b] are the parts [0, a) and [a, b), whose shares add up to 1 each. */
  parts: readonly number[]
  /** Units are whole totals, not slices of time. */
  unsliced?: boolean
  seed?: number
}

/** It takes three to tell which one is odd. */
export const MIN_UNITS = 3
/** In robust standard deviations. Distances are skewed to the right, so more than the 3.5 that is usual for symmetric ones. */
export const OUTLYING = 5
/** Bits: about 0.4 % of what a host does, if no other does it. */
export const LEAST = 0.002
const ROBUST_SCALE = 1.4826
const TAIL = 0.05
/** The share of the others, the nearest to their rest, that pseudo-units are made of: several odd ones must not hide each other. */
const NEAR = 0.75
/** Others that `usual` is taken from: the median of more is the same, and takes longer. */
const MAX_PEERS = 31

/** A result for each unit, in order; the same for the same units and seed. Throws a RangeError for fewer than three units. */
export function oddOnesOut(units: readonly Unit[], { parts, unsliced = false, seed = 1 }: OddOptions): UnitDistance[] {
  if (units.length < MIN_UNITS) throw new RangeError('it takes three to tell which one is odd')
  const random = seededDraws(seed)
  const shares = units.map((unit) => sharesOf(unit, parts))
  const rest = restOf(shares)
  const distances = shares.map((own) => meanDivergence(own, rest.without([own]), parts))
  const fromNear = units.map((_, h) => h).sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0))
  const first = units.map((_, h) => {
    const own = shares[h] ?? rest.without([])
    const others = rest.without([own])
    const donors = fromNear.filter((j) => j !== h).slice(0, Math.max(2, Math.ceil((units.length - 1) * NEAR)))
    const chance = unsliced
      ? chanceOfTotals(units, h, own, others)
      : pseudoUnitDistances({ units, of: h, donors, rest: others, parts, random })
    return { distance: distances[h] ?? 0, ...chance }
  })
  return first.map(({ distance, mean, variance }, h) => {
    const own = shares[h] ?? rest.without([])
    const beyond = somePeers(units.length, h, random).map((j) => {
      const other = shares[j] ?? own
      return meanDivergence(other, rest.without([own, other]), parts) - (first[j]?.mean ?? 0)
    })
    const usual = median(beyond)
    const spread = Math.max(ROBUST_SCALE * median(beyond.map((peer) => Math.abs(peer - usual))), usual / 2, 0)
    const chance = upperQuantile({ mean, variance }, TAIL / units.length)
    const threshold = Math.max(chance, mean + usual + OUTLYING * spread, LEAST)
    return { distance, chanceMean: mean, chance, usual: Math.max(0, usual), threshold, odd: distance > threshold }
  })
}

/** The mean of all shares but some. What it returns is overwritten by the next call. */
export function restOf(shares: readonly Float64Array[]): { without: (out: readonly Float64Array[]) => Float64Array } {
  const sum = new Float64Array(shares[0]?.length ?? 0)
  for (const own of shares) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (own[i] ?? 0)
  const rest = new Float64Array(sum.length)
  return {
    without: (out) => {
      const count = Math.max(1, shares.length - out.length)
      for (let i = 0; i < rest.length; i++) {
        let left = sum[i] ?? 0
        for (const own of out) left -= own[i] ?? 0
        rest[i] = Math.max(0, left) / count
      }
      return rest
    },
  }
}

function chanceOfTotals(units: readonly Unit[], h: number, own: Float64Array, others: Float64Array): { mean: number; variance: number } {
  const samplesOf = (unit: Unit | undefined) => Math.max(1, unit?.slices.reduce((sum, slice) => sum + (slice?.samples ?? 0), 0) ?? 1)
  let categories = 0
  for (let i = 0; i < own.length; i++) if ((own[i] ?? 0) > 0 || (others[i] ?? 0) > 0) categories++
  // The variance of a mean of N shares is the mean of their variances, divided by N.
  const inverse = units.reduce((sum, unit, j) => (j === h ? sum : sum + 1 / samplesOf(unit)), 0)
  return chanceOfIndependentDraws(categories, samplesOf(units[h]), (units.length - 1) ** 2 / inverse)
}

/** Some of the units other than `h`, all of them where they are few. */
function somePeers(units: number, h: number, random: () => number): number[] {
  const others = Array.from({ length: units }, (_, j) => j).filter((j) => j !== h)
  for (let i = 0; i < Math.min(MAX_PEERS, others.length); i++) {
    const at = i + Math.floor(random() * (others.length - i))
    const taken = others[at] ?? 0
    others[at] = others[i] ?? 0
    others[i] = taken
  }
  return others.slice(0, MAX_PEERS)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
