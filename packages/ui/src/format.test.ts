import { describe, expect, it } from 'vitest'
import {
  bucketBoundsNs,
  formatAgo,
  formatBucket,
  formatBytes,
  formatClock,
  formatCores,
  formatCount,
  formatExact,
  formatNs,
  formatPlural,
  formatRate,
  formatShare,
  formatSpan,
  formatTimestamp,
} from './format.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('formatNs', () => {
  it.each([
    [0, '0 ns'],
    [840, '840 ns'],
    [999.4, '999 ns'],
    [999.6, '1.00 µs'],
    [1_240, '1.24 µs'],
    [999_960, '1.00 ms'],
    [13_130_000, '13.1 ms'],
    [2_410_000_000, '2.41 s'],
    [59_000_000_000, '59.0 s'],
    [192_000_000_000, '3.20 min'],
    [5_400_000_000_000, '1.50 h'],
  ])('%d ns is %s', (ns, text) => expect(plain(formatNs(ns))).toBe(text))

  it('never shows four digits before the unit, whatever the size', () => {
    for (let exponent = 0; exponent < 12; exponent += 0.01) {
      const value = formatNs(10 ** exponent).split('\u00a0')[0] ?? ''
      expect(Number(value), `10^${exponent} → ${value}`).toBeLessThan(1_000)
    }
  })

  it('says so when there is no value', () => {
    expect(formatNs(null)).toBe('–')
    expect(formatNs(Number.NaN)).toBe('–')
  })
})

describe('formatCount and formatRate', () => {
  it.each([
    [0, '0'],
    [9_999, '9,999'],
    [9_999.6, '10.0k'],
    [12_345, '12.3k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [4_560_000, '4.56M'],
    [7_890_000_000, '7.89G'],
  ])('%d is %s', (count, text) => expect(formatCount(count)).toBe(text))

  it.each([
    [0, '0/s'],
    [0.001, '<0.01/s'],
    [0.333, '0.33/s'],
    [12.44, '12.4/s'],
    [3_210, '3.21k/s'],
    [1_500_000, '1.50M/s'],
  ])('%d per second is %s', (rate, text) => expect(formatRate(rate)).toBe(text))

  it('keeps every digit where asked to', () => expect(formatExact(1_234_567)).toBe('1,234,567'))
  it('knows one from many', () =>
    expect([formatPlural(1, 'host'), formatPlural(0, 'host'), formatPlural(2, 'process', 'processes')]).toEqual([
      '1 host',
      '0 hosts',
      '2 processes',
    ]))
})

describe('formatShare', () => {
  it.each([
    [0, '0 %'],
    [0.00001, '<0.1 %'],
    [0.1244, '12.4 %'],
    [0.9999, '>99.9 %'],
    [1, '100 %'],
  ])('%d is %s', (share, text) => expect(plain(formatShare(share))).toBe(text))

  it('is 0 % only for nothing and 100 % only for everything', () => {
    for (let share = 0.000_001; share < 1; share += 0.000_49) {
      expect(['0 %', '100 %']).not.toContain(plain(formatShare(share)))
    }
  })
})

describe('formatSpan and formatClock', () => {
  it.each([
    [500, '500 ms'],
    [1_500, '1.5 s'],
    [30_000, '30 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [300_000, '5 min'],
    [3_660_000, '1 h 1 min'],
  ])('%d ms is %s', (ms, text) => expect(plain(formatSpan(ms))).toBe(text))

  it.each([
    [-400, '0:00'],
    [7_900, '0:07'],
    [150_000, '2:30'],
    [3_723_000, '1:02:03'],
  ])('the clock shows %d ms as %s', (ms, text) => expect(formatClock(ms)).toBe(text))
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.00 KiB'],
    [1_488_977, '1.42 MiB'],
    [16_777_216_000, '15.6 GiB'],
  ])('%d is %s', (bytes, text) => expect(plain(formatBytes(bytes))).toBe(text))
})

describe('times', () => {
  const now = Date.UTC(2026, 10, 24, 12, 0, 0)
  it.each([
    [1_000, 'just now'],
    [42_000, '42 s ago'],
    [300_000, '5 min ago'],
    [10_800_000, '3 h ago'],
    [172_800_000, '2 d ago'],
    [-300_000, 'in 5 min'],
  ])('%d ms back is %s', (ms, text) => expect(plain(formatAgo(new Date(now - ms), now))).toBe(text))

  it('carries its zone, so that two readers mean the same moment', () => {
    const text = formatTimestamp(new Date(now))
    const [, year, month, day, hour, minute, second, zone] = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) UTC(.*)$/.exec(text) ?? []
    const [, sign = '+', hours = '0', minutes = '0'] = /^([+−])(\d+)(?::(\d+))?$/.exec(zone ?? '') ?? []
    const offsetMs = (sign === '−' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
    expect(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - offsetMs).toBe(now)
  })
})

describe('buckets', () => {
  it('meet without gap or overlap', () => {
    for (let bucket = 0; bucket < 62; bucket++) expect(bucketBoundsNs(bucket)[1]).toBe(bucketBoundsNs(bucket + 1)[0])
    expect(bucketBoundsNs(0)[0]).toBe(0)
  })
  it('say their bounds with units', () => {
    expect(plain(formatBucket(10))).toBe('1.02–2.05 µs')
    expect(plain(formatBucket(9))).toBe('512 ns – 1.02 µs')
    expect(plain(formatBucket(0))).toBe('0–2 ns')
  })
})

describe('formatCores', () => {
  it.each([
    [0, '0 cores'],
    [0.0004, '<0.1 % of a core'],
    [0.003, '0.3 % of a core'],
    [0.42, '42 % of a core'],
    [0.997, '1 core'],
    [1.25, '1.3 cores'],
    [12.4, '12 cores'],
    [Number.NaN, '–'],
  ])('%d is %s', (cores, text) => expect(plain(formatCores(cores))).toBe(text))
})
