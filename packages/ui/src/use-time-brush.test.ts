import { expect, it } from 'vitest'
import { snapSpan } from './use-time-brush.ts'

it('selects whole steps, at least one, and never outside of the recording', () => {
  expect(snapSpan(1_200, 3_700, 1_000, 10_000)).toEqual({ fromMs: 1_000, toMs: 4_000 })
  expect(snapSpan(2_000, 2_000, 1_000, 10_000)).toEqual({ fromMs: 2_000, toMs: 3_000 })
  expect(snapSpan(10_000, 10_000, 1_000, 10_000)).toEqual({ fromMs: 9_000, toMs: 10_000 })
  expect(snapSpan(-5, 1e9, 2_000, 9_000)).toEqual({ fromMs: 0, toMs: 10_000 })
  for (let i = 0; i < 500; i++) {
    const [from, to] = [Math.random() * 12_000, Math.random() * 12_000].sort((a, b) => a - b)
    const span = snapSpan(from ?? 0, to ?? 0, 700, 11_300)
    expect(span.fromMs % 700).toBe(0)
    expect(span.toMs % 700).toBe(0)
    expect(span.toMs).toBeGreaterThan(span.fromMs)
    expect(span.fromMs).toBeGreaterThanOrEqual(0)
    expect(span.toMs).toBeLessThanOrEqual(11_900)
  }
})
