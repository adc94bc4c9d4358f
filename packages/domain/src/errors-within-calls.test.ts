import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { errorsWithinCalls } from './errors-within-calls.ts'
import { addSyscallSnapshot, emptySyscallSlices } from './syscall-slices.ts'

describe('failed calls of a snapshot', () => {
  it('are never more than its calls, and nothing else is taken away', () => {
    const random = seededRandom(3)
    for (let round = 0; round < 500; round++) {
      const failures = Array.from({ length: Math.floor(random() * 4) }, (_, errno) => ({ errno, count: 1 + Math.floor(random() * 100) }))
      const all = failures.reduce((sum, { count }) => sum + count, 0)
      const calls = Math.floor(random() * 200)
      const kept = errorsWithinCalls(failures, calls)
      expect(kept.reduce((sum, { count }) => sum + count, 0)).toBe(Math.min(all, calls))
      for (const { errno, count } of kept) {
        expect(count).toBeGreaterThan(0)
        expect(count).toBeLessThanOrEqual(failures[errno]?.count ?? 0)
      }
    }
  })

  it('that are read later than the calls go to the next slice, and all are there at the end', () => {
    const merged = emptySyscallSlices()
    const snapshots: [elapsedMs: number, calls: number, failed: number][] = [
      [1_000, 900, 1_000],
      [2_000, 1_950, 2_010],
      [3_000, 3_000, 3_000],
    ]
    for (const [elapsedMs, calls, failed] of snapshots) {
      addSyscallSnapshot(merged, 'host1', {
        version: 1,
        elapsedMs,
        processes: [{ pid: 7, comm: 'checkout' }],
        rows: [
          {
            ...{ pid: 7, nr: 42, name: 'connect', calls, totalNs: calls * 10, maxNs: 10, histogram: [[3, calls]] },
            errors: [{ errno: 111, name: 'ECONNREFUSED', count: failed }],
          },
        ],
        unmatchedExits: 0,
        lostCalls: 0,
        truncated: false,
      })
    }
    const parts = merged.hosts.get('host1')?.rows.get('7:42')?.parts ?? []
    expect(parts.map((part) => [part.calls, part.errors])).toEqual([
      [900, [[111, 900]]],
      [1_050, [[111, 1_050]]],
      [1_050, [[111, 1_050]]],
    ])
  })
})
