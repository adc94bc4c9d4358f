import { seededDraws, type Unit } from './units.ts'

/** What the hosts of a made-up fleet are like. For tests, and for bench/odd-hosts.ts. */
export type FleetShape = {
  hosts: number
  /** Samples of a host, on average: they differ by about half. */
  samples: number
  /**
   * `alike`: every sample is drawn from one mix of eight programs. `bursts`: each host does more of one of them, for three slices on
   * average. `together`: all hosts do more of the same one at a time. `various`: each host has a mix of its own.
   */
  kind: 'alike' | 'bursts' | 'together' | 'various'
  /** Of `various`: the higher, the more alike; the parameter of a Dirichlet distribution. */
  likeness?: number
  /** The first so many hosts spend this share of their samples in a function that no other has. */
  odd?: number
  oddShare?: number
}

const FUNCTIONS = 300
const LIBRARIES = 40
const PROGRAMS = 8
const SLICES = 20
const ODD_FUNCTION = FUNCTIONS
/** Functions by their own samples, then libraries that are anywhere in the stack: a sample has one of the first and three of the second. */
export const FLEET_PARTS: readonly number[] = [0, FUNCTIONS + 1, FUNCTIONS + LIBRARIES + 2]

export function syntheticFleet({ hosts, samples, kind, likeness = 50, odd = 0, oddShare = 0 }: FleetShape, seed: number): Unit[] {
  const random = seededDraws(seed)
  const programs = Array.from({ length: PROGRAMS }, () => cumulative(zipfShares(random)))
  const mix = scaled(Array.from({ length: PROGRAMS }, () => 0.3 + random()))
  const phase = () => {
    let now = Math.floor(random() * PROGRAMS)
    return () => {
      if (random() < 1 / 3) now = Math.floor(random() * PROGRAMS)
      return now
    }
  }
  const common = phase()
  const together = Array.from({ length: SLICES }, common)
  return Array.from({ length: hosts }, (_, host) => {
    const size = (samples / SLICES) * Math.exp(0.5 * normal(random))
    const usual = kind === 'various' ? scaled(mix.map((share) => gamma(share * likeness, random))) : mix
    const ownPhase = phase()
    const slices = Array.from({ length: SLICES }, (_, t) => {
      const busy = kind === 'bursts' ? ownPhase() : kind === 'together' ? (together[t] ?? 0) : -1
      const now = cumulative(usual.map((share, program) => share + (program === busy ? 1 : 0)))
      const sums = new Map<number, number>()
      const add = (category: number) => sums.set(category, (sums.get(category) ?? 0) + 1)
      const count = Math.round(size * (0.7 + 0.6 * random()))
      for (let i = 0; i < count; i++) {
        const isOdd = host < odd && random() < oddShare
        const f = isOdd ? ODD_FUNCTION : draw(programs[draw(now, random)] ?? now, random)
        add(f)
        for (const library of new Set([isOdd ? LIBRARIES : f % LIBRARIES, f % 3, f % 7])) add(FUNCTIONS + 1 + library)
      }
      return count === 0 ? null : { samples: count, index: [...sums.keys()], weight: [...sums.values()] }
    })
    return { slices }
  })
}

/** Few functions with much, many with little, in an order of its own. */
function zipfShares(random: () => number): number[] {
  const order = Array.from({ length: FUNCTIONS }, (_, f) => ({ f, at: random() })).sort((a, b) => a.at - b.at)
  const shares = new Array<number>(FUNCTIONS).fill(0)
  order.forEach(({ f }, rank) => {
    shares[f] = 1 / (rank + 1) ** 1.1
  })
  return shares
}

function scaled(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0)
  return values.map((value) => value / sum)
}

function cumulative(values: readonly number[]): Float64Array {
  let sum = 0
  return Float64Array.from(values, (value) => {
    sum += value
    return sum
  })
}

function draw(sums: Float64Array, random: () => number): number {
  const at = random() * (sums[sums.length - 1] ?? 0)
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Gamma distributed with scale 1: G. Marsaglia and W. Tsang, 2000. */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * random() ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const x = normal(random)
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
