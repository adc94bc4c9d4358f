import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { code } from './code.ts'
import { type RowFormat, rowOf } from './row-format.ts'
import { RowReader } from './row-reader.ts'
import type { Value } from './value.ts'

const number = (bytes: 1 | 2 | 4 | 8, signed: boolean, meaning: Extract<Value, { kind: 'number' }>['meaning'] = 'number'): Value => ({
  kind: 'number',
  expression: code`arg0`,
  bytes,
  signed,
  meaning,
})
const text: Value = { kind: 'text', expression: code`str(uptr(arg1))`, length: null }
const formatOf = (values: readonly Value[], textBytes = 128): RowFormat =>
  rowOf({
    probe: 0,
    arch: 'x64',
    identity: { pid: code`pid`, tid: code`tid`, comm: code`comm` },
    values,
    textBytes,
    reservedBytes: 0,
  }).format
const words = (value: bigint): [number, number] => [
  Number(BigInt.asUintN(64, value) >> 32n),
  Number(BigInt.asUintN(64, value) & 0xffffffffn),
]
const head = (ns = 1_000) => [0, 0, ns, 1, 42, 43, 'sh']

describe('rows', () => {
  it('numbers beyond 2^53 are exact, of either sign', () => {
    const reader = new RowReader([formatOf([number(8, false), number(8, true), number(8, false, 'hex'), number(4, true)])])
    const big = 2n ** 63n + 12_345n
    reader.take([...head(), ...words(big), ...words(-7n), ...words(-1n), -5])
    const [row] = reader.drain(false)
    expect(row).toMatchObject({ ns: 1_000, cpu: 1, pid: 42, tid: 43, comm: 'sh' })
    expect(row?.values).toEqual([String(big), -7, '0xffffffffffffffff', -5])
  })

  it('the first text comes with the row where it fits, the others are put to it', () => {
    const small = formatOf([number(4, false), text, text])
    expect(small).toMatchObject({ textInFirst: true, texts: 2, words: 1 })
    const large = formatOf([...Array.from({ length: 6 }, () => number(8, false)), text])
    expect(large).toMatchObject({ textInFirst: false, texts: 1, words: 12 })
    const reader = new RowReader([small])
    reader.take([...head(), 'first', 7])
    expect(reader.drain(false)).toEqual([])
    reader.take([1, 0, 1_000, 43, 'second'])
    expect(reader.drain(false).map(({ values }) => values)).toEqual([[7, 'first', 'second']])
  })

  it('a text that was lost on the way is null, and the row is there', () => {
    const reader = new RowReader([formatOf([text, text])])
    reader.take([...head(5), 'a'])
    reader.take([...head(4), 'b'])
    reader.take([1, 0, 5, 43, 'c'])
    expect(reader.drain(true).map(({ ns, values }) => [ns, values])).toEqual([
      [4, ['b', null]],
      [5, ['a', 'c']],
    ])
    expect([reader.arrived, reader.stray]).toEqual([2, 0])
  })

  it('takes nothing that does not fit the format, and never throws', () => {
    const reader = new RowReader([formatOf([number(4, true), text])])
    const random = seededRandom(5)
    const pick = (list: readonly unknown[]) => list[Math.floor(random() * list.length)]
    const odd = [null, undefined, 'x', -1, 0, 1, 2, 1.5, Number.NaN, [], {}, true, '0', 43, 1_000]
    for (let i = 0; i < 5_000; i++)
      reader.take(random() < 0.1 ? pick(odd) : Array.from({ length: Math.floor(random() * 12) }, () => pick(odd)))
    for (const row of reader.drain(true)) expect(row.values.length).toBe(2)
    const before = reader.arrived
    reader.take([...head(), 'text', 7])
    expect(reader.arrived).toBe(before + 1)
    expect(reader.drain(true).map(({ values }) => values)).toEqual([[7, 'text']])
  })
})
