import type { FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { functionFindingsCsv, syscallFindingsCsv } from './findings-csv.ts'

const measure = (patch: Partial<Measure> = {}): Measure => ({
  ...{ a: 0.1, b: 0.25, change: 0.15, low: 0.1, high: 0.2, q: 0.001, significant: true },
  ...{ hosts: { agree: 7, of: 8 }, countA: 10, countB: 25 },
  ...patch,
})
const cells = (csv: string) =>
  csv
    .trim()
    .split('\r\n')
    .map((line) => line.split(','))
const at = (csv: string, head: string) => {
  const [heads = [], row = []] = cells(csv)
  expect(heads).toContain(head)
  return row[heads.indexOf(head)]
}

describe('findings as a file', () => {
  const finding: FunctionFinding = {
    key: 'k',
    name: '=json_encode',
    module: 'libjson.so',
    kind: 0,
    presence: 'new',
    self: measure(),
    total: measure({ q: null, a: null, hosts: null }),
  }

  it('has every number of a function, in full, and says what was not tested', () => {
    const csv = functionFindingsCsv([finding], 'share')
    expect(at(csv, 'function')).toBe("'=json_encode")
    expect(at(csv, 'on')).toBe('B alone')
    expect([at(csv, 'self A (share)'), at(csv, 'self change (share)'), at(csv, 'self change 95 % to')]).toEqual(['0.1', '0.15', '0.2'])
    expect([at(csv, 'self significant'), at(csv, 'total significant')]).toEqual(['yes', 'not tested'])
    expect([at(csv, 'total A (share)'), at(csv, 'total hosts that agree')]).toEqual(['', ''])
    expect(at(csv, 'self count B')).toBe('25')
  })

  it('has a row for each, with as many cells as there are heads', () => {
    const call: SyscallFinding = {
      nr: 1,
      name: 'write',
      rate: measure(),
      errors: measure({ significant: false }),
      mean: measure(),
      p50: measure(),
      p99: measure(),
    }
    for (const csv of [functionFindingsCsv([finding, finding], 'cpu-seconds/s'), syscallFindingsCsv([call, call], '/s')]) {
      const lines = cells(csv)
      expect(lines).toHaveLength(3)
      expect(new Set(lines.map((line) => line.length)).size).toBe(1)
    }
    expect(at(syscallFindingsCsv([call], '/s'), 'errors significant')).toBe('no')
  })
})
