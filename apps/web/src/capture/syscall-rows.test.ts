import { type CaptureSyscalls, SYSCALL_SORTS } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { onHost, type SyscallLine, type SyscallSelection, selectSyscalls, syscallLines } from './syscall-rows.ts'

const data: CaptureSyscalls = {
  hosts: [
    {
      hostId: 'host1',
      hostName: 'web-1',
      bounds: null,
      boundedMax: [],
      snapshot: {
        version: 1,
        elapsedMs: 2_000,
        processes: [
          { pid: 42, comm: 'checkout' },
          { pid: 7, comm: 'postgres' },
        ],
        rows: [
          {
            pid: 42,
            nr: 42,
            name: 'connect',
            calls: 4_000,
            totalNs: 40_000_000,
            maxNs: 90_000,
            errors: [
              { errno: 4, name: 'EINTR', count: 1 },
              { errno: 111, name: 'ECONNREFUSED', count: 3_999 },
            ],
            histogram: [
              [13, 3_900],
              [16, 100],
            ],
          },
          { pid: 42, nr: 1, name: 'write', calls: 10, totalNs: 50_000_000, maxNs: 20_000_000, errors: [], histogram: [[22, 10]] },
          { pid: 7, nr: 232, name: 'epoll_wait', calls: 0, totalNs: 0, maxNs: 0, errors: [], histogram: [] },
          { pid: 9, nr: -1, name: 'unknown', calls: 1, totalNs: 5, maxNs: 5, errors: [], histogram: [[2, 1]] },
        ],
        unmatchedExits: 0,
        lostCalls: 0,
        truncated: false,
      },
    },
    {
      hostId: 'host2',
      hostName: 'web-2',
      bounds: null,
      boundedMax: [],
      snapshot: {
        version: 1,
        elapsedMs: 500,
        processes: [{ pid: 42, comm: 'checkout' }],
        rows: [{ pid: 42, nr: 1, name: 'write', calls: 10, totalNs: 50_000_000, maxNs: 20_000_000, errors: [], histogram: [[22, 10]] }],
        unmatchedExits: 0,
        lostCalls: 0,
        truncated: false,
      },
    },
  ],
  untimed: 0,
}
const lines = syscallLines(data)
const all: SyscallSelection = { process: '', filter: '', sort: 'total', dir: 'desc' }
const lineOf = (key: string): SyscallLine => {
  const line = lines.find((l) => l.key === key)
  if (!line) throw new Error(`no line ${key}`)
  return line
}

describe('syscallLines', () => {
  it('keeps every row, under a key of its own', () => {
    const rows = data.hosts.reduce((sum, host) => sum + host.snapshot.rows.length, 0)
    expect(new Set(lines.map((line) => line.key)).size).toBe(rows)
  })
  it('takes rates over the time that this very host was observed', () => {
    expect(lineOf('host1:42:1').perSecond).toBe(5)
    expect(lineOf('host2:42:1').perSecond).toBe(20)
  })
  it('lists the most frequent error first and counts them all', () => {
    const connect = lineOf('host1:42:42')
    expect(connect.errors.map((error) => error.name)).toEqual(['ECONNREFUSED', 'EINTR'])
    expect(connect.errorCalls).toBe(4_000)
  })
  it('brackets quantiles by the bounds of their bucket and by the maximum', () => {
    const connect = lineOf('host1:42:42')
    for (const [estimate, low, high] of [
      [connect.p50(), 2 ** 13, 2 ** 14],
      [connect.p99(), 2 ** 16, 90_000],
    ] as const) {
      expect(estimate?.low).toBeGreaterThanOrEqual(low)
      expect(estimate?.high).toBeLessThanOrEqual(high)
      expect(estimate?.value).toBeGreaterThanOrEqual(estimate?.low ?? Number.POSITIVE_INFINITY)
      expect(estimate?.value).toBeLessThanOrEqual(estimate?.high ?? 0)
    }
  })
  it('has no average and no quantile out of nothing', () => {
    const idle = lineOf('host1:7:232')
    expect([idle.avgNs, idle.p50(), idle.p99()]).toEqual([0, null, null])
  })
  it('shows a process whose name is not known', () => expect(lineOf('host1:9:-1').comm).toBe('?'))
})

describe('selectSyscalls', () => {
  it('sorts the same lines in every order, and backwards is backwards', () => {
    for (const sort of SYSCALL_SORTS) {
      const up = selectSyscalls(lines, { ...all, sort, dir: 'asc' })
      const down = selectSyscalls(lines, { ...all, sort, dir: 'desc' })
      expect(new Set(up)).toEqual(new Set(lines))
      expect(new Set(down)).toEqual(new Set(lines))
    }
    expect(selectSyscalls(lines, { ...all, sort: 'calls' })[0]?.key).toBe('host1:42:42')
    expect(selectSyscalls(lines, { ...all, sort: 'calls', dir: 'asc' })[0]?.key).toBe('host1:7:232')
    expect(selectSyscalls(lines, { ...all, sort: 'process', dir: 'asc' }).map((l) => l.comm)).toEqual([
      '?',
      'checkout',
      'checkout',
      'checkout',
      'postgres',
    ])
  })
  it('puts ties in one order, however the lines come in', () => {
    const keys = (input: readonly SyscallLine[]) => selectSyscalls(input, all).map((line) => line.key)
    expect(keys([...lines].reverse())).toEqual(keys(lines))
  })
  it('narrows to one process of one host', () => {
    expect(selectSyscalls(lines, { ...all, process: 'host2:42' }).map((l) => l.key)).toEqual(['host2:42:1'])
  })
  it('filters by process, pid, host, syscall and errno, needing every word', () => {
    const keys = (filter: string) => selectSyscalls(lines, { ...all, filter }).map((line) => line.key)
    expect(keys('econnrefused')).toEqual(['host1:42:42'])
    expect(keys('CHECKOUT write web-2')).toEqual(['host2:42:1'])
    expect(keys('postgres connect')).toEqual([])
    expect(keys('  ')).toHaveLength(lines.length)
  })
})

it('narrows to one host, and to none that is not there', () => {
  expect(onHost(data, 'host2')?.hosts.map((host) => host.hostId)).toEqual(['host2'])
  expect(onHost(data, 'host3')?.hosts).toEqual([])
  expect(onHost(data, '')).toBe(data)
  expect(onHost(undefined, 'host2')).toBeUndefined()
})
