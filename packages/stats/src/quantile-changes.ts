import { quantileOfLog2Histogram } from './log2-histogram.ts'
import { type Floor, LEVEL, type RatioChange } from './ratio-changes.ts'
import { studentUpperQuantile, studentUpperTail } from './student-t.ts'
import type { UnitLayout } from './unit-layout.ts'
import { seededDraws } from './units.ts'

/** Histograms of one measure: `histogram[k]` of unit `unit[k]`, sparse pairs of bucket and count. */
export type UnitHistograms = { unit: readonly number[]; histogram: readonly (readonly (readonly [bucket: number, count: number])[])[] }

export type QuantileChange = RatioChange & { a: number | null; b: number | null; countA: number; countB: number }

export const QUANTILE_ROUNDS = 199
/** Runs of slices that are drawn whole, on average: bursts may last longer than a slice. */
const MEAN_RUN = 2
const BUCKETS = 64
/** Of a logarithm: where nearly all calls are in one bucket, rounds hardly differ, yet what is interpolated there is no measurement. */
const LEAST_ERROR = 0.01

/**
 * Change of a quantile of times that are only known by histograms of powers of two. Both sides' units are resampled: hosts where there are
 * several, and within a host runs of slices (the stationary bootstrap, Politis and Romano 1994); paired hosts are drawn together. The standard
 * error of the quantile's logarithm over the rounds, with as many degrees of freedom as there are units beyond the hosts, gives interval and
 * chance. (A percentile interval of ten slices is far too sure: it knows nothing beyond the ten.)
 *
 * `fewest`: calls that each side must have for the quantile to mean anything.  */
export function quantileChange(
  layout: UnitLayout,
  a: UnitHistograms,
  b: UnitHistograms,
  { q, fewest, floor, seed }: { q: number; fewest: number; floor: Floor; seed: number },
): QuantileChange {
  const [sideA, sideB] = [new Side(layout.a, a), new Side(layout.b, b)]
  const [countA, countB] = [sideA.calls, sideB.calls]
  const [atA, atB] = [sideA.quantile(q), sideB.quantile(q)]
  const unknown = {
    a: atA,
    b: atB,
    countA,
    countB,
    change: atA === null || atB === null ? null : atB - atA,
    low: null,
    high: null,
    p: null,
    error: 0,
    df: 0,
  }
  if (atA === null || atB === null || countA < fewest || countB < fewest) return unknown
  const df = freedom(layout)
  if (df < 2) return unknown

  const random = seededDraws(seed)
  let [sum, squares, rounds] = [0, 0, 0]
  for (let round = 0; round < QUANTILE_ROUNDS; round++) {
    const hosts = layout.paired ? drawHosts(sideA.hosts, random) : null
    const [drawnA, drawnB] = [sideA.resample(q, random, hosts), sideB.resample(q, random, hosts)]
    if (drawnA === null || drawnB === null) continue
    const ratio = Math.log(drawnB) - Math.log(drawnA)
    sum += ratio
    squares += ratio * ratio
    rounds++
  }
  if (rounds < QUANTILE_ROUNDS / 2) return unknown
  const mean = sum / rounds
  // Resampling n groups makes their variance (n − 1) / n of what it is.
  const shrunk = 1 + 1 / df
  const spread = Math.sqrt(Math.max(0, squares / rounds - mean * mean) * shrunk + LEAST_ERROR ** 2)
  const log = Math.log(Math.max(1, atB)) - Math.log(Math.max(1, atA))
  const t = studentUpperQuantile((1 - LEVEL) / 2, df)
  const least = Math.log1p(Math.max(floor.relative, floor.absolute / Math.min(atA, atB)))
  const p = Math.min(1, studentUpperTail((Math.abs(log) - least) / spread, df) + studentUpperTail((Math.abs(log) + least) / spread, df))
  const at = (x: number) => Math.max(1, atA) * Math.exp(x) - atA
  return { ...unknown, low: at(log - t * spread), high: at(log + t * spread), p, error: atA * spread, df }
}

function freedom({ a, b, paired, hosts }: UnitLayout): number {
  const hostsOf = (side: UnitLayout['a']) => new Set(side.host).size
  if (paired) return hosts >= 3 ? hosts - 1 : a.units + b.units - hostsOf(a) - hostsOf(b)
  const [inA, inB] = [hostsOf(a), hostsOf(b)]
  if (inA >= 3 && inB >= 3) return inA + inB - 2
  return a.units + b.units - inA - inB
}

/** Which hosts, as many as there are, with repeats; few hosts are taken as they are, since two say nothing about a third. */
function drawHosts(hosts: readonly number[], random: () => number): readonly number[] {
  if (hosts.length < 3) return hosts
  return hosts.map(() => hosts[Math.floor(random() * hosts.length)] ?? 0)
}

class Side {
  readonly hosts: number[]
  calls = 0
  private readonly units = new Map<number, { slices: (Map<number, number> | null)[] }>()
  private readonly sums = new Float64Array(BUCKETS)

  constructor(side: UnitLayout['a'], { unit, histogram }: UnitHistograms) {
    const byUnit = new Map(unit.map((u, k) => [u, new Map(histogram[k])]))
    for (let u = 0; u < side.units; u++) {
      const host = side.host[u] ?? 0
      const own = this.units.get(host) ?? { slices: [] }
      this.units.set(host, own)
      const counts = byUnit.get(u) ?? null
      own.slices.push(counts)
      if (counts) for (const count of counts.values()) this.calls += count
    }
    this.hosts = [...this.units.keys()]
  }

  quantile(q: number): number | null {
    this.sums.fill(0)
    for (const { slices } of this.units.values()) for (const counts of slices) this.add(counts)
    return this.read(q)
  }

  resample(q: number, random: () => number, hosts: readonly number[] | null): number | null {
    this.sums.fill(0)
    for (const host of hosts ?? drawHosts(this.hosts, random)) {
      const slices = this.units.get(host)?.slices ?? []
      let at = 0
      for (let k = 0; k < slices.length; k++) {
        at = k === 0 || random() < 1 / MEAN_RUN ? Math.floor(random() * slices.length) : (at + 1) % slices.length
        this.add(slices[at] ?? null)
      }
    }
    return this.read(q)
  }

  private add(counts: Map<number, number> | null): void {
    if (counts) for (const [bucket, count] of counts) this.sums[bucket] = (this.sums[bucket] ?? 0) + count
  }

  private read(q: number): number | null {
    const pairs: [number, number][] = []
    this.sums.forEach((count, bucket) => {
      if (count > 0) pairs.push([bucket, count])
    })
    const estimate = quantileOfLog2Histogram(pairs, q)
    return estimate ? Math.max(1, estimate.value) : null
  }
}
