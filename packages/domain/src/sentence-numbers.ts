/** Numbers of a sentence: a change, told so that both ends and the change have the same unit and as many digits as they are known to. */

/** Digits after the point, so that `error` has one significant digit, or two where it begins with 1 or 2. */
export function digitsFor(error: number): number {
  if (!(error > 0) || !Number.isFinite(error)) return 1
  const power = Math.floor(Math.log10(error))
  return Math.min(6, Math.max(0, error / 10 ** power < 3 ? 1 - power : -power))
}

const GROUPED = /\B(?=(\d{3})+(?!\d))/g

/** A number with that many digits after the point, thousands apart. */
export function decimals(value: number, digits: number): string {
  const [whole = '', rest] = Math.abs(value).toFixed(digits).split('.')
  const text = rest === undefined ? whole.replace(GROUPED, ',') : `${whole.replace(GROUPED, ',')}.${rest}`
  return value < 0 && Number(text.replaceAll(',', '')) !== 0 ? `−${text}` : text
}

/** The same with its sign, also where it is +. */
export const signed = (value: number, digits: number): string => (value >= 0 ? `+${decimals(value, digits)}` : decimals(value, digits))

const DURATIONS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
] as const

/** The unit that the larger of two durations is best told in, and how many ns it is. */
export function durationUnit(ns: number): { unit: string; scale: number } {
  const [unit, scale] = DURATIONS.find(([, size]) => ns >= size) ?? ['ns', 1]
  return { unit, scale }
}

/** Three digits that count, for what has no interval. */
export function threeDigits(value: number): string {
  if (value === 0) return '0'
  return decimals(value, Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))))
}
