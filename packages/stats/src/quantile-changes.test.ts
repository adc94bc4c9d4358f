import { describe, expect, it } from 'vitest'
import { bucketOf } from './log2-histogram.ts'
import { quantileChange, type UnitHistograms } from './quantile-changes.ts'
import { unitLayout } from './unit-layout.ts'
import { seededDraws } from './units.ts'

const FLOOR = { relative: 0.1, absolute: 0 }

/** Times of calls that are exponentially distributed, scaled by `scale`; one in fifty is thirty times as long, scaled by `tail`. */
function times(hosts: number, slices: number, calls: number, random: () => number, { scale = 1, tail = 1 } = {}) {
  const units = { host: [] as number[], slice: [] as number[] }
  const histograms = { unit: [] as number[], histogram: [] as [number, number][][] }
  for (let host = 0; host < hosts; host++) {
    for (let slice = 0; slice < slices; slice++) {
      const counts = new Map<number, number>()
      const busy = 0.8 + 0.4 * random()
      for (let i = 0; i < calls; i++) {
        const ns = -Math.log(1 - random()) * 10_000 * busy * scale * (random() < 0.02 ? 30 * tail : 1)
        counts.set(bucketOf(ns), (counts.get(bucketOf(ns)) ?? 0) + 1)
      }
      histograms.unit.push(units.host.length)
      histograms.histogram.push([...counts])
      units.host.push(host)
      units.slice.push(slice)
    }
  }
  return { units, histograms: histograms satisfies UnitHistograms }
}

function compare(shape: [hosts: number, slices: number, calls: number], b: { scale?: number; tail?: number }, q: number, seed: number) {
  const random = seededDraws(seed)
  const [left, right] = [times(...shape, random), times(...shape, random, b)]
  return quantileChange(unitLayout(left.units, right.units), left.histograms, right.histograms, { q, fewest: 100, floor: FLOOR, seed })
}

describe('changes of quantiles', () => {
  it('are rarely seen where nothing changed, from ten slices of one host as well', () => {
    for (const [shape, q] of [
      [[1, 10, 400], 0.5],
      [[1, 10, 400], 0.99],
      [[4, 12, 200], 0.99],
    ] as const) {
      const alarms = Array.from({ length: 40 }, (_, k) => compare([...shape], {}, q, 600 + k)).filter(({ p }) => (p ?? 1) < 0.05)
      expect(alarms.length).toBeLessThanOrEqual(4)
    }
  })

  it('are seen where the tail alone grew, and not in the middle', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const tail = compare([1, 12, 800], { tail: 4 }, 0.99, seed)
      expect(tail.p ?? 1).toBeLessThan(0.01)
      expect(tail.low ?? 0).toBeGreaterThan(0)
      expect(compare([1, 12, 800], { tail: 4 }, 0.5, seed).p ?? 0).toBeGreaterThan(0.05)
    }
  })

  it('say the same for the same seed, and nothing of too few calls, or of none', () => {
    expect(compare([2, 10, 100], { scale: 1.5 }, 0.5, 3)).toEqual(compare([2, 10, 100], { scale: 1.5 }, 0.5, 3))
    expect(compare([1, 4, 10], { scale: 9 }, 0.5, 3)).toMatchObject({ p: null, low: null, countA: 40 })
    const { units, histograms } = times(1, 5, 50, seededDraws(1))
    const none = { unit: [], histogram: [] }
    expect(quantileChange(unitLayout(units, units), histograms, none, { q: 0.5, fewest: 1, floor: FLOOR, seed: 1 })).toMatchObject({
      b: null,
      change: null,
      p: null,
    })
  })
})
