import { describe, expect, it } from 'vitest'
import { LEAST, oddOnesOut, restOf } from './odd-one-out.ts'
import { FLEET_PARTS, type FleetShape, syntheticFleet } from './synthetic-fleet.ts'
import { sharesOf, type Unit } from './units.ts'

const judge = (shape: FleetShape, seed: number) => oddOnesOut(syntheticFleet(shape, seed), { parts: FLEET_PARTS, seed })
const total = (...weights: number[]): Unit => ({
  slices: [{ samples: weights.reduce((a, b) => a + b, 0), index: weights.map((_, i) => i), weight: weights }],
})

describe('the odd one out', () => {
  it('is found, and no other, where it does something else', () => {
    for (const hosts of [3, 5, 12]) {
      for (const kind of ['alike', 'together', 'various'] as const) {
        const result = judge({ hosts, samples: 2_000, kind, odd: 1, oddShare: 0.4 }, 40 + hosts)
        expect(result.map((host) => host.odd)).toEqual(result.map((_, h) => h === 0))
        const [first, ...others] = result
        for (const other of others) expect(first?.distance).toBeGreaterThan(other.distance)
      }
    }
  })

  it('are found where several share what is odd', () => {
    const result = judge({ hosts: 15, samples: 3_000, kind: 'alike', odd: 3, oddShare: 0.4 }, 7)
    expect(result.map((host) => host.odd)).toEqual(result.map((_, h) => h < 3))
  })

  it('is rarely one of a fleet whose hosts are alike, though all differ by chance', () => {
    let alarms = 0
    for (let seed = 500; seed < 520; seed++) {
      const result = judge({ hosts: 6, samples: 1_000, kind: 'alike' }, seed)
      for (const host of result) {
        expect(host.distance).toBeGreaterThan(0)
        expect(host.threshold).toBeGreaterThanOrEqual(host.chance)
        expect(host.chance).toBeGreaterThan(host.chanceMean)
      }
      if (result.some((host) => host.odd)) alarms++
    }
    expect(alarms).toBeLessThanOrEqual(3)
  })

  it('knows that fewer samples are less sure', () => {
    const mean = (samples: number) => judge({ hosts: 6, samples, kind: 'alike' }, 3).reduce((sum, host) => sum + host.chanceMean, 0) / 6
    const [few, many] = [mean(500), mean(5_000)]
    expect(few / many).toBeGreaterThan(4)
    expect(few / many).toBeLessThan(16)
  })

  it('is not every host of a fleet with one, as none of them is alone in being unlike it', () => {
    // Two of three are the same; the mean of "the others" of each holds the third.
    const result = oddOnesOut([total(900, 100), total(890, 110), total(100, 900)], { parts: [0, 2], unsliced: true })
    expect(result.map((unit) => unit.odd)).toEqual([false, false, true])
  })

  it('is none where all are the same but for next to nothing, however sure', () => {
    const hosts = [total(9e8, 1e8), total(9e8, 1e8), total(9e8 + 1e6, 1e8 - 1e6)]
    const result = oddOnesOut(hosts, { parts: [0, 2], unsliced: true })
    expect(result.map((unit) => unit.odd)).toEqual([false, false, false])
    for (const unit of result) expect(unit.threshold).toBeGreaterThanOrEqual(LEAST)
  })

  it('says the same for the same, and needs three', () => {
    const shape = { hosts: 5, samples: 500, kind: 'bursts' } as const
    expect(judge(shape, 1)).toEqual(judge(shape, 1))
    expect(() => oddOnesOut([total(1), total(1)], { parts: [0, 1] })).toThrow(RangeError)
  })

  it('copes with what recorded nothing for a while', () => {
    const fleet = syntheticFleet({ hosts: 4, samples: 800, kind: 'alike' }, 5)
    const gaps = fleet.map((unit, h) => ({ slices: unit.slices.map((slice, t) => ((t + h) % 3 === 0 ? null : slice)) }))
    for (const host of oddOnesOut(gaps, { parts: FLEET_PARTS })) {
      expect(Number.isFinite(host.threshold)).toBe(true)
      expect(host.odd).toBe(false)
    }
  })
})

it('the rest is the mean of the others, each counting the same', () => {
  const shares = [total(1, 3), total(10, 10), total(0, 5)].map((unit) => sharesOf(unit, [0, 2]))
  const [first] = shares
  expect([...restOf(shares).without(first ? [first] : [])]).toEqual([0.25, 0.75])
})
