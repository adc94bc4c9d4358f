import type { Condition } from '@sonde/contract'
import { TraceRefusal } from '../trace-errors.ts'
import { type Code, code, integer, textLiteral } from './code.ts'
import { type FieldContext, fieldValue } from './fields.ts'
import type { Value } from './value.ts'

/**
 * Conditions of a spec as expressions, evaluated in the kernel; those that always hold, by the type of the field alone, are left out.
 * @throws TraceRefusal bad-spec for one that makes no sense here, or never holds
 */
export function conditionCodes(conditions: readonly Condition[], context: FieldContext): Code[] {
  return conditions.flatMap((condition) => {
    const found = conditionCode(condition, fieldValue(condition.field, context))
    if (found === 'never')
      throw new TraceRefusal(
        'bad-spec',
        `${condition.field} ${condition.op} ${condition.value} never holds at ${context.probe.label}: the field cannot have such a value.`,
      )
    return found === 'always' ? [] : [found]
  })
}

type Found = Code | 'always' | 'never'

function conditionCode(condition: Condition, value: Value): Found {
  switch (value.kind) {
    case 'number':
      return numberCondition(condition, value)
    case 'text':
      return textCondition(condition, value)
    case 'ipv6':
      throw refusal(condition, 'is an IPv6 address, which cannot be compared')
  }
}

function numberCondition(condition: Condition, { expression, bytes, signed, meaning }: Extract<Value, { kind: 'number' }>): Found {
  const { op } = condition
  const value = meaning === 'ipv4' && typeof condition.value === 'string' ? parseIpv4(condition.value) : condition.value
  if (typeof value !== 'number') throw refusal(condition, meaning === 'ipv4' ? 'is compared with an address like 10.0.0.1' : 'is a number')
  const least = signed ? -(2 ** (bytes * 8 - 1)) : 0
  const most = signed ? 2 ** (bytes * 8 - 1) - 1 : 2 ** (bytes * 8) - 1
  // A number that the field cannot have is decided here: in the program it would be wrapped into one that it can.
  if (op === '&') return value <= 0 || value >= 2 ** (bytes * 8) ? 'never' : code`((uint64)(${expression}) & ${integer(value)}) != 0`
  if (value < least) return op === '!=' || op === '>' || op === '>=' ? 'always' : 'never'
  if (value > most) return op === '!=' || op === '<' || op === '<=' ? 'always' : 'never'
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
  }
}

function textCondition(condition: Condition, { expression, length }: Extract<Value, { kind: 'text' }>): Found {
  const { op, value } = condition
  if (typeof value !== 'string' || (op !== '==' && op !== '!='))
    throw refusal(condition, 'is text, which can be compared with == and != and a text in quotes')
  // Longer than the field can be: never equal. (bpftrace would compare the beginnings.)
  if (length !== null && value.length >= length) return op === '==' ? 'never' : 'always'
  return op === '==' ? code`${expression} == ${textLiteral(value)}` : code`${expression} != ${textLiteral(value)}`
}

function parseIpv4(text: string): number | null {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (parts.length !== 4 || parts.some((part) => part > 255)) return null
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

const refusal = (condition: Condition, why: string) => new TraceRefusal('bad-spec', `Condition on "${condition.field}": it ${why}.`)
