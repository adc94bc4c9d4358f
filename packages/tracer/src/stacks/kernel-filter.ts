import type { ConditionOp } from '@sonde/contract'
import type { ArgumentType } from '../probes/resolved-probe.ts'

/**
 * Conditions in the language of the kernel's event filters (Documentation/trace/events.rst, "Event filtering"). What goes into the text
 * are names that the host has, whole numbers and text without quotes: each through one of the functions here.
 */

export type IntType = Extract<ArgumentType, { kind: 'int' }>
/** A condition on a number: text for the filter, or what it always is, by the type alone. */
export type Predicate = string | 'always' | 'never'

const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,63}(\.u?string)?$/
const TEXT = /^[A-Za-z0-9_./:@%+=,-]{1,63}$/

/**
 * A number, as it was declared, that the record holds as a word of 8 unsigned bytes where `asWord`: so the kernel keeps arguments of
 * system calls. Of such a word only the lower bytes mean anything, but the filter compares all of it; a negative `int` comes in two
 * forms, filled up with zeros or with ones, and both are asked for.
 */
export function numberPredicate(field: string, type: IntType, asWord: boolean, op: ConditionOp, value: number): Predicate {
  checkField(field)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`)
  const bits = BigInt(type.bytes * 8)
  const wanted = BigInt(value)
  if (op === '&') {
    const mask = BigInt.asUintN(Number(bits), wanted)
    return mask === 0n ? 'never' : `${field} & ${mask}`
  }
  const [least, most] = type.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n]
  const ranges = rangesOf(op, wanted, least, most)
  if (ranges.length === 0) return 'never'
  if (ranges.some(([from, to]) => from === least && to === most)) return 'always'
  if (!asWord || (type.bytes === 8 && !type.signed)) return `${field} ${op} ${value}`
  return either(ranges.flatMap((range) => words(range, bits).map(([from, to]) => within(field, from, to))))
}

/** Text that the record holds (or, for `.ustring` and `.string`, points to). */
export function textPredicate(field: string, op: ConditionOp, text: string): string {
  checkField(field)
  if (!TEXT.test(text)) throw new RangeError('not a text that a filter may hold')
  if (op !== '==' && op !== '!=') throw new RangeError(`text is not compared with ${op}`)
  return `${field} ${op} "${text}"`
}

export const allOf = (predicates: readonly string[]): string | null => (predicates.length === 0 ? null : predicates.join(' && '))

type Range = readonly [from: bigint, to: bigint]

/** The values of the type for which the comparison holds. */
function rangesOf(op: Exclude<ConditionOp, '&'>, value: bigint, least: bigint, most: bigint): Range[] {
  const clip = (from: bigint, to: bigint): Range[] => {
    const [a, b] = [from < least ? least : from, to > most ? most : to]
    return a <= b ? [[a, b]] : []
  }
  switch (op) {
    case '==':
      return clip(value, value)
    case '!=':
      return value < least || value > most ? [[least, most]] : [...clip(least, value - 1n), ...clip(value + 1n, most)]
    case '<':
      return clip(least, value - 1n)
    case '<=':
      return clip(least, value)
    case '>':
      return clip(value + 1n, most)
    case '>=':
      return clip(value, most)
  }
}

/** The words that stand for a range of values: a negative value is two words. */
function words([from, to]: Range, bits: bigint): Range[] {
  const all: Range[] = []
  if (to >= 0n) all.push([from < 0n ? 0n : from, to])
  if (from < 0n) {
    const negative = to < 0n ? to : -1n
    for (const width of new Set([bits, 64n])) all.push([(1n << width) + from, (1n << width) + negative])
  }
  return all
}

function within(field: string, from: bigint, to: bigint): string {
  if (from === to) return `${field} == ${from}`
  if (from === 0n) return `${field} <= ${to}`
  return `(${field} >= ${from} && ${field} <= ${to})`
}

const either = (predicates: readonly string[]): string => (predicates.length === 1 ? (predicates[0] ?? '') : `(${predicates.join(' || ')})`)

function checkField(field: string): void {
  if (!FIELD.test(field)) throw new RangeError('not a field that a filter may name')
}
