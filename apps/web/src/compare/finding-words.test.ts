import type { Measure } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { changeText, hostsText, measureTitle, qText, shortAmount, timesText, valueText } from './finding-words.ts'

const measure = (patch: Partial<Measure> = {}): Measure => ({
  ...{ a: 0.041, b: 0.097, change: 0.056, low: 0.048, high: 0.064, q: 0.0004, significant: true },
  ...{ hosts: { agree: 7, of: 8 }, countA: 410, countB: 12_970 },
  ...patch,
})

describe('a measure in words', () => {
  it('is as the sentences have it: 4.1 → 9.7 % (+5.6 ± 0.8)', () => {
    expect([valueText(0.041, 'share'), valueText(0.097, 'share'), changeText(measure(), 'share')]).toEqual([
      '4.1\u00a0%',
      '9.7\u00a0%',
      '+5.6 ± 0.8',
    ])
    expect(changeText(measure({ change: 0.0021, low: 0.0016, high: 0.0026 }), 'share')).toBe('+0.21 ± 0.05')
    expect(changeText(measure({ change: 0.0212, low: 0.021, high: 0.0214 }), 'share')).toBe('+2.12 ± 0.02')
    expect(hostsText(measure())).toBe('7 of 8')
    expect(timesText(measure())).toBe('× 2.37')
  })

  it('says less as less, and nothing of what is not known', () => {
    expect(changeText(measure({ change: -0.0004, low: null, high: null }), 'share')).toBe('−0.04')
    expect(changeText(measure({ change: 0.00001, low: 0, high: 0.00002 }), 'share')).toBe('+<0.01 ± <0.01')
    expect(changeText(measure({ change: null }), 'share')).toBe('–')
    expect(valueText(null, 'ns')).toBe('–')
    expect([hostsText(measure({ hosts: null })), timesText(measure({ a: 0 })), qText(null)]).toEqual(['', '', '–'])
    expect(measureTitle(measure({ q: null, low: null, hosts: null, a: null }), 'share', 'samples')).toBe(
      '– → 9.7\u00a0%\nno interval: too little to resample\nnot tested\nfrom 410 and 13k samples',
    )
  })

  it('keeps units apart', () => {
    expect(valueText(1_240, '/s')).toBe('1.24k/s')
    expect(valueText(0.0123, 'samples/request')).toBe('0.0123 samples/request')
    expect(changeText(measure({ change: 1_500, low: 1_000, high: 2_000 }), 'ns')).toBe('+1.50\u00a0µs ± 500\u00a0ns')
    expect(measureTitle(measure({ change: 1_500, low: -1_000, high: 2_000 }), 'ns', 'calls')).toContain('−1.00\u00a0µs to +2.00\u00a0µs')
  })

  it.each([
    [0, '0'],
    [0.00042, '4.2e-4'],
    [0.0123, '0.0123'],
    [99.96, '100'],
    [999.6, '1k'],
    [-12_345, '-12.3k'],
    [3.2e9, '3.2G'],
  ])('%d is %s', (value, text) => expect(shortAmount(value)).toBe(text))

  it.each([
    [0.0001, '<0.001'],
    [0.004, '0.004'],
    [0.05, '0.05'],
    [1, '1.00'],
  ])('q of %d is %s', (q, text) => expect(qText(q)).toBe(text))
})
