import type { CaptureSyscalls, CaptureSyscallTimes, SyscallSeries } from '@sonde/contract'
import { SYSCALL_SORTS } from '@sonde/contract'
import { totalOf } from '@sonde/stats'
import { describe, expect, it } from 'vitest'
import { errnoRows } from './errno-rows.ts'
import { groupSyscalls, measureOfSort } from './syscall-groups.ts'
import { syscallLines } from './syscall-rows.ts'
import { syscallSeries } from './syscall-series.ts'

type Row = CaptureSyscalls['hosts'][number]['snapshot']['rows'][number]
const row = (pid: number, name: string, calls: number, over: Partial<Row> = {}): Row => ({
  pid,
  nr: name.length,
  name,
  calls,
  totalNs: calls * 10,
  maxNs: 12,
  errors: [],
  histogram: calls > 0 ? [[3, calls]] : [],
  ...over,
})
const data: CaptureSyscalls = {
  hosts: ['host1', 'host2'].map((hostId, i) => ({
    hostId,
    hostName: `web-${i}`,
    snapshot: {
      version: 1,
      elapsedMs: 2_000,
      processes: [
        { pid: 1, comm: 'app' },
        { pid: 2, comm: 'db' },
      ],
      rows: [
        row(1, 'read', 10, { errors: [{ errno: 11, name: 'EAGAIN', count: 4 }] }),
        row(2, 'read', 5, {
          maxNs: 9_000,
          histogram: [
            [3, 4],
            [13, 1],
          ],
          errors: [
            { errno: 11, name: 'EAGAIN', count: 1 },
            { errno: 5, name: 'EIO', count: 2 },
          ],
        }),
        row(2, 'fsync', 1, { totalNs: 1e9, maxNs: 1e9, histogram: [[29, 1]] }),
        row(1, 'futex', 0),
      ],
      unmatchedExits: 0,
      lostCalls: 0,
      truncated: false,
    },
    bounds: null,
    boundedMax: ['2:4'],
  })),
  untimed: 0,
}
const lines = syscallLines(data)

describe('the system calls of a selection', () => {
  it('by call: sums, histograms and percentiles of all processes together, in the order asked for', () => {
    const [read, fsync, ...more] = groupSyscalls(lines, 'calls')
    expect(more).toEqual([])
    expect(read).toMatchObject({ name: 'read', calls: 30, errorCalls: 14, processes: 4, maxNs: 9_000, isMaxBound: true })
    expect(totalOf(read?.histogram ?? [])).toBe(30)
    expect(read?.p50?.value).toBeLessThan(16)
    expect(read?.p99?.value).toBeGreaterThanOrEqual(8_192)
    expect(fsync).toMatchObject({ name: 'fsync', calls: 2, isMaxBound: false })
    for (const measure of ['time', 'p99'] as const) expect(groupSyscalls(lines, measure)[0]?.name).toBe('fsync')
  })

  it('by errno: every failed call once, with who made it', () => {
    const rows = errnoRows(lines)
    expect(rows.map((one) => [one.name, one.calls])).toEqual([
      ['EAGAIN', 10],
      ['EIO', 4],
    ])
    for (const one of rows) {
      expect(one.syscalls.reduce((sum, some) => sum + some.calls, 0)).toBe(one.calls)
      expect(one.processes.reduce((sum, some) => sum + some.calls, 0)).toBe(one.calls)
    }
    expect(rows[0]?.processes.map((some) => [some.comm, some.hostName, some.calls])).toEqual([
      ['app', 'web-0', 4],
      ['app', 'web-1', 4],
      ['db', 'web-0', 1],
      ['db', 'web-1', 1],
    ])
    expect(errnoRows([])).toEqual([])
  })

  it('the chart follows the table’s order', () => {
    expect(SYSCALL_SORTS.map((sort) => [sort, measureOfSort(sort)])).toEqual([
      ['process', 'calls'],
      ['syscall', 'calls'],
      ['calls', 'calls'],
      ['rate', 'calls'],
      ['errors', 'errors'],
      ['total', 'time'],
      ['avg', 'time'],
      ['p50', 'p99'],
      ['p99', 'p99'],
      ['max', 'p99'],
    ])
  })
})

describe('lines over time', () => {
  const series = (name: string, counts: number[], errors = 0): SyscallSeries => ({
    name,
    calls: counts.reduce((sum, some) => sum + some, 0),
    errors,
    totalNs: 0,
    counts,
    errorCounts: counts.map((some) => (errors > 0 ? some / 2 : 0)),
    timesNs: counts.map((some) => some * 1_000),
    p50: counts.map((some) => (some > 0 ? 5 : null)),
    p99: counts.map((some) => (some > 0 ? 9 : null)),
  })
  const { name: _, ...others } = series('', [2, 2, 2])
  const times: CaptureSyscallTimes = {
    grid: { stepMs: 2_000, coveredMs: [2_000, 1_000, 0] },
    hosts: [],
    bounds: null,
    syscalls: [series('read', [20, 20, 0], 20), series(' others', [2, 0, 0])],
    others: { ...others, syscalls: 3 },
    errnos: [],
    untimed: 0,
  }
  const valuesOf = (measure: Parameters<typeof syscallSeries>[1]) =>
    syscallSeries(times, measure, new Map([['read', 'red']])).map((line) => [line.name, line.values])

  it('are rates over the time that was recorded, and null where none was', () => {
    expect(valuesOf('calls')).toEqual([
      ['read', [10, 20, null]],
      [' others', [1, 0, null]],
      ['3 other syscalls', [1, 2, null]],
    ])
    expect(valuesOf('time')[0]).toEqual(['read', [10_000, 20_000, null]])
    expect(valuesOf('p99')[0]).toEqual(['read', [9, 9, null]])
  })

  it('of errors: only those that had any', () => {
    expect(valuesOf('errors')).toEqual([['read', [5, 10, null]]])
  })
})
