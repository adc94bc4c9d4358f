import type { SideLayout, UnitLayout } from './unit-layout.ts'

/** What ratios of one kind are divided by, in each unit of a side: samples, CPU seconds, wall seconds, calls. */
export type Denominator = {
  perUnit: Float64Array
  total: number
  perHost: Float64Array
  levels: { perGroup: Float64Array /** Σ over its groups of the square, by host. */; squares: Float64Array }[]
}

/**
 * What is divided: `value[k]` in unit `unit[k]`, sparse. `event`: what one independent event adds (1 where events are counted; the period of
 * a sample where samples are seconds; Σx²/Σx where events vary).
 */
export type Numerator = { unit: ArrayLike<number>; value: ArrayLike<number>; event: number }

/** How much a ratio varies at one size of group, relative to independent events; `df` 0 where nothing can be said. */
export type LevelEvidence = { dispersion: number; df: number }

export type RatioEvidence = {
  a: number | null
  b: number | null
  /** Events on each side. */
  eventsA: number
  eventsB: number
  /** Variance of b − a, were all events independent. */
  independent: number
  /** As the layout's runs, then hosts as a whole. */
  levels: LevelEvidence[]
  hosts: { agree: number; of: number } | null
}

export function denominatorOf(side: SideLayout, hosts: number, perUnit: Float64Array): Denominator {
  const perHost = new Float64Array(hosts)
  let total = 0
  for (let u = 0; u < side.units; u++) {
    const y = perUnit[u] ?? 0
    total += y
    perHost[side.host[u] ?? 0] = (perHost[side.host[u] ?? 0] ?? 0) + y
  }
  const levels = side.levels.map(({ groupOf, hostOf, groups }) => {
    const perGroup = new Float64Array(groups)
    for (let u = 0; u < side.units; u++) perGroup[groupOf[u] ?? 0] = (perGroup[groupOf[u] ?? 0] ?? 0) + (perUnit[u] ?? 0)
    const squares = new Float64Array(hosts)
    for (let g = 0; g < groups; g++) squares[hostOf[g] ?? 0] = (squares[hostOf[g] ?? 0] ?? 0) + (perGroup[g] ?? 0) ** 2
    return { perGroup, squares }
  })
  return { perUnit, total, perHost, levels }
}

/**
 * Sums up what two sides say of one ratio R = Σx / Σy: its change, and how much it varies from unit to unit.
 *
 * A ratio's error is about Σ(x − R y) / Σy, so its variance is that of the residuals of its units (W. Cochran, Sampling Techniques, 6.3):
 * within a host, of its slices and of runs of them about the host's own ratio; between hosts, of whole hosts, paired ones by the difference of
 * their residuals on the two sides. Each is told relative to what independent events would give, Σx (1 − R) for a share and Σx for a rate:
 * a dispersion of 1 is chance alone, and dispersions of different functions can be compared.
 */
export function ratioEvidence(
  layout: UnitLayout,
  [x, y]: readonly [Numerator, Denominator],
  [x2, y2]: readonly [Numerator, Denominator],
  isShare: boolean,
): RatioEvidence {
  const a = sumSide(layout, layout.a, x, y, isShare)
  const b = sumSide(layout, layout.b, x2, y2, isShare)
  const levels = layout.runs.map((_, level): LevelEvidence => {
    const [inA, inB] = [a.levels[level] ?? NOTHING, b.levels[level] ?? NOTHING]
    const expected = inA.expected + inB.expected
    return expected > 0 ? { dispersion: (inA.squares + inB.squares) / expected, df: inA.df + inB.df } : { dispersion: 1, df: 0 }
  })
  levels.push(hostLevel(layout, a, b))
  return {
    a: a.ratio,
    b: b.ratio,
    eventsA: a.events,
    eventsB: b.events,
    independent: independentVariance(a, b, isShare),
    levels,
    hosts: agreement(a, b),
  }
}

type LevelSums = { squares: number; expected: number; df: number }
const NOTHING: LevelSums = { squares: 0, expected: 0, df: 0 }
type SideSums = {
  ratio: number | null
  total: number
  divisor: number
  event: number
  events: number
  perHost: Float64Array
  divisorPerHost: Float64Array
  levels: LevelSums[]
}

/** Squares are in events, so that sides whose events have different weights can be added up. */
function sumSide({ hosts }: UnitLayout, side: SideLayout, x: Numerator, y: Denominator, isShare: boolean): SideSums {
  const perHost = new Float64Array(hosts)
  let total = 0
  for (let k = 0; k < x.unit.length; k++) {
    const value = x.value[k] ?? 0
    const host = side.host[x.unit[k] ?? 0] ?? 0
    total += value
    perHost[host] = (perHost[host] ?? 0) + value
  }
  const ratioOf = (host: number) => ((y.perHost[host] ?? 0) > 0 ? (perHost[host] ?? 0) / (y.perHost[host] ?? 1) : 0)
  const levels = side.levels.map(({ groupOf, hostOf }, level): LevelSums => {
    const { perGroup, squares: divisorSquares } = y.levels[level] ?? { perGroup: new Float64Array(0), squares: new Float64Array(0) }
    const sums = new Map<number, number>()
    for (let k = 0; k < x.unit.length; k++) {
      const group = groupOf[x.unit[k] ?? 0] ?? 0
      sums.set(group, (sums.get(group) ?? 0) + (x.value[k] ?? 0))
    }
    let squares = 0
    // Σ(x − Ry)² over all groups of a host, those without any x included: Σx² − 2RΣxy + R²Σy².
    for (const [group, sum] of sums) squares += sum * sum - 2 * ratioOf(hostOf[group] ?? 0) * sum * (perGroup[group] ?? 0)
    let [expected, df] = [0, 0]
    for (let host = 0; host < hosts; host++) {
      const [own, divisor] = [perHost[host] ?? 0, y.perHost[host] ?? 0]
      if (own <= 0 || divisor <= 0) continue
      const ratio = ratioOf(host)
      const concentration = (divisorSquares[host] ?? 0) / (divisor * divisor)
      squares += ratio * ratio * (divisorSquares[host] ?? 0)
      expected += own * (isShare ? Math.max(0, 1 - ratio) : 1) * (1 - concentration) * x.event
      df += 1 / concentration - 1
    }
    return { squares: Math.max(0, squares) / x.event ** 2, expected: expected / x.event ** 2, df }
  })
  return {
    ratio: y.total > 0 ? total / y.total : null,
    total,
    divisor: y.total,
    event: x.event,
    events: total / x.event,
    perHost,
    divisorPerHost: y.perHost,
    levels,
  }
}

/** Variance of a side's ratio with independent events of a given ratio; never less than half an event's. */
function eventVariance(side: SideSums, ratio: number, isShare: boolean): number {
  if (side.divisor <= 0) return Number.POSITIVE_INFINITY
  const least = side.event / 2 / side.divisor
  return (side.event * Math.max(least, ratio) * (isShare ? Math.max(least, 1 - ratio) : 1)) / side.divisor
}

/**
 * Of the change: by each side's own ratio, or by that of both together, whichever is more. A side without any event, of the few that it should
 * have had, does not know how little it varies.
 */
function independentVariance(a: SideSums, b: SideSums, isShare: boolean): number {
  const both = (a.total + b.total) / (a.divisor + b.divisor)
  const own = eventVariance(a, a.ratio ?? 0, isShare) + eventVariance(b, b.ratio ?? 0, isShare)
  return Math.max(own, eventVariance(a, both, isShare) + eventVariance(b, both, isShare))
}

function hostLevel({ hosts, paired }: UnitLayout, a: SideSums, b: SideSums): LevelEvidence {
  let [squares, expected, df] = [0, 0, 0]
  const residual = (side: SideSums, host: number) =>
    side.divisor > 0 ? ((side.perHost[host] ?? 0) - (side.ratio ?? 0) * (side.divisorPerHost[host] ?? 0)) / side.divisor : 0
  const concentration = (side: SideSums) =>
    side.divisor > 0 ? side.divisorPerHost.reduce((sum, y) => sum + (y / side.divisor) ** 2, 0) : 1
  // Per side: what independent events would give, without what the side's own ratio takes away.
  const sides = [a, b].map((side) => ({
    side,
    left: 1 - concentration(side),
    scale: side.divisor > 0 ? (side.divisor / side.event) ** 2 : 0,
  }))
  if (paired) {
    for (let host = 0; host < hosts; host++) squares += (residual(b, host) - residual(a, host)) ** 2
    for (const { side, left } of sides) expected += eventVariance(side, side.ratio ?? 0, false) * left
    df = sides.reduce((sum, { left }) => sum + 1 / (1 - left) - 1, 0) / 2
  } else {
    for (const { side, left, scale } of sides) {
      for (let host = 0; host < hosts; host++) squares += residual(side, host) ** 2 * scale
      expected += eventVariance(side, side.ratio ?? 0, false) * left * scale
      df += left > 0 ? 1 / (1 - left) - 1 : 0
    }
  }
  return df > 0.5 && expected > 0 ? { dispersion: squares / expected, df } : { dispersion: 1, df: 0 }
}

function agreement(a: SideSums, b: SideSums): { agree: number; of: number } | null {
  const change = Math.sign((b.ratio ?? 0) - (a.ratio ?? 0))
  let [agree, of] = [0, 0]
  for (let host = 0; host < a.perHost.length; host++) {
    const [ya, yb] = [a.divisorPerHost[host] ?? 0, b.divisorPerHost[host] ?? 0]
    if (ya <= 0 || yb <= 0) continue
    of++
    if (change !== 0 && Math.sign((b.perHost[host] ?? 0) / yb - (a.perHost[host] ?? 0) / ya) === change) agree++
  }
  return of > 0 ? { agree, of } : null
}
