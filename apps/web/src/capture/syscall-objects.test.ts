import type { CaptureSyscalls, SyscallObject } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { objectLines, selectObjects } from './syscall-objects.ts'

const object = (name: string, over: Partial<SyscallObject> = {}): SyscallObject => ({
  pid: 1,
  nr: 0,
  kind: 'file',
  name,
  calls: 1,
  errors: 0,
  bytes: 0,
  totalNs: 5,
  ...over,
})
const dataOf = (...hosts: (SyscallObject[] | null)[]): CaptureSyscalls => ({
  hosts: hosts.map((rows, i) => ({
    hostId: `host${i}`,
    hostName: `web-${i}`,
    snapshot: {
      version: 1,
      elapsedMs: 1_000,
      processes: [{ pid: 1, comm: 'nginx' }],
      rows: [{ pid: 1, nr: 0, name: 'read', calls: 9, totalNs: 9, maxNs: 1, errors: [], histogram: [[0, 9]] }],
      unmatchedExits: 0,
      lostCalls: 0,
      truncated: false,
      ...(rows === null ? {} : { objects: { rows, lost: 2 } }),
    },
    bounds: null,
    boundedMax: [],
  })),
  untimed: 0,
})
const names = (lines: readonly { name: string }[]) => lines.map((line) => line.name)

describe('files and addresses', () => {
  it('belong to a process and a call of a host; of hosts that recorded none nothing is said', () => {
    expect(objectLines(undefined)).toBeNull()
    expect(objectLines(dataOf(null))).toBeNull()
    const found = objectLines(dataOf([object('/a')], null, [object('/a'), object('/b', { pid: 2, nr: 1 })]))
    expect(found?.lost).toBe(4)
    expect(found?.lines.map((line) => [line.hostName, line.comm, line.syscall, line.name])).toEqual([
      ['web-0', 'nginx', 'read', '/a'],
      ['web-2', 'nginx', 'read', '/a'],
      ['web-2', '?', 'syscall 1', '/b'],
    ])
    expect(new Set(found?.lines.map((line) => line.key)).size).toBe(3)
  })

  it('are ranked by what is asked for, without those that have none of it, of the selection', () => {
    const { lines } = objectLines(
      dataOf(
        [object('/most', { calls: 9 }), object('/large', { bytes: 100 }), object('/gone', { errors: 3, totalNs: 70 })],
        [object('/other', { calls: 3 })],
      ),
    ) ?? { lines: [] }
    const select = (over: Partial<Parameters<typeof selectObjects>[1]>) =>
      names(selectObjects(lines, { process: '', filter: '', by: 'calls', ...over }))
    expect(select({})).toEqual(['/most', '/other', '/gone', '/large'])
    expect(select({ by: 'bytes' })).toEqual(['/large'])
    expect(select({ by: 'errors' })).toEqual(['/gone'])
    expect(select({ by: 'time' })[0]).toBe('/gone')
    expect(select({ process: 'host1:1' })).toEqual(['/other'])
    expect(select({ filter: 'NGINX read large' })).toEqual(['/large'])
    expect(select({ filter: 'nothing' })).toEqual([])
  })
})
