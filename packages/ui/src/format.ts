/**
 * Numbers as people read them: at most three significant digits, always with the unit, a no-break space between the two.
 * "–" stands for a value that is not known; a zero is a zero.
 */
const NBSP = '\u00a0'
const UNKNOWN = '–'

const exactFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 3 significant digits, no exponent, no trailing zeros beyond what was asked: 1.24, 12.4, 124. */
function threeDigits(value: number): string {
  const size = Math.abs(value)
  if (size >= 99.95) return value.toFixed(0)
  if (size >= 9.995) return value.toFixed(1)
  return value.toFixed(2)
}

type Step = readonly [size: number, unit: string]

/** Picks the largest step that the value reaches; a value that rounds up to the next step's size takes that step. */
function scale(value: number, steps: readonly Step[]): string {
  const size = Math.abs(value)
  for (const [stepSize, unit] of steps) {
    if (size >= stepSize * 0.9995) return `${threeDigits(value / stepSize)}${NBSP}${unit}`
  }
  const [stepSize, unit] = steps[steps.length - 1] ?? [1, '']
  return `${threeDigits(value / stepSize)}${NBSP}${unit}`
}

/** 1234567 → "1,234,567" */
export function formatExact(count: number): string {
  return Number.isFinite(count) ? exactFormat.format(count) : UNKNOWN
}

/** A count: exact below 10,000, then 12.3k, 4.56M, 7.89G. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return UNKNOWN
  const size = Math.abs(count)
  if (size < 9_999.5) return exactFormat.format(count)
  if (size < 999_500) return `${threeDigits(count / 1e3)}k`
  if (size < 999_500_000) return `${threeDigits(count / 1e6)}M`
  return `${threeDigits(count / 1e9)}G`
}

/** "1 host", "2 hosts" */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Events per second: "0.33/s", "12.4/s", "3.21k/s". */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return UNKNOWN
  if (perSecond === 0) return '0/s'
  if (perSecond < 0.01) return '<0.01/s'
  if (perSecond < 999.5) return `${threeDigits(perSecond)}/s`
  if (perSecond < 999_500) return `${threeDigits(perSecond / 1e3)}k/s`
  return `${threeDigits(perSecond / 1e6)}M/s`
}

/** A duration given in ns: "0 ns", "840 ns", "1.24 µs", "13.1 ms", "2.41 s", "3.2 min", "1.50 h". */
export function formatNs(ns: number | null): string {
  if (ns === null || !Number.isFinite(ns)) return UNKNOWN
  if (Math.abs(ns) < 999.5) return `${Math.round(ns)}${NBSP}ns`
  return scale(ns, [
    [3_600e9, 'h'],
    [60e9, 'min'],
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ])
}

/** A duration given in ms, as settings are said: "500 ms", "30 s", "5 min", "1 min 30 s". */
export function formatSpan(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return UNKNOWN
  if (ms < 1_000) return `${Math.round(ms)}${NBSP}ms`
  const seconds = ms / 1_000
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))}${NBSP}s`
  const whole = Math.round(seconds)
  const hours = Math.floor(whole / 3_600)
  const minutes = Math.floor((whole % 3_600) / 60)
  const parts =
    hours > 0
      ? [`${hours}${NBSP}h`, minutes > 0 && `${minutes}${NBSP}min`]
      : [`${minutes}${NBSP}min`, whole % 60 > 0 && `${whole % 60}${NBSP}s`]
  return parts.filter(Boolean).join(' ')
}

/** A running clock: "0:07", "2:30", "1:02:03". Never negative. */
export function formatClock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000))
  const seconds = String(total % 60).padStart(2, '0')
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return `${minutes}:${seconds}`
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`
}

/** CPU time given in seconds: "0.42 s of CPU" is said by the caller; here "0.42 s", "12.4 s", "3.20 min". */
export function formatCpuSeconds(seconds: number): string {
  return formatNs(seconds * 1e9)
}

/** CPU used, in cores, as people say it: "0 cores", "0.3 % of a core", "42 % of a core", "1.2 cores". */
export function formatCores(cores: number): string {
  if (!Number.isFinite(cores)) return UNKNOWN
  if (cores === 0) return `0${NBSP}cores`
  if (cores < 0.001) return `<0.1${NBSP}% of a core`
  if (cores < 0.995) return `${(cores * 100).toFixed(cores < 0.0995 ? 1 : 0)}${NBSP}% of a core`
  if (cores < 1.05) return `1${NBSP}core`
  return `${cores.toFixed(cores < 9.95 ? 1 : 0)}${NBSP}cores`
}

/** Binary units, since memory and disk come in them: "812 B", "1.42 MiB", "15.6 GiB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return UNKNOWN
  if (Math.abs(bytes) < 1_023.5) return `${Math.round(bytes)}${NBSP}B`
  return scale(bytes, [
    [1024 ** 4, 'TiB'],
    [1024 ** 3, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
  ])
}

/** A share 0..1 as "12.4 %"; what is not zero never reads as 0 %, what is not all never as 100 %. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return UNKNOWN
  const percent = share * 100
  if (percent === 0) return `0${NBSP}%`
  if (percent < 0.1) return `<0.1${NBSP}%`
  if (percent > 99.9 && percent < 100) return `>99.9${NBSP}%`
  if (percent >= 99.95) return `${percent.toFixed(0)}${NBSP}%`
  return `${percent.toFixed(1)}${NBSP}%`
}

/** "just now", "42 s ago", "5 min ago", "3 h ago", "2 d ago"; the future as "in 5 min". */
export function formatAgo(date: Date, nowMs: number): string {
  const ms = nowMs - date.getTime()
  const seconds = Math.abs(ms) / 1_000
  if (seconds < 5) return 'just now'
  const text =
    seconds < 59.5
      ? `${Math.round(seconds)}${NBSP}s`
      : seconds < 3_570
        ? `${Math.round(seconds / 60)}${NBSP}min`
        : seconds < 84_600
          ? `${Math.round(seconds / 3_600)}${NBSP}h`
          : `${Math.round(seconds / 86_400)}${NBSP}d`
  return ms < 0 ? `in ${text}` : `${text} ago`
}

/** Local time with its offset, to the second: "2026-11-24 02:33:10 UTC+1". */
export function formatTimestamp(date: Date): string {
  const pad = (n: number) => String(n).padStart(2, '0')
  const offset = -date.getTimezoneOffset()
  const hours = Math.floor(Math.abs(offset) / 60)
  const minutes = Math.abs(offset) % 60
  const zone = offset === 0 ? 'UTC' : `UTC${offset < 0 ? '−' : '+'}${hours}${minutes > 0 ? `:${pad(minutes)}` : ''}`
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())} ${zone}`
}

/** Bounds of a log2 bucket in ns, as in syscallRowSchema: bucket b holds [2^b, 2^(b+1)) ns, b = 0 also holds 0 ns. */
export function bucketBoundsNs(bucket: number): [fromNs: number, toNs: number] {
  return [bucket === 0 ? 0 : 2 ** bucket, 2 ** (bucket + 1)]
}

/** "1.02–2.05 µs", or with both units where they differ. */
export function formatBucket(bucket: number): string {
  const [from, to] = bucketBoundsNs(bucket)
  const [fromText, toText] = [formatNs(from), formatNs(to)]
  const [fromValue, fromUnit] = fromText.split(NBSP)
  const [, toUnit] = toText.split(NBSP)
  return fromUnit === toUnit ? `${fromValue}–${toText}` : `${fromText} – ${toText}`
}
