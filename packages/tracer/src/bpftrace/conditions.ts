import type { Condition } from '@sonde/contract'
import { TraceRefusal } from '../trace-errors.ts'
import { type Code, code, integer, textLiteral } from './code.ts'
import { type FieldContext, fieldValue } from './fields.ts'
import type { Value } from './value.ts'

const ALWAYS = code`(1 == 1)`
const NEVER = code`(1 == 0)`

/** Conditions of a spec as expressions, evaluated in the kernel. @throws TraceRefusal bad-spec for one that makes no sense here */
export function conditionCodes(conditions: readonly Condition[], context: FieldContext): Code[] {
  return conditions.map((condition) => conditionCode(condition, fieldValue(condition.field, context)))
}

function conditionCode(condition: Condition, value: Value): Code {
  switch (value.kind) {
    case 'number':
      return numberCondition(condition, value)
    case 'text':
      return textCondition(condition, value)
    case 'ipv6':
      throw refusal(condition, 'is an IPv6 address, which cannot be compared')
  }
}

function numberCondition(condition: Condition, { expression, bytes, signed, meaning }: Extract<Value, { kind: 'number' }>): Code {
  const { op } = condition
  const value = meaning === 'ipv4' && typeof condition.value === 'string' ? parseIpv4(condition.value) : condition.value
  if (typeof value !== 'number') throw refusal(condition, meaning === 'ipv4' ? 'is compared with an address like 10.0.0.1' : 'is a number')
  const least = signed ? -(2 ** (bytes * 8 - 1)) : 0
  const most = signed ? 2 ** (bytes * 8 - 1) - 1 : 2 ** (bytes * 8) - 1
  // A number that the field cannot have is decided here: in the program it would be wrapped into one that it can.
  if (value < least) return op === '!=' || op === '>' || op === '>=' ? ALWAYS : op === '&' ? refuseMask(condition) : NEVER
  if (value > most) return op === '!=' || op === '<' || op === '<=' ? ALWAYS : op === '&' ? refuseMask(condition) : NEVER
  const literal = value < 0 ? code`(${integer(value)})` : integer(value)
  switch (op) {
    case '==':
      return code`(${expression}) == ${literal}`
    case '!=':
      return code`(${expression}) != ${literal}`
    case '<':
      return code`(${expression}) < ${literal}`
    case '<=':
      return code`(${expression}) <= ${literal}`
    case '>':
      return code`(${expression}) > ${literal}`
    case '>=':
      return code`(${expression}) >= ${literal}`
    case '&':
      if (value < 0) return refuseMask(condition)
      return code`((${expression}) & ${literal}) != 0`
  }
}

function textCondition(condition: Condition, { expression, length }: Extract<Value, { kind: 'text' }>): Code {
  const { op, value } = condition
  if (typeof value !== 'string' || (op !== '==' && op !== '!='))
    throw refusal(condition, 'is text, which can be compared with == and != and a text in quotes')
  // Longer than the field can be: never equal. (bpftrace would compare the beginnings.)
  if (length !== null && value.length >= length) return op === '==' ? NEVER : ALWAYS
  return op === '==' ? code`${expression} == ${textLiteral(value)}` : code`${expression} != ${textLiteral(value)}`
}

function parseIpv4(text: string): number | null {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (parts.length !== 4 || parts.some((part) => part > 255)) return null
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

function refuseMask(condition: Condition): never {
  throw refusal(condition, 'has no such bits')
}

const refusal = (condition: Condition, why: string) => new TraceRefusal('bad-spec', `Condition on "${condition.field}": it ${why}.`)
