import { EMPTY_QUALITY, HOST_SORTS } from '@sonde/contract'
import { expect, it } from 'vitest'
import { hostRows, sortHosts } from './host-rows.ts'
import { captureOf, targetOf } from './testing/capture-of.ts'

const capture = captureOf([
  targetOf({
    hostId: 'a',
    hostName: 'alpha',
    recordedMs: 5_000,
    quality: { ...EMPTY_QUALITY, lostSamples: 3, lostEvents: 2, throttled: 1 },
  }),
  targetOf({ hostId: 'b', hostName: 'beta', state: 'failed' }),
  targetOf({ hostId: 'c', hostName: 'gamma', recordedMs: 2_000 }),
])
const snapshot = (calls: number, failed: number) => ({
  version: 1 as const,
  elapsedMs: 2_000,
  processes: [],
  rows: [
    { pid: 1, nr: 1, name: 'write', calls, totalNs: 1, maxNs: 1, errors: [{ errno: 11, name: 'EAGAIN', count: failed }], histogram: [] },
    { pid: 2, nr: 1, name: 'write', calls, totalNs: 1, maxNs: 1, errors: [], histogram: [] },
  ],
  unmatchedExits: 0,
  lostCalls: 0,
  truncated: false,
})
const rows = hostRows(capture, {
  hosts: [],
  profile: {
    hosts: [
      { id: 'a', name: 'alpha', weight: 300, count: 300 },
      { id: 'c', name: 'gamma', weight: 100, count: 100 },
    ],
  },
  offcpu: undefined,
  syscalls: { untimed: 0, hosts: [{ hostId: 'c', hostName: 'gamma', bounds: null, boundedMax: [], snapshot: snapshot(50, 10) }] },
})

it('has a row for each host, with what it recorded and what it lost', () => {
  expect(
    rows.map(({ target, cpu, calls, callRate, errorShare, lost, throttled }) => [
      target.hostName,
      cpu?.share,
      calls?.weight,
      callRate,
      errorShare,
      lost,
      throttled,
    ]),
  ).toEqual([
    ['alpha', 0.75, undefined, null, null, 5, 1],
    ['beta', undefined, undefined, null, null, 0, 0],
    ['gamma', 0.25, 100, 50, 0.1, 0, 0],
  ])
  expect(rows.map(({ waits }) => waits)).toEqual([null, null, null])
})

it('sorts by each column, either way, hosts without a value last', () => {
  const names = (sort: (typeof HOST_SORTS)[number], dir: 'asc' | 'desc') => sortHosts(rows, sort, dir).map(({ target }) => target.hostName)
  expect(names('cpu', 'desc')).toEqual(['alpha', 'gamma', 'beta'])
  expect(names('cpu', 'asc')).toEqual(['gamma', 'alpha', 'beta'])
  expect(names('errors', 'asc')).toEqual(['gamma', 'alpha', 'beta'])
  expect(names('state', 'asc')).toEqual(['beta', 'alpha', 'gamma'])
  expect(names('host', 'desc')).toEqual(['gamma', 'beta', 'alpha'])
  for (const sort of HOST_SORTS) expect(new Set(names(sort, 'desc')).size).toBe(3)
})
