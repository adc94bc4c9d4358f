import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/**
 * A column of numbers, in the first of these forms that gives every value back exactly:
 *   0 constant         float64              all rows the same (weights are mostly 1)
 *   1 integers         varint each          integers ≥ 0
 *   2 rising integers  varint deltas        sorted integers ≥ 0 (times in whole µs)
 *   3 rising thousandths  varint deltas     sorted, ≥ 0, each k / 1000 for an integer k (times in µs that were read in ns)
 *   4 floats           float64 each         anything else
 */
const FORM = { constant: 0, integers: 1, risingIntegers: 2, risingThousandths: 3, floats: 4 } as const

export function writeNumbers(out: ByteWriter, column: Float64Array): void {
  const form = formOf(column)
  out.byte(form)
  if (form === FORM.constant) out.float64(column[0] ?? 0)
  else if (form === FORM.integers) for (const value of column) out.varint(value)
  else if (form === FORM.floats) for (const value of column) out.float64(value)
  else {
    const scale = form === FORM.risingThousandths ? 1000 : 1
    let previous = 0
    for (const value of column) {
      const scaled = Math.round(value * scale)
      out.varint(scaled - previous)
      previous = scaled
    }
  }
}

function formOf(column: Float64Array): number {
  const first = column[0] ?? 0
  let constant = true
  let rising = true
  let integers = true
  let thousandths = true
  let previous = Number.NEGATIVE_INFINITY
  for (const value of column) {
    constant &&= value === first
    rising &&= value >= previous
    previous = value
    if (integers && !(value >= 0 && Number.isSafeInteger(value))) integers = false
    if (thousandths) {
      const scaled = Math.round(value * 1000)
      if (!(value >= 0 && Number.isSafeInteger(scaled) && scaled / 1000 === value)) thousandths = false
    }
  }
  if (constant) return FORM.constant
  if (integers) return rising ? FORM.risingIntegers : FORM.integers
  if (thousandths && rising) return FORM.risingThousandths
  return FORM.floats
}

/** `what` names the column in error messages. Values are finite and within ±2^53; the caller checks sign and order. */
export function readNumbers(input: ByteReader, length: number, what: string): Float64Array<ArrayBuffer> {
  const form = input.byte()
  if (form > FORM.floats) input.fail(`stores ${what} in an unknown form ${form}`)
  if (form === FORM.floats && length * 8 > input.remaining) input.fail('ends too early')
  const column = new Float64Array(length)
  if (form === FORM.constant) column.fill(finite(input, input.float64(), what))
  else if (form === FORM.integers) for (let i = 0; i < length; i++) column[i] = input.varint()
  else if (form === FORM.floats) for (let i = 0; i < length; i++) column[i] = finite(input, input.float64(), what)
  else {
    const scale = form === FORM.risingThousandths ? 1000 : 1
    let sum = 0
    for (let i = 0; i < length; i++) {
      sum += input.varint()
      column[i] = sum / scale
    }
    if (sum > Number.MAX_SAFE_INTEGER) input.fail(`has ${what} beyond 2^53`)
  }
  return column
}

function finite(input: ByteReader, value: number, what: string): number {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) input.fail(`has ${what} ${value}, out of range`)
  return value
}
