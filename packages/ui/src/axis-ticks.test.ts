import { describe, expect, it } from 'vitest'
import { formatMoment, formatMoments, timeTicks, valueTicks } from './axis-ticks.ts'

describe('valueTicks', () => {
  it('covers the largest value in few round steps from 0', () => {
    for (let exponent = -3; exponent < 12; exponent++) {
      for (const digits of [1, 1.01, 1.5, 2, 3.7, 4.999, 5, 7, 9.99]) {
        const max = digits * 10 ** exponent
        for (const count of [2, 4, 6]) {
          const ticks = valueTicks(max, count)
          expect(ticks[0]).toBe(0)
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * 0.9999)
          expect(ticks.length).toBeLessThanOrEqual(count + 2)
          const step = ticks[1] ?? 0
          expect(['1', '2', '5']).toContain(String(Number((step / 10 ** Math.floor(Math.log10(step) + 1e-9)).toPrecision(3))))
        }
      }
    }
    expect(valueTicks(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
    expect(valueTicks(100, 4)).toEqual([0, 50, 100])
  })
  it('has an axis for nothing', () => {
    for (const max of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(valueTicks(max, 4)).toEqual([0, 1])
  })
})

describe('times of an axis', () => {
  it('are multiples of a step that clocks know, within the domain', () => {
    expect(timeTicks(10_000, 6)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000])
    expect(timeTicks(30_000, 6)).toEqual([0, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000])
    expect(timeTicks(300_000, 6)).toEqual([0, 60_000, 120_000, 180_000, 240_000, 300_000])
    expect(timeTicks(1_000, 5)).toEqual([0, 200, 400, 600, 800, 1_000])
    for (const domain of [0, 1, 999, 3_600_000]) expect(timeTicks(domain, 5).length).toBeLessThan(10)
  })
  it('read the same way all along', () => {
    expect([0, 2_500, 30_000].map((ms) => formatMoment(ms, 30_000))).toEqual(['0\u00a0s', '2.5\u00a0s', '30\u00a0s'])
    expect([0, 9_500, 90_000].map((ms) => formatMoment(ms, 300_000))).toEqual(['0:00', '0:09.5', '1:30'])
    expect([119_980, 59_999.7].map((ms) => formatMoment(ms, 300_000))).toEqual(['1:59.980', '1:00'])
    expect(formatMoments(12_000, 14_500, 30_000)).toBe('12–14.5\u00a0s')
    expect(formatMoments(60_000, 90_000, 300_000)).toBe('1:00–1:30')
    expect(formatMoment(1_250, 10_000)).toBe('1.25\u00a0s')
  })
})
