import type { CaptureSyscalls, CountsRow } from '@sonde/contract'
import { summarizeProfile } from '@sonde/flamegraph'
import { ProfileBuilder } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { type NameSources, processName } from './process-names.ts'

const NOTHING: NameSources = {
  profile: undefined,
  offcpu: undefined,
  syscalls: undefined,
  counts: undefined,
  latency: undefined,
  events: undefined,
}
const PROCESS = { hostId: 'h1', pid: 7 }

function profileWith(threads: [hostId: string, pid: number, tid: number, comm: string][]) {
  const builder = new ProfileBuilder()
  for (const [hostId, pid, tid, comm] of threads) builder.addThread(builder.addHost(hostId, hostId), pid, tid, comm)
  return summarizeProfile(builder.build())
}

describe('processName', () => {
  it('is what any result knows, and null where none does', () => {
    expect(processName(PROCESS, NOTHING)).toBeNull()
    const snapshot = { version: 1 as const, elapsedMs: 1, rows: [], unmatchedExits: 0, lostCalls: 0, truncated: false }
    const whole = { hostName: '', bounds: null, boundedMax: [] }
    const syscalls: CaptureSyscalls = {
      hosts: [
        { ...whole, hostId: 'h2', snapshot: { ...snapshot, processes: [{ pid: 7, comm: 'other host' }] } },
        { ...whole, hostId: 'h1', snapshot: { ...snapshot, processes: [{ pid: 7, comm: 'nginx' }] } },
      ],
      untimed: 0,
    }
    expect(processName(PROCESS, { ...NOTHING, syscalls })).toBe('nginx')
    const row: CountsRow = { id: '', ...PROCESS, hostName: '', comm: 'app', probe: null, key: null, count: 1, sum: 0, counts: [], sums: [] }
    const counts = { grid: { stepMs: 1, coveredMs: [] }, total: { count: 1, sum: 0 }, others: null, beyond: 0, hosts: [], rows: [row] }
    expect(processName(PROCESS, { ...NOTHING, counts })).toBe('app')
    expect(processName({ hostId: 'h2', pid: 7 }, { ...NOTHING, counts })).toBeNull()
  })

  it('prefers the main thread’s name, of the right host', () => {
    const profile = profileWith([
      ['h2', 7, 7, 'wrong host'],
      ['h1', 7, 8, 'worker'],
      ['h1', 7, 7, 'main'],
    ])
    expect(processName(PROCESS, { ...NOTHING, profile })).toBe('main')
    expect(processName(PROCESS, { ...NOTHING, offcpu: profileWith([['h1', 7, 8, 'worker']]) })).toBe('worker')
  })
})
