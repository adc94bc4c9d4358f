import { describe, expect, it } from 'vitest'
import { digamma, inverseTrigamma, trigamma } from './polygamma.ts'
import { logGamma, studentUpperQuantile, studentUpperTail } from './student-t.ts'
import { normalUpperQuantile } from './upper-quantile.ts'

describe("Student's t", () => {
  // Abramowitz and Stegun, table 26.10; df 1 is Cauchy's distribution, df 2 has a closed form.
  it.each([
    [0.025, 1, 12.706],
    [0.025, 2, 4.303],
    [0.025, 10, 2.228],
    [0.005, 7, 3.499],
    [0.0005, 20, 3.85],
    [0.025, 120, 1.98],
  ])('leaves %f above its quantile with %i degrees of freedom', (tail, df, t) => {
    expect(studentUpperQuantile(tail, df)).toBeCloseTo(t, 3)
    expect(studentUpperTail(studentUpperQuantile(tail, df), df)).toBeCloseTo(tail, 12)
  })

  it('is exact where there is a closed form, far out as well', () => {
    for (const t of [-3, -0.5, 0, 0.1, 1, 5, 80, 1e5]) {
      expect(studentUpperTail(t, 1) / (0.5 - Math.atan(t) / Math.PI)).toBeCloseTo(1, t > 1e3 ? 4 : 9)
      const two = 0.5 * (1 - t / Math.sqrt(2 + t * t))
      if (two > 1e-6) expect(studentUpperTail(t, 2) / two).toBeCloseTo(1, 8)
    }
  })

  it('becomes the normal distribution', () => {
    for (const tail of [0.4, 0.1, 0.025, 0.001])
      expect(studentUpperQuantile(tail, Number.POSITIVE_INFINITY)).toBeCloseTo(normalUpperQuantile(tail), 3)
  })

  it('refuses what is no tail', () => {
    for (const tail of [0, 0.6, Number.NaN]) expect(() => studentUpperQuantile(tail, 5)).toThrow(RangeError)
  })
})

describe('gamma functions', () => {
  it('agree with what they are at known places', () => {
    for (const [n, factorial] of [
      [1, 1],
      [2, 1],
      [5, 24],
      [11, 3_628_800],
    ] as const)
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10)
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 10)
    expect(digamma(1)).toBeCloseTo(-0.5772156649, 9)
    expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 9)
    expect(trigamma(0.5)).toBeCloseTo(Math.PI ** 2 / 2, 9)
    for (const x of [0.01, 0.7, 3, 50, 1e4]) expect(inverseTrigamma(trigamma(x)) / x).toBeCloseTo(1, 6)
  })
})
