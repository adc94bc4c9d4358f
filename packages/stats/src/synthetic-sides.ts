import { falseDiscoveryRates } from './false-discovery.ts'
import { type RatioChange, ratioChanges } from './ratio-changes.ts'
import { type Denominator, denominatorOf, type Numerator, ratioEvidence } from './ratio-evidence.ts'
import { unitLayout } from './unit-layout.ts'
import { seededDraws } from './units.ts'

/** Two sides of made-up samples whose truth is known. For tests, and for bench/verdict/simulate.ts. */
export type SidesShape = {
  /** Hosts of each side: the same ones on both, unless `others`. */
  hosts: number
  others?: boolean
  slices: number
  /** Samples of a host on a side, on average. */
  samples: number
  /**
   * `alike`: every sample is drawn from the same shares. `bursts`: in a fifth of the time, for `burst` slices on average, a host does more of
   * some functions. `various`: every host has shares of its own (Dirichlet, `likeness`), the same on both sides. `days`: and others on each side.
   */
  kind: 'alike' | 'bursts' | 'various' | 'days'
  burst?: number
  likeness?: number
  /** Function 0, of a fifth of all samples, takes so many times as long on side B. */
  slower?: number
}

const FUNCTIONS = 60
/** A burst is of one of so many groups of functions. */
const GROUPS = 6

/** What the samples say of all functions, and which of them are findings at a false discovery rate of 5 %. */
export function judgeSides(shape: SidesShape, seed: number): { found: number[]; changes: RatioChange[]; truth: number } {
  const random = seededDraws(seed)
  const shares = Array.from({ length: FUNCTIONS }, (_, f) => (f === 0 ? 0.2 : 0.8 / FUNCTIONS / 0.55 / (1 + f / 20)))
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const usual = shares.map((share) => share / whole)
  const habits = new Map<number, number[]>()
  const habitOf = (host: number): number[] => {
    const known = habits.get(host)
    if (known || (shape.kind !== 'various' && shape.kind !== 'days')) return known ?? usual
    const own = scaled(usual.map((share) => gamma(share * (shape.likeness ?? 200), random)))
    habits.set(host, own)
    return own
  }
  const [a, b] = [
    drawSide(shape, 0, 1, habitOf, random),
    drawSide(shape, shape.others ? shape.hosts : 0, shape.slower ?? 1, habitOf, random),
  ]
  const layout = unitLayout(a.units, b.units)
  const [ya, yb] = [denominatorOf(layout.a, layout.hosts, a.all), denominatorOf(layout.b, layout.hosts, b.all)]
  const side = (functions: Numerator[], f: number, y: Denominator) => [functions[f] ?? { unit: [], value: [], event: 1 }, y] as const
  const evidence = usual.map((_, f) => ratioEvidence(layout, side(a.functions, f, ya), side(b.functions, f, yb), true))
  const changes = ratioChanges(evidence, () => ({ relative: 0, absolute: 0 }))
  const q = falseDiscoveryRates(changes.map(({ p }) => p ?? 1))
  const slow = usual[0] ?? 0
  const slower = shape.slower ?? 1
  return { found: q.flatMap((value, f) => (value <= 0.05 ? [f] : [])), changes, truth: (slow * slower) / (1 + slow * (slower - 1)) - slow }
}

function drawSide(
  { hosts, slices, samples, kind, burst = 4 }: SidesShape,
  firstHost: number,
  slower: number,
  habitOf: (host: number) => number[],
  random: () => number,
) {
  const units = { host: [] as number[], slice: [] as number[] }
  const functions = Array.from({ length: FUNCTIONS }, () => ({ unit: [] as number[], value: [] as number[], event: 1 }))
  const all: number[] = []
  for (let host = firstHost; host < firstHost + hosts; host++) {
    const own = kind === 'days' ? scaled(habitOf(host).map((share) => gamma(share * 800, random))) : habitOf(host)
    const slow = scaled(own.map((share, f) => (f === 0 ? share * slower : share)))
    let busy = -1
    for (let slice = 0; slice < slices; slice++) {
      if (random() < 1 / burst) busy = random() < 0.2 ? Math.floor(random() * GROUPS) : -1
      const now = kind === 'bursts' && busy >= 0 ? scaled(slow.map((share, f) => (f % GROUPS === busy ? share * 2 : share))) : slow
      const counts = multinomial(Math.round((samples / slices) * (0.7 + 0.6 * random())), now, random)
      const unit = units.host.length
      units.host.push(host)
      units.slice.push(slice)
      let sum = 0
      counts.forEach((count, f) => {
        sum += count
        if (count === 0) return
        functions[f]?.unit.push(unit)
        functions[f]?.value.push(count)
      })
      all.push(sum)
    }
  }
  return { units, functions, all: Float64Array.from(all) }
}

function multinomial(count: number, shares: readonly number[], random: () => number): number[] {
  const sums: number[] = []
  let sum = 0
  for (const share of shares) {
    sum += share
    sums.push(sum)
  }
  const counts = shares.map(() => 0)
  for (let i = 0; i < count; i++) {
    const at = random() * sum
    let [low, high] = [0, sums.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) <= at) low = middle + 1
      else high = middle
    }
    counts[low] = (counts[low] ?? 0) + 1
  }
  return counts
}

function scaled(values: readonly number[]): number[] {
  const sum = values.reduce((x, y) => x + y, 0)
  return values.map((value) => value / sum)
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Gamma distributed with scale 1: G. Marsaglia and W. Tsang, 2000. */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const x = normal(random)
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
