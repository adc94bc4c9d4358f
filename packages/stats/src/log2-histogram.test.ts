import { describe, expect, it } from 'vitest'
import { bucketOf, highestOfBucket, lowestOfBucket, mergeLog2Histograms, quantileOfLog2Histogram, totalOf } from './log2-histogram.ts'

/** xorshift32: the same draws on every run. */
function seededDraws(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}

function histogramOf(values: readonly number[]): [number, number][] {
  return mergeLog2Histograms(values.map((value) => [bucketOf(value), 1]))
}

/** Nearest rank, the definition that the estimate is held to. */
function exactQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN
}

const QUANTILES = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]

/** Data sets of many shapes: even, heavy-tailed, tiny, all the same, powers of two and their neighbours. */
function dataSets(): number[][] {
  return Array.from({ length: 300 }, (_, i) => {
    const draw = seededDraws(i + 1)
    const size = 1 + Math.floor(draw() ** 3 * 500)
    return Array.from({ length: size }, () => {
      if (i % 4 === 0) return Math.floor(draw() * 1000)
      if (i % 4 === 1) return Math.floor(2 ** (draw() * 40))
      if (i % 4 === 2) return 2 ** Math.floor(draw() * 45) + Math.floor(draw() * 3) - 1
      return i
    })
  })
}

describe('quantiles of a log2 histogram', () => {
  it('bound the exact quantile, with and without the maximum', () => {
    for (const values of dataSets()) {
      const histogram = histogramOf(values)
      const maxNs = Math.max(...values)
      for (const q of QUANTILES) {
        const exact = exactQuantile(values, q)
        for (const estimate of [quantileOfLog2Histogram(histogram, q), quantileOfLog2Histogram(histogram, q, { maxNs })]) {
          if (!estimate) throw new Error('no estimate')
          expect(exact).toBeGreaterThanOrEqual(estimate.low)
          expect(exact).toBeLessThanOrEqual(estimate.high)
          expect(estimate.value).toBeGreaterThanOrEqual(estimate.low)
          expect(estimate.value).toBeLessThanOrEqual(estimate.high)
        }
        const bounded = quantileOfLog2Histogram(histogram, q, { maxNs })
        expect(bounded?.high).toBeLessThanOrEqual(maxNs)
      }
      expect(quantileOfLog2Histogram(histogram, 1, { maxNs })).toEqual({ value: maxNs, low: maxNs, high: maxNs })
    }
  })

  it('never fall as q rises', () => {
    for (const values of dataSets()) {
      const histogram = histogramOf(values)
      const estimates = QUANTILES.map((q) => quantileOfLog2Histogram(histogram, q, { maxNs: Math.max(...values) })?.value ?? Number.NaN)
      for (let i = 1; i < estimates.length; i++) expect(estimates[i]).toBeGreaterThanOrEqual(estimates[i - 1] ?? 0)
    }
  })

  it('interpolate within the bucket', () => {
    const histogram: [number, number][] = [[10, 100]]
    expect(quantileOfLog2Histogram(histogram, 0.5)?.value).toBeCloseTo(1024 + 1023 * 0.495)
    expect(quantileOfLog2Histogram(histogram, 0.99)?.value).toBeCloseTo(1024 + 1023 * 0.985)
  })

  it('have no answer for no values, and refuse what is not a quantile', () => {
    expect(quantileOfLog2Histogram([], 0.5)).toBeNull()
    expect(quantileOfLog2Histogram([[3, 0]], 0.5)).toBeNull()
    expect(() => quantileOfLog2Histogram([[3, 1]], 1.5)).toThrow(RangeError)
    expect(() => quantileOfLog2Histogram([[3, 1]], Number.NaN)).toThrow(RangeError)
  })

  it('believe the histogram where the maximum contradicts it', () => {
    expect(quantileOfLog2Histogram([[10, 1]], 0.5, { maxNs: 3 })).toEqual(quantileOfLog2Histogram([[10, 1]], 0.5))
  })
})

describe('log2 histograms', () => {
  it('put each value into the bucket whose edges hold it', () => {
    for (let power = 0; power < 53; power++) {
      for (const value of [2 ** power - 1, 2 ** power, 2 ** power + 1]) {
        const bucket = bucketOf(value)
        expect(value).toBeGreaterThanOrEqual(lowestOfBucket(bucket))
        expect(value).toBeLessThanOrEqual(highestOfBucket(bucket))
      }
    }
  })

  it('merge to the histogram of all values, in whatever order', () => {
    const sets = dataSets()
    for (let i = 0; i + 1 < sets.length; i++) {
      const [a = [], b = []] = [sets[i], sets[i + 1]]
      const merged = mergeLog2Histograms(histogramOf(a).reverse(), histogramOf(b))
      expect(merged).toEqual(histogramOf([...a, ...b]))
      expect(totalOf(merged)).toBe(a.length + b.length)
    }
  })
})
