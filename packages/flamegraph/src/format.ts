import type { ProfileMeta } from '@sonde/profile'

export type WeightUnit = ProfileMeta['unit']

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const atMostTwo = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** `12.4 %`, `0.03 %`; `< 0.01 %` rather than a zero that is none. */
export function formatShare(part: number, whole: number): string {
  if (!(whole > 0) || !(part > 0)) return '0 %'
  const percent = (100 * part) / whole
  if (percent < 0.01) return '< 0.01 %'
  if (percent >= 99.95 && percent < 100) return '> 99.9 %'
  return `${percent >= 99.95 ? '100' : percent >= 1 ? percent.toFixed(1) : percent.toFixed(2)} %`
}

/** Thousands separated; fractions only where the weight has any. */
export const formatCount = (value: number): string => (Number.isInteger(value) ? grouped : atMostTwo).format(value)

/** `1.24 s`, `310 ms`, `4 min 12 s`: three digits at most, so that two can be compared at a glance. */
export function formatDuration(ns: number): string {
  if (ns < 1e3) return `${digits(ns)} ns`
  if (ns < 1e6) return `${digits(ns / 1e3)} µs`
  if (ns < 1e9) return `${digits(ns / 1e6)} ms`
  if (ns < 100e9) return `${digits(ns / 1e9)} s`
  const seconds = Math.round(ns / 1e9)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${grouped.format(Math.floor(seconds / 3600))} h ${Math.floor((seconds % 3600) / 60)} min`
}

function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let at = 0
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024
    at++
  }
  return `${digits(value)} ${units[at]}`
}

const digits = (value: number): string =>
  value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

/** A weight with its unit: `1,204 samples`, `3.2 ms`. */
export function formatWeight(weight: number, unit: WeightUnit): string {
  if (unit === 'ns') return formatDuration(weight)
  if (unit === 'bytes') return formatBytes(weight)
  if (unit === 'samples') return `${formatCount(weight)} ${weight === 1 ? 'sample' : 'samples'}`
  return formatCount(weight)
}

/** CPU time that the samples stand for, '' where the period is unknown or the weight is not samples. */
export const formatCpuTime = (samples: number, unit: WeightUnit, periodNs: number): string =>
  unit === 'samples' && periodNs > 0 ? formatDuration(samples * periodNs) : ''
