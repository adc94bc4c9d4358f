import type { Verdict } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { comparedSides } from './verdict-scale.ts'

const meta = { event: 'cpu-clock', unit: 'samples', periodNs: 10_000_000, startMs: 0, durationMs: 0, timed: true } as const
const sure = { significant: true }
const not = { significant: false }
const verdict = (functionUnit: string, a: number | null, b: number | null) =>
  ({
    functionUnit,
    a: { divisor: a },
    b: { divisor: b },
    functions: [
      { key: 'own', self: sure, total: not },
      { key: 'calls', self: not, total: sure },
      { key: 'noise', self: not, total: not },
    ],
  }) as unknown as Verdict

describe('how the differential graph is made', () => {
  it('is by chance and shares while there is no verdict', () => {
    expect(comparedSides(undefined, meta, 'both')).toMatchObject({ per: null, unit: 'share', significant: null })
  })

  it('is sure of functions whose own time or total is significant', () => {
    expect(comparedSides(verdict('share', 100, 200), meta, 'here')).toMatchObject({
      per: null,
      widths: 'here',
      significant: ['own', 'calls'],
    })
  })

  it('divides samples so that their seconds are told: 300 samples of 10 ms in 6 s are half a CPU', () => {
    const { per, unit } = comparedSides(verdict('cpu-seconds/s', 6, 12), meta, 'both')
    expect(unit).toBe('cpu-seconds/s')
    expect(300 / (per?.rest ?? 0)).toBeCloseTo(0.5, 9)
    expect(600 / (per?.here ?? 0)).toBeCloseTo(0.5, 9)
    expect(comparedSides(verdict('samples/request', 10, 20), meta, 'both').per).toEqual({ here: 20, rest: 10 })
  })

  it('falls back to shares where a side has nothing to be divided by, or samples of no known time', () => {
    expect(comparedSides(verdict('cpu-seconds/s', null, 12), meta, 'both').per).toBeNull()
    expect(comparedSides(verdict('cpu-seconds/s', 6, 12), { ...meta, periodNs: 0 }, 'both')).toMatchObject({ per: null, unit: 'share' })
  })
})
