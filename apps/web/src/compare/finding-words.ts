import type { Measure } from '@sonde/contract'
import { formatNs, formatShare } from '@sonde/ui'

/** Three digits, from a thousand on with a letter: `0.0123`, `12.4`, `1.24k`. */
export function shortAmount(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  for (const [step, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= step * 0.9995) return `${digits(value / step)}${letter}`
  }
  return size < 0.001 ? value.toExponential(1) : digits(value)
}

const digits = (value: number): string => {
  const size = Math.abs(value)
  if (size >= 99.95) return value.toFixed(0)
  return String(Number(value.toPrecision(3)))
}

/** A value in its unit: shares in percent, times in the unit that fits, others as `1.24k /s` and `0.12 samples/request`. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return '–'
  if (unit === 'share') return formatShare(value)
  if (unit === 'ns') return formatNs(value)
  return unit.startsWith('/') ? `${shortAmount(value)}${unit}` : `${shortAmount(value)} ${unit}`
}

/** Half of the interval. */
const halfWidth = ({ low, high }: Measure): number | null => (low === null || high === null ? null : (high - low) / 2)

/** `+5.6 ± 0.8`: of shares in points, of times in their unit, of others as they are. `–` where a side has no value. */
export function changeText(measure: Measure, unit: string): string {
  const { change } = measure
  if (change === null) return '–'
  const half = halfWidth(measure)
  const sign = change > 0 ? '+' : change < 0 ? '−' : '±'
  const size = Math.abs(change)
  if (unit === 'share') {
    // As exact as its interval is: a change of 5.6 that may be off by 0.8 has no second digit.
    const isCoarse = size >= 0.01 && (half === null || half >= 0.001)
    return `${sign}${points(size, isCoarse)}${half === null ? '' : ` ± ${points(half, isCoarse)}`}`
  }
  const text = (value: number) => (unit === 'ns' ? formatNs(value) : shortAmount(value))
  return `${sign}${text(size)}${half === null ? '' : ` ± ${text(half)}`}`
}

/** Of 1 % each. */
function points(share: number, isCoarse: boolean): string {
  const value = share * 100
  if (value === 0) return '0'
  if (value < 0.01) return '<0.01'
  return value.toFixed(isCoarse ? 1 : 2)
}

/** How many times as much B is: `× 2.37`; '' where that is no number. */
export function timesText({ a, b }: Pick<Measure, 'a' | 'b'>): string {
  if (a === null || b === null || !(a > 0) || !(b > 0)) return ''
  const times = b / a
  return times >= 99.5 ? `× ${Math.round(times)}` : `× ${times.toPrecision(3)}`
}

/** `7 of 8`; '' where no host is on both sides. */
export const hostsText = ({ hosts }: Measure): string => (hosts === null ? '' : `${hosts.agree} of ${hosts.of}`)

/** `< 0.001`, `0.02`, `0.34`; `–` where nothing could be tested. */
export function qText(q: number | null): string {
  if (q === null) return '–'
  if (q < 0.001) return '<0.001'
  return q < 0.01 ? q.toFixed(3) : q.toFixed(2)
}

/** All that is known of a measure, in lines for a title. */
export function measureTitle(measure: Measure, unit: string, counted: string): string {
  const { a, b, low, high, q, significant, countA, countB } = measure
  const times = timesText(measure)
  const hosts = hostsText(measure)
  const of = (value: number) =>
    unit === 'share'
      ? `${signed(value * 100)} points`
      : unit === 'ns'
        ? `${value < 0 ? '−' : '+'}${formatNs(Math.abs(value))}`
        : signed(value)
  return [
    `${valueText(a, unit)} → ${valueText(b, unit)}${times ? ` (${times})` : ''}`,
    low === null || high === null ? 'no interval: too little to resample' : `95 % interval of the change: ${of(low)} to ${of(high)}`,
    q === null ? 'not tested' : `q = ${qText(q)}, ${significant ? 'significant' : 'not significant'}`,
    hosts === '' ? '' : `same direction on ${hosts} hosts`,
    `from ${shortAmount(countA)} and ${shortAmount(countB)} ${counted}`,
  ]
    .filter(Boolean)
    .join('\n')
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${shortAmount(Math.abs(value))}`
