import { describe, expect, it } from 'vitest'
import { chanceOfIndependentDraws, jensenShannon, jensenShannonTerm, meanDivergence } from './jensen-shannon.ts'
import { seededDraws } from './units.ts'
import { normalUpperQuantile, upperQuantile } from './upper-quantile.ts'

const shares = (values: number[]): Float64Array => {
  const sum = values.reduce((a, b) => a + b, 0)
  return Float64Array.from(values, (value) => value / sum)
}

describe('the Jensen–Shannon divergence', () => {
  it('is what the entropies say: H(m) − (H(p) + H(q)) / 2', () => {
    const entropy = (p: Float64Array) => p.reduce((sum, x) => sum - (x > 0 ? x * Math.log2(x) : 0), 0)
    for (let seed = 1; seed < 200; seed++) {
      const random = seededDraws(seed)
      const values = () => Array.from({ length: 12 }, () => (random() < 0.3 ? 0 : random()))
      const [p, q] = [shares([...values(), 0.1]), shares([...values(), 0.1])]
      const expected = entropy(p.map((x, i) => (x + (q[i] ?? 0)) / 2)) - (entropy(p) + entropy(q)) / 2
      expect(jensenShannon(p, q)).toBeCloseTo(expected, 12)
      expect(jensenShannon(q, p)).toBeCloseTo(expected, 12)
      const terms = Array.from(p, (x, i) => jensenShannonTerm(x, q[i] ?? 0))
      expect(Math.min(...terms)).toBeGreaterThanOrEqual(0)
      expect(terms.reduce((a, b) => a + b, 0)).toBeCloseTo(expected, 12)
    }
  })

  it('is 0 for the same and 1 for what shares nothing', () => {
    expect(jensenShannon(shares([1, 2, 3]), shares([1, 2, 3]))).toBe(0)
    expect(jensenShannon(shares([1, 2, 0]), shares([0, 0, 3]))).toBeCloseTo(1, 12)
    expect(jensenShannon(shares([]), shares([]))).toBe(0)
  })

  it('has a root that is a metric', () => {
    for (let seed = 1; seed < 300; seed++) {
      const random = seededDraws(seed)
      const any = () => shares(Array.from({ length: 5 }, () => random() ** 4))
      const [a, b, c] = [any(), any(), any()]
      const distance = (p: Float64Array, q: Float64Array) => Math.sqrt(jensenShannon(p, q))
      expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 1e-12)
    }
  })

  it('is the mean over parts', () => {
    const p = Float64Array.from([1, 0, 0.5, 0.5])
    const q = Float64Array.from([0, 1, 0.5, 0.5])
    expect(meanDivergence(p, q, [0, 2, 4])).toBeCloseTo(0.5, 12)
  })
})

describe('chance', () => {
  it('gives two samples of one distribution about the divergence that the formula says', () => {
    const random = seededDraws(99)
    const categories = 20
    const sample = (n: number) => {
      const counts = new Array<number>(categories).fill(0)
      for (let i = 0; i < n; i++) {
        const at = Math.floor(random() * categories)
        counts[at] = (counts[at] ?? 0) + 1
      }
      return shares(counts)
    }
    const divergences = Array.from({ length: 400 }, () => jensenShannon(sample(500), sample(2_000)))
    const mean = divergences.reduce((a, b) => a + b, 0) / divergences.length
    const expected = chanceOfIndependentDraws(categories, 500, 2_000)
    expect(mean / expected.mean).toBeGreaterThan(0.95)
    expect(mean / expected.mean).toBeLessThan(1.05)
    // and 1 in 20 passes the quantile of 0.05: 20 of 400, give or take
    const beyond = divergences.filter((d) => d > upperQuantile(expected, 0.05)).length
    expect(beyond).toBeGreaterThan(8)
    expect(beyond).toBeLessThan(36)
  })

  it('knows the quantiles that tables print', () => {
    for (const [tail, z] of [
      [0.5, 0],
      [0.05, 1.6449],
      [0.025, 1.96],
      [0.001, 3.0902],
      [0.00125, 3.0233],
    ] as const)
      expect(Math.abs(normalUpperQuantile(tail) - z)).toBeLessThan(0.0006)
    // χ² of 10 degrees of freedom, 95 %: 18.307; of 100: 124.342
    expect(upperQuantile({ mean: 10, variance: 20 }, 0.05) / 18.307).toBeCloseTo(1, 2)
    expect(upperQuantile({ mean: 100, variance: 200 }, 0.05) / 124.342).toBeCloseTo(1, 3)
    expect(upperQuantile({ mean: 0, variance: 0 }, 0.05)).toBe(0)
    expect(() => normalUpperQuantile(0)).toThrow(RangeError)
    expect(() => normalUpperQuantile(0.7)).toThrow(RangeError)
  })
})
