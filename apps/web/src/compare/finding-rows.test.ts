import type { FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { functionRows, syscallRows } from './finding-rows.ts'

const measure = (change: number | null, significant = false, q: number | null = 0.5): Measure => ({
  ...{ a: 0.1, b: change === null ? null : 0.1 + change, change, low: null, high: null, q, significant },
  ...{ hosts: null, countA: 1, countB: 1 },
})
const fn = (name: string, self: Measure, total = measure(0)): FunctionFinding => ({
  key: name,
  name,
  module: '',
  kind: 0,
  presence: 'both',
  self,
  total,
})
// As a server has them.
const functions = [
  fn('json_encode', measure(0.056, true, 0.001)),
  fn('caller', measure(0.001, false, 0.9), measure(0.05, true, 0.01)),
  fn('noise', measure(-0.02)),
  fn('unknown', measure(null, false, null), measure(null, false, null)),
]
const all = () => true
const names = (rows: readonly { name: string }[]) => rows.map((row) => row.name)

describe('rows of functions', () => {
  it('stay as the verdict has them, or turned around', () => {
    expect(names(functionRows(functions, { sort: 'change', dir: 'desc', sure: false }, all))).toEqual(names(functions))
    expect(names(functionRows(functions, { sort: 'change', dir: 'asc', sure: false }, all))).toEqual(names(functions).reverse())
    expect(names(functions)[0]).toBe('json_encode')
  })

  it('leave out what is not significant, in its own time or in total, and what is not searched for', () => {
    expect(names(functionRows(functions, { sort: 'change', dir: 'desc', sure: true }, all))).toEqual(['json_encode', 'caller'])
    expect(names(functionRows(functions, { sort: 'change', dir: 'desc', sure: false }, (name) => name.startsWith('n')))).toEqual(['noise'])
  })

  it.each(['a', 'b', 'total', 'hosts', 'q'] as const)('are sorted by %s, with what is not known last both ways', (sort) => {
    for (const dir of ['asc', 'desc'] as const) {
      const rows = names(functionRows(functions, { sort, dir, sure: false }, all))
      expect(rows).toHaveLength(4)
      if (sort === 'b' || sort === 'total' || sort === 'q') expect(rows.at(-1)).toBe('unknown')
    }
    expect(names(functionRows(functions, { sort: 'q', dir: 'asc', sure: false }, all)).slice(0, 2)).toEqual(['json_encode', 'caller'])
  })
})

describe('rows of system calls', () => {
  const call = (name: string, rate: Measure, p99 = measure(0)): SyscallFinding => ({
    nr: 1,
    name,
    rate,
    errors: measure(0),
    mean: measure(0),
    p50: measure(0),
    p99,
  })
  const calls = [call('write', measure(0.5), measure(900, true)), call('read', measure(-3)), call('futex', measure(null))]
  it('are sorted by how large a change is, whichever its direction', () => {
    expect(names(syscallRows(calls, { callSort: 'rate', callDir: 'desc', sure: false }, all))).toEqual(['read', 'write', 'futex'])
    expect(names(syscallRows(calls, { callSort: 'syscall', callDir: 'asc', sure: false }, all))).toEqual(['futex', 'read', 'write'])
    expect(names(syscallRows(calls, { callSort: 'change', callDir: 'desc', sure: true }, all))).toEqual(['write'])
  })
})
