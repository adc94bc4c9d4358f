import type { CaptureCounts } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { countRows, sideCounts } from './count-rows.ts'

const counts = (of: Record<string, number>, others = 0): CaptureCounts => ({
  grid: { stepMs: 1_000, coveredMs: [1_000] },
  total: { count: Object.values(of).reduce((sum, count) => sum + count, others), sum: 0 },
  rows: Object.entries(of).map(([probe, count]) => ({
    id: probe,
    hostId: null,
    hostName: null,
    pid: null,
    comm: null,
    probe,
    key: undefined,
    count,
    sum: 0,
    counts: [],
    sums: [],
  })),
  others: others > 0 ? { rows: 1, count: others, sum: 0, counts: [], sums: [] } : null,
  beyond: 0,
  hosts: [],
})

describe('counts of two sides', () => {
  it('are rates over the time of each, the largest change first, and none where a side has no such probe', () => {
    const rows = countRows(sideCounts(counts({ connect: 100, write: 50 }), 10), sideCounts(counts({ connect: 100, fsync: 900 }), 5))
    expect(rows).toEqual([
      { probe: 'fsync', a: null, b: { count: 900, rate: 180 } },
      { probe: 'connect', a: { count: 100, rate: 10 }, b: { count: 100, rate: 20 } },
      { probe: 'write', a: { count: 50, rate: 5 }, b: null },
    ])
  })

  it('of the rest of a host are those of all without its own', () => {
    const rest = sideCounts(counts({ connect: 100, write: 50 }, 9), 10, counts({ connect: 30 }, 4))
    expect([...rest.counts]).toEqual([
      ['connect', 70],
      ['write', 50],
    ])
    expect(rest.beyond).toBe(5)
  })
})
