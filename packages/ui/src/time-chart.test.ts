import { expect, it } from 'vitest'
import { labelledBuckets, shadeOf } from './heat-map.tsx'
import { steppedPath } from './time-chart.tsx'

const x = (bin: number) => bin * 10
const y = (value: number) => 100 - value

it('draws a plateau for each bin, and a gap where nothing is known', () => {
  expect(steppedPath([1, 2, null, 3], 10, x, y)).toBe('M0.0 99.0H10.0V98.0H20.0M30.0 97.0H40.0')
  expect(steppedPath([], 10, x, y)).toBe('')
  // No more than the axis covers.
  expect(steppedPath([1, 1, 1], 2, x, y)).toBe('M0.0 99.0H10.0V99.0H20.0')
})

it('shades grow with the count, and one value among a million is still seen', () => {
  const shades = [1, 2, 10, 1_000, 1_000_000].map((count) => shadeOf(count, 1_000_000))
  expect(shades).toEqual([...shades].sort((a, b) => a - b))
  expect(shades.at(-1)).toBe(9)
  expect(new Set(shades).size).toBeGreaterThan(3)
  expect([shadeOf(0, 10), shadeOf(5, 0), shadeOf(1, 1)]).toEqual([0, 0, 9])
})

it('labels buckets at an even distance', () => {
  expect(labelledBuckets({ first: 10, last: 13 }, 10)).toEqual([10, 11, 12, 13, 14])
  expect(labelledBuckets({ first: 0, last: 29 }, 6)).toEqual([0, 5, 10, 15, 20, 25, 30])
})
