import { describe, expect, it } from 'vitest'
import { barHeight, bucketRangeOf } from './latency-histogram.tsx'

describe('bucketRangeOf', () => {
  it('holds every bucket that has calls, and no other', () => {
    const rows = [
      [
        [10, 3],
        [12, 1],
      ],
      [
        [3, 0],
        [25, 7],
      ],
      [],
    ] as const
    expect(bucketRangeOf(rows)).toEqual({ first: 10, last: 25 })
  })
  it('is null where there is nothing to show', () => {
    expect(bucketRangeOf([])).toBeNull()
    expect(bucketRangeOf([[], [[4, 0]]])).toBeNull()
  })
})

describe('barHeight', () => {
  it('never hides a call, never exceeds the row, and grows with the count', () => {
    expect(barHeight(0, 1_000_000)).toBe(0)
    let last = 0
    for (const calls of [1, 2, 10, 1_000, 1_000_000]) {
      const height = barHeight(calls, 1_000_000)
      expect(height).toBeGreaterThan(0.1)
      expect(height).toBeLessThanOrEqual(1)
      expect(height).toBeGreaterThanOrEqual(last)
      last = height
    }
    expect(last).toBe(1)
  })
})
