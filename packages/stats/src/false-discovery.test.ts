import { describe, expect, it } from 'vitest'
import { falseDiscoveryRates } from './false-discovery.ts'
import { seededDraws } from './units.ts'

describe('false discovery rates', () => {
  it('are those of the published example', () => {
    // Benjamini and Hochberg 1995, section 3.2: of 15 p-values, four are findings at 5 %.
    const p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1]
    expect(falseDiscoveryRates(p).filter((q) => q <= 0.05)).toHaveLength(4)
    expect(
      falseDiscoveryRates([...p].reverse())
        .slice(-4)
        .every((q) => q <= 0.05),
    ).toBe(true)
  })

  it('keep the order of the p-values, are never smaller than them, and of one test are the same', () => {
    const random = seededDraws(3)
    const p = Array.from({ length: 200 }, () => random() ** 3)
    const q = falseDiscoveryRates(p)
    for (const [k, value] of q.entries()) expect(value).toBeGreaterThanOrEqual(p[k] ?? 1)
    const order = Array.from(p.keys()).sort((x, y) => (p[x] ?? 0) - (p[y] ?? 0))
    for (let k = 1; k < order.length; k++) expect(q[order[k] ?? 0]).toBeGreaterThanOrEqual(q[order[k - 1] ?? 0] ?? 1)
    expect(falseDiscoveryRates([0.03])).toEqual([0.03])
    expect(falseDiscoveryRates([])).toEqual([])
  })
})
