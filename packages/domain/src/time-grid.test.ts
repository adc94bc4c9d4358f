import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { type Coverage, cover, divide, gridOf, isInWindow } from './time-grid.ts'

describe('divide', () => {
  it('gives all of a slice to the bins it lies in, each as much as of it lies there', () => {
    const random = seededRandom(5)
    for (let run = 0; run < 2_000; run++) {
      const [atMs, lengthMs, stepMs] = [random() * 10_000, 0.01 + random() * 5_000, 1 + Math.floor(random() * 2_000)]
      let all = 0
      let next = Math.floor(atMs / stepMs)
      divide(atMs, lengthMs, stepMs, (bin, share) => {
        expect(bin).toBe(next++)
        expect(share).toBeGreaterThanOrEqual(0)
        // never more than the bin has room for
        expect(share * lengthMs).toBeLessThanOrEqual(stepMs + 1e-6)
        all += share
      })
      expect(all).toBeCloseTo(1, 9)
      expect((next - 1) * stepMs).toBeLessThan(atMs + lengthMs)
    }
  })

  it('leaves slices that fit alone', () => {
    const given: [number, number][] = []
    divide(3_000, 1_000, 1_000, (bin, share) => given.push([bin, share]))
    expect(given).toEqual([[3, 1]])
  })
})

it('a grid reaches as far as any host recorded, later ones laid where they began', () => {
  const coverage: Coverage = new Map()
  cover(coverage, 'a', { atMs: 0, lengthMs: 1_500 }, 1_000)
  cover(coverage, 'b', { atMs: 0, lengthMs: 1_000 }, 1_000)
  const hosts = new Map([
    ['a', { name: 'a', offsetMs: 0 }],
    ['b', { name: 'b', offsetMs: 2_400 }],
  ])
  expect(gridOf(coverage, hosts, 1_000)).toEqual({ stepMs: 1_000, coveredMs: [1_000, 500, 1_000] })
  // The same slice twice cannot make a second longer.
  for (let i = 0; i < 5; i++) cover(coverage, 'a', { atMs: 0, lengthMs: 1_500 }, 1_000)
  expect(gridOf(coverage, hosts, 1_000).coveredMs[0]).toBe(1_000)
})

it('a bin belongs to exactly one of two windows that meet', () => {
  for (let bin = 0; bin < 20; bin++) {
    for (const at of [1, 500, 999, 1_000, 5_250, 10_000]) {
      const sides = [isInWindow(bin, 500, { fromMs: 0, toMs: at }), isInWindow(bin, 500, { fromMs: at, toMs: 1e6 })]
      expect(sides.filter(Boolean)).toHaveLength(1)
    }
    expect(isInWindow(bin, 500, undefined)).toBe(true)
  }
})
