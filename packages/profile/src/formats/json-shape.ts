import { ProfileFormatError } from '../profile-format-error.ts'

/** Narrowing of parsed JSON; `where` says what is wrong where: `is no speedscope file: profile 3 has no list of events`. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

export function requireObject(value: unknown, where: string): JsonObject {
  return isObject(value) ? value : refuse(`${where} is no object`)
}

export function requireList(value: unknown, where: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${where} is no list`)
}

export function requireNumber(value: unknown, where: string): number {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : refuse(`${where} is no number within ±2^53`)
}

/** An index into a list of `length`. */
export function requireIndex(value: unknown, length: number, where: () => string): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < length
    ? value
    : refuse(`${where()} is none of ${length}`)
}

function refuse(what: string): never {
  throw new ProfileFormatError(`is broken speedscope JSON: ${what}`)
}
