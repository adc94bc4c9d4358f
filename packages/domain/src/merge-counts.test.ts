import { type CountsQuery, countsQuerySchema, RESULT_SPLITS } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { addCounts, emptyCounts, viewCounts } from './merge-counts.ts'
import { countsOf } from './testing/index.ts'
import type { HostTimes } from './time-grid.ts'

const SHAPE = { stepMs: 1_000, longestMs: 65_000 }
const HOSTS: HostTimes = new Map([
  ['host-a', { name: 'alpha', offsetMs: 0 }],
  ['host-b', { name: 'beta', offsetMs: 3_000 }],
])
const query = (over: Partial<CountsQuery> = {}): CountsQuery => ({ ...countsQuerySchema.parse({ id: 'capture' }), ...over })

/** Many rows on two hosts, from one seed. */
function sample(seed: number) {
  const random = seededRandom(seed)
  const deltas = Array.from({ length: 60 }, () => {
    const hostId = random() < 0.5 ? 'host-a' : 'host-b'
    const pid = 1 + Math.floor(random() * 6)
    const key = random() < 0.3 ? null : `dev${Math.floor(random() * 4)}`
    const probe = random() < 0.5 ? 'kprobe:vfs_read' : 'kprobe:vfs_write'
    const atMs = Math.floor(random() * 20) * 1_000 + random() * 300
    return { hostId, delta: countsOf(1 + Math.floor(random() * 50), { atMs, pid, key, probe, comm: `app${pid}` }) }
  })
  const merged = emptyCounts(SHAPE)
  for (const { hostId, delta } of deltas) addCounts(merged, hostId, delta)
  return { deltas, merged }
}

describe('viewCounts', () => {
  it('shows every event exactly once, however it is split, cut and put in order', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { deltas, merged } = sample(seed)
      const all = deltas.reduce((sum, { delta }) => sum + delta.slices.reduce((s, slice) => s + (slice.rows[0]?.count ?? 0), 0), 0)
      for (const by of RESULT_SPLITS) {
        for (const limit of [1, 3, 500]) {
          const view = viewCounts(merged, query({ by, limit }), HOSTS)
          expect(view.total.count).toBe(all)
          const shown = view.rows.reduce((sum, row) => sum + row.count, 0)
          expect(shown + (view.others?.count ?? 0)).toBe(all)
          // and in time
          const timed = [...view.rows, ...(view.others ? [view.others] : [])].flatMap((row) => row.counts)
          expect(timed.reduce((sum, n) => sum + n, 0)).toBeCloseTo(all, 6)
          for (const row of view.rows) {
            expect(row.counts).toHaveLength(view.grid.coveredMs.length)
            expect(row.sum).toBe(row.count * 512)
          }
          expect(view.rows.map((row) => row.count)).toEqual([...view.rows.map((row) => row.count)].sort((a, b) => b - a))
          expect(new Set(view.rows.map((row) => row.id)).size).toBe(view.rows.length)
        }
      }
    }
  })

  it('does not depend on the order in which chunks come in', () => {
    const { deltas, merged } = sample(1)
    const other = emptyCounts(SHAPE)
    for (const { hostId, delta } of [...deltas].reverse()) addCounts(other, hostId, delta)
    const round = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value)
    const text = (m: typeof merged) => JSON.stringify(viewCounts(m, query({ limit: 500 }), HOSTS), round)
    expect(text(other)).toBe(text(merged))
  })

  it('narrows to a process, a search and a time: the parts add up to the whole', () => {
    const { merged } = sample(2)
    const whole = viewCounts(merged, query({ by: 'process', limit: 500 }), HOSTS)
    for (const { hostId, pid, count } of whole.rows) {
      const one = viewCounts(merged, query({ process: { hostId: hostId ?? '', pid: pid ?? 0 } }), HOSTS)
      expect(one.total.count).toBe(count)
      expect(one.rows.every((row) => row.hostId === hostId && row.pid === pid)).toBe(true)
    }
    const ofSearch = (search: string) => viewCounts(merged, query({ search, limit: 500 }), HOSTS).total.count
    expect(ofSearch('VFS_READ') + ofSearch('vfs_write')).toBe(whole.total.count)
    expect(ofSearch('alpha') + ofSearch('beta')).toBe(whole.total.count)
    expect(ofSearch('alpha beta')).toBe(0)
    const ofWindow = (fromMs: number, toMs: number) =>
      viewCounts(merged, query({ window: { fromMs, toMs }, by: 'host', limit: 500 }), HOSTS).total.count
    const parts = [0, 7_000, 12_500, 80_000].flatMap((at, i, all) => (i > 0 ? [ofWindow(all[i - 1] ?? 0, at)] : []))
    // Each window is rounded to whole events on each row.
    expect(Math.abs(parts.reduce((sum, n) => sum + n, 0) - whole.total.count)).toBeLessThan(60)
    expect(ofWindow(0, 80_000)).toBe(whole.total.count)
  })

  it('lays a host that began later where it began', () => {
    const merged = emptyCounts(SHAPE)
    addCounts(merged, 'host-a', countsOf(10))
    addCounts(merged, 'host-b', countsOf(20))
    const { grid, rows } = viewCounts(merged, query({ by: 'host' }), HOSTS)
    expect(grid.coveredMs).toEqual([1_000, 1_000, 0, 1_000, 1_000])
    expect(rows.map((row) => [row.hostName, row.counts])).toEqual([
      ['beta', [0, 0, 0, 20, 20]],
      ['alpha', [10, 10, 0, 0, 0]],
    ])
  })

  it('tells no value and the text "null" apart, and puts odd values in no other place', () => {
    const merged = emptyCounts(SHAPE)
    for (const key of [null, 'null', '', '","', '__proto__', '\u202e']) addCounts(merged, 'host-a', countsOf(1, { key }))
    const { rows } = viewCounts(merged, query({ by: 'key' }), HOSTS)
    expect(new Set(rows.map((row) => row.key))).toEqual(new Set([null, 'null', '', '","', '__proto__', '\u202e']))
    expect(viewCounts(merged, query(), HOSTS).rows).toHaveLength(6)
  })

  it('adds up what it cannot tell apart any more, and says how much it is', () => {
    const merged = emptyCounts(SHAPE, 3)
    for (let pid = 1; pid <= 5; pid++) addCounts(merged, 'host-a', countsOf(pid, { pid }))
    const view = viewCounts(merged, query(), HOSTS)
    expect(view.rows.map((row) => row.pid)).toEqual([3, 2, 1])
    expect(view).toMatchObject({ total: { count: 30 }, beyond: 18, others: { rows: 0, count: 18, counts: [9, 9] } })
    // Nobody knows whose those are: not the one host's either.
    expect(viewCounts(merged, query({ host: 'host-a' }), HOSTS)).toMatchObject({ total: { count: 12 }, beyond: 0, others: null })
    expect(viewCounts(merged, query({ process: { hostId: 'host-a', pid: 1 } }), HOSTS)).toMatchObject({
      total: { count: 2 },
      beyond: 0,
      others: null,
    })
  })

  it('of one host is what a capture of that host alone would be', () => {
    for (let seed = 0; seed < 10; seed++) {
      const { deltas, merged } = sample(seed)
      for (const host of ['host-a', 'host-b']) {
        const alone = emptyCounts(SHAPE)
        for (const { hostId, delta } of deltas) if (hostId === host) addCounts(alone, hostId, delta)
        for (const over of [{}, { by: 'process' as const, limit: 2 }, { window: { fromMs: 4_000, toMs: 9_000 }, search: 'vfs_read' }]) {
          const view = viewCounts(merged, query({ ...over, host }), HOSTS)
          const expected = viewCounts(alone, query(over), HOSTS)
          // The axis stays as long as that of all hosts; nothing of it is covered where this host recorded nothing.
          const bins = view.grid.coveredMs.length
          const padded = (values: number[]) => [...values, ...new Array<number>(bins - values.length).fill(0)]
          const longer = <T extends { counts: number[]; sums: number[] }>(row: T) => ({
            ...row,
            counts: padded(row.counts),
            sums: padded(row.sums),
          })
          expect(bins).toBe(viewCounts(merged, query(over), HOSTS).grid.coveredMs.length)
          expect(view).toEqual({
            ...expected,
            grid: { stepMs: 1_000, coveredMs: padded(expected.grid.coveredMs) },
            rows: expected.rows.map(longer),
            others: expected.others && longer(expected.others),
          })
        }
      }
    }
  })

  it('says what hosts lost, and whose names are known', () => {
    const merged = emptyCounts(SHAPE)
    addCounts(merged, 'host-b', { ...countsOf(1), lost: 3 })
    addCounts(merged, 'host-b', { ...countsOf(1, { pid: 0, comm: 'x' }), processes: [], lost: 4, truncated: true })
    addCounts(merged, 'host-a', { ...countsOf(1), processes: [] })
    expect(viewCounts(merged, query(), HOSTS).hosts).toEqual([
      { hostId: 'host-a', hostName: 'alpha', lost: 0, truncated: false },
      { hostId: 'host-b', hostName: 'beta', lost: 7, truncated: true },
    ])
    const comms = viewCounts(merged, query({ by: 'process' }), HOSTS).rows.map((row) => `${row.hostName} ${row.pid} ${row.comm}`)
    expect(comms.sort()).toEqual(['alpha 42 ?', 'beta 0 kernel, idle', 'beta 42 app'])
  })

  it('is empty for nothing', () => {
    expect(viewCounts(emptyCounts(SHAPE), query(), HOSTS)).toEqual({
      grid: { stepMs: 1_000, coveredMs: [] },
      total: { count: 0, sum: 0 },
      rows: [],
      others: null,
      beyond: 0,
      hosts: [],
    })
  })
})
