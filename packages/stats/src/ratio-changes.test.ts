import { describe, expect, it } from 'vitest'
import { dispersionPrior, moderate } from './moderated-dispersion.ts'
import { ratioChanges } from './ratio-changes.ts'
import { denominatorOf, type Numerator, ratioEvidence } from './ratio-evidence.ts'
import { judgeSides, type SidesShape } from './synthetic-sides.ts'
import { unitLayout } from './unit-layout.ts'
import { seededDraws } from './units.ts'

/** Of so many pairs, seeded: in how many anything was found, function 0 was found, and the truth lay in its interval. */
function count(shape: SidesShape, pairs: number, seed: number) {
  const counts = { any: 0, slow: 0, covered: 0 }
  for (let pair = 0; pair < pairs; pair++) {
    const { found, changes, truth } = judgeSides(shape, seed + pair)
    if (found.length > 0) counts.any++
    if (found.includes(0)) counts.slow++
    if ((changes[0]?.low ?? 1) <= truth && truth <= (changes[0]?.high ?? -1)) counts.covered++
  }
  return counts
}

describe('changes of ratios', () => {
  // Rates and power in full: bench/verdict/simulate.ts. Here few pairs, with room for their chance.
  it.each<[string, SidesShape]>([
    ['one host, ten slices', { kind: 'alike', hosts: 1, slices: 10, samples: 5_000 }],
    ['one host in bursts', { kind: 'bursts', burst: 2, hosts: 1, slices: 24, samples: 5_000 }],
    ['hosts with habits', { kind: 'various', hosts: 3, slices: 24, samples: 2_000 }],
    ['hosts with their days', { kind: 'days', hosts: 5, slices: 24, samples: 2_000 }],
    ['other hosts on each side', { kind: 'various', others: true, hosts: 5, slices: 24, samples: 2_000 }],
  ])('finds nothing where nothing differs: %s', (_name, shape) => {
    const { any, covered } = count(shape, 40, 40_000)
    expect(any).toBeLessThanOrEqual(5)
    expect(covered).toBeGreaterThanOrEqual(33)
  })

  it('finds a function that takes 20 % longer, and by how much', () => {
    const { slow, covered } = count({ kind: 'alike', hosts: 1, slices: 24, samples: 15_000, slower: 1.2 }, 30, 50_000)
    expect(slow).toBeGreaterThanOrEqual(28)
    expect(covered).toBeGreaterThanOrEqual(28)
  })

  it('is surer with more hosts, and not of what each host does on its own', () => {
    const width = (shape: SidesShape) => {
      const { changes } = judgeSides(shape, 7)
      return (changes[0]?.high ?? 0) - (changes[0]?.low ?? 0)
    }
    const one = width({ kind: 'alike', hosts: 1, slices: 24, samples: 2_000 })
    expect(width({ kind: 'alike', hosts: 16, slices: 24, samples: 2_000 })).toBeLessThan(one / 3)
    const others = width({ kind: 'various', others: true, likeness: 50, hosts: 8, slices: 24, samples: 20_000 })
    expect(others).toBeGreaterThan(4 * width({ kind: 'various', likeness: 50, hosts: 8, slices: 24, samples: 20_000 }))
  })

  /** One function, `x` of `y` in each unit, two hosts by twelve slices. */
  function oneRatio(x: (unit: number) => number, y: (unit: number) => number, x2: (unit: number) => number, isShare: boolean) {
    const units = { host: Array.from({ length: 24 }, (_, u) => u % 2), slice: Array.from({ length: 24 }, (_, u) => u >> 1) }
    const layout = unitLayout(units, units)
    const divisor = denominatorOf(
      layout.a,
      layout.hosts,
      Float64Array.from(units.host, (_, u) => y(u)),
    )
    const numerator = (of: (unit: number) => number): Numerator => {
      const unit = units.host.flatMap((_, u) => (of(u) > 0 ? [u] : []))
      return { unit, value: unit.map(of), event: 1 }
    }
    return ratioEvidence(layout, [numerator(x), divisor], [numerator(x2), divisor], isShare)
  }

  it('leaves what is in no unit out of the sums, and gives the same residuals as a dense table', () => {
    const random = seededDraws(4)
    const y = Array.from({ length: 24 }, () => 50 + Math.floor(50 * random()))
    const x = Array.from({ length: 24 }, () => (random() < 0.5 ? 0 : Math.floor(20 * random())))
    const evidence = oneRatio(
      (u) => x[u] ?? 0,
      (u) => y[u] ?? 0,
      (u) => x[u] ?? 0,
      true,
    )
    let [squares, expected] = [0, 0]
    for (const host of [0, 1]) {
      const own = Array.from({ length: 12 }, (_, k) => 2 * k + host)
      const sum = (of: readonly number[]) => own.reduce((s, u) => s + (of[u] ?? 0), 0)
      const ratio = sum(x) / sum(y)
      for (const u of own) squares += ((x[u] ?? 0) - ratio * (y[u] ?? 0)) ** 2
      expected += sum(x) * (1 - ratio) * (1 - own.reduce((s, u) => s + (y[u] ?? 0) ** 2, 0) / sum(y) ** 2)
    }
    expect(evidence.levels[0]?.dispersion).toBeCloseTo(squares / expected, 9)
    expect(evidence.a).toBeCloseTo(x.reduce((s, v) => s + v, 0) / y.reduce((s, v) => s + v, 0), 12)
    // Paired hosts that did the same on both sides differ by nothing.
    expect(evidence.levels.at(-1)?.dispersion).toBeCloseTo(0, 9)
    expect(evidence.hosts).toEqual({ agree: 0, of: 2 })
  })

  it('knows that none of a few is not none at all', () => {
    const evidence = oneRatio(
      (u) => (u < 4 ? 1 : 0),
      () => 100,
      () => 0,
      true,
    )
    const [change] = ratioChanges([evidence], () => ({ relative: 0, absolute: 0 }))
    // Four against none: by the binomial distribution, two-sided, 1 in 8.
    expect(change?.p ?? 0).toBeGreaterThan(0.03)
    expect(change?.low ?? 1).toBeLessThanOrEqual(0.0005)
  })

  it('calls nothing within the floor a finding', () => {
    const evidence = oneRatio(
      () => 100,
      () => 1_000,
      () => 104,
      true,
    )
    const of = (relative: number, absolute: number) => ratioChanges([evidence], () => ({ relative, absolute }))[0]?.p ?? 1
    expect(of(0, 0)).toBeLessThan(0.3)
    expect(of(0.05, 0)).toBeGreaterThan(0.5)
    expect(of(0, 0.005)).toBeGreaterThan(0.5)
  })

  it('says nothing of a side without anything to divide by', () => {
    const layout = unitLayout({ host: [0], slice: [0] }, { host: [0], slice: [0] })
    const none = denominatorOf(layout.b, 1, new Float64Array(1))
    const evidence = ratioEvidence(
      layout,
      [{ unit: [0], value: [3], event: 1 }, denominatorOf(layout.a, 1, Float64Array.of(9))],
      [{ unit: [], value: [], event: 1 }, none],
      true,
    )
    expect(ratioChanges([evidence], () => ({ relative: 0, absolute: 0 }))[0]).toMatchObject({ change: null, low: null, p: null })
  })
})

describe('dispersions of many measures', () => {
  it('are drawn together as far as they are alike', () => {
    const random = seededDraws(9)
    const chi = (df: number) => Array.from({ length: df }, () => -Math.log(1 - random()) * 2).reduce((s, v) => s + v, 0) / (2 * df)
    const alike = Array.from({ length: 200 }, () => ({ value: 3 * chi(10), df: 20 }))
    const prior = dispersionPrior(alike)
    expect(prior?.value).toBeGreaterThan(1.3)
    expect(prior?.df).toBe(30)
    const various = alike.map(({ df }, k) => ({ value: k % 2 ? 1 : 40, df }))
    expect(dispersionPrior(various)?.df).toBeLessThan(3)
    expect(moderate({ value: 10, df: 5 }, { value: 1, df: 15 })).toEqual({ value: 3.25, df: 20 })
    expect(dispersionPrior(alike.slice(0, 5))).toBeNull()
  })
})
