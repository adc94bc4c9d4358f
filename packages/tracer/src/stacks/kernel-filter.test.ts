import type { ConditionOp } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { allOf, type IntType, numberPredicate, textPredicate } from './kernel-filter.ts'

const int32: IntType = { kind: 'int', bytes: 4, signed: true }
const types: IntType[] = [1, 2, 4, 8].flatMap((bytes) =>
  [true, false].map((signed) => ({ kind: 'int', bytes: bytes as 1 | 2 | 4 | 8, signed })),
)
const OPS: ConditionOp[] = ['==', '!=', '<', '<=', '>', '>=', '&']

/** What the kernel does with the filter's text and a word of 64 unsigned bits. */
function kernelSays(predicate: string, word: bigint): boolean {
  if (predicate === 'always' || predicate === 'never') return predicate === 'always'
  const text = predicate.replaceAll(/\bf (==|!=|<=|>=|<|>|&) (\d+)/g, (_, op: string, number: string) => {
    const right = BigInt(number)
    const results: Record<string, boolean> = {
      '==': word === right,
      '!=': word !== right,
      '<': word < right,
      '<=': word <= right,
      '>': word > right,
      '>=': word >= right,
      '&': (word & right) !== 0n,
    }
    return String(results[op])
  })
  expect(text).toMatch(/^[truefals()&| ]+$/)
  // Only true, false, brackets, && and ||, as just checked.
  return Boolean(new Function(`return ${text}`)())
}
function really(op: ConditionOp, value: bigint, right: bigint, bits: number): boolean {
  switch (op) {
    case '==':
      return value === right
    case '!=':
      return value !== right
    case '<':
      return value < right
    case '<=':
      return value <= right
    case '>':
      return value > right
    case '>=':
      return value >= right
    case '&':
      return (BigInt.asUintN(bits, value) & BigInt.asUintN(bits, right)) !== 0n
  }
}

describe('numberPredicate', () => {
  it('says of a word what the declared type says, whether it was filled up with zeros or with its sign', () => {
    for (const type of types) {
      const bits = type.bytes * 8
      const values = [0n, 1n, 3n, 100n, 127n, 128n, 255n, 1n << BigInt(bits - 1), (1n << BigInt(bits)) - 1n].map((value) =>
        type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value),
      )
      for (const op of OPS) {
        for (const right of [-200, -129, -100, -1, 0, 1, 3, 127, 128, 255, 256, 70_000, 2 ** 31, 2 ** 32, 2 ** 40]) {
          const predicate = numberPredicate('f', type, true, op, right)
          if (type.bytes === 8 && !type.signed && right < 0) expect(predicate, op).toMatch(/always|never|&/)
          for (const value of values) {
            for (const word of new Set([BigInt.asUintN(bits, value), BigInt.asUintN(64, value)])) {
              // A word that the filling makes another number is none that the kernel has.
              if (!type.signed && word !== value) continue
              expect(kernelSays(predicate, word), `${value} as ${word}: ${op} ${right} → ${predicate}`).toBe(
                really(op, value, BigInt(right), bits),
              )
            }
          }
        }
      }
    }
  })

  it('is the comparison itself where the record holds what was declared', () => {
    expect(numberPredicate('ret', { kind: 'int', bytes: 8, signed: true }, false, '<', 0)).toBe('ret < 0')
    expect(numberPredicate('count', { kind: 'int', bytes: 8, signed: false }, true, '>=', 4096)).toBe('count >= 4096')
    expect(numberPredicate('dfd', int32, true, '==', -100)).toBe('(dfd == 4294967196 || dfd == 18446744073709551516)')
    expect(numberPredicate('fd', int32, true, '==', 3)).toBe('fd == 3')
  })

  it('knows what can never be, and what always is', () => {
    const uint8: IntType = { kind: 'int', bytes: 1, signed: false }
    expect(numberPredicate('f', uint8, false, '<', 0)).toBe('never')
    expect(numberPredicate('f', uint8, false, '>=', 0)).toBe('always')
    expect(numberPredicate('f', uint8, false, '==', 256)).toBe('never')
    expect(numberPredicate('f', uint8, false, '&', 256)).toBe('never')
  })

  it('lets nothing into the text but names, numbers and harmless text', () => {
    for (const field of ['', 'a b', 'a"', 'a&&b', '1a', 'a.b', 'a.ustring.ustring']) {
      expect(() => numberPredicate(field, int32, false, '==', 1), field).toThrow(RangeError)
      expect(() => textPredicate(field, '==', 'x'), field).toThrow(RangeError)
    }
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
      expect(() => numberPredicate('f', int32, false, '==', value)).toThrow(RangeError)
    for (const text of ['', 'a"', 'a b', '"', 'a\\', 'a*', 'x'.repeat(64), 'a\n'])
      expect(() => textPredicate('f', '==', text), text).toThrow(RangeError)
    expect(() => textPredicate('f', '<', 'a')).toThrow(RangeError)
    expect(textPredicate('name.ustring', '!=', '/etc/passwd')).toBe('name.ustring != "/etc/passwd"')
    expect(allOf([])).toBeNull()
    expect(allOf(['a == 1', '(b == 2 || b == 3)'])).toBe('a == 1 && (b == 2 || b == 3)')
  })
})
