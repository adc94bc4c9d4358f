import { type EventsQuery, eventsQuerySchema } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { addEvents, emptyEvents, eventStepMs, viewEvents } from './merge-events.ts'
import { eventsOf } from './testing/index.ts'
import type { HostTimes } from './time-grid.ts'

const HOSTS: HostTimes = new Map([
  ['host-a', { name: 'alpha', offsetMs: 0 }],
  ['host-b', { name: 'beta', offsetMs: 250 }],
])
const query = (over: Partial<EventsQuery> = {}): EventsQuery => ({ ...eventsQuerySchema.parse({ id: 'capture' }), ...over })

function sample(seed: number, rows = 300) {
  const random = seededRandom(seed)
  const merged = emptyEvents(10_000)
  for (let i = 0; i < rows / 3; i++) {
    const timesMs = Array.from({ length: 3 }, () => Math.floor(random() * 9_000))
    addEvents(merged, random() < 0.5 ? 'host-a' : 'host-b', eventsOf(timesMs, { pid: 1 + Math.floor(random() * 4), file: `/f${i % 7}` }))
  }
  return merged
}

describe('viewEvents', () => {
  it('is in order of time, newest first or oldest first, all hosts in one time', () => {
    const merged = sample(1)
    const down = viewEvents(merged, query({ limit: 1_000 }), HOSTS)
    const times = down.rows.map((row) => row.timeUs)
    expect(times).toHaveLength(300)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(viewEvents(merged, query({ limit: 1_000, dir: 'asc' }), HOSTS).rows.map((row) => row.timeUs)).toEqual([...times].reverse())
    expect(viewEvents(merged, query({ limit: 5 }), HOSTS)).toMatchObject({ rows: down.rows.slice(0, 5), matching: 300, received: 300 })
    const one = emptyEvents(10_000)
    addEvents(one, 'host-b', eventsOf([100]))
    expect(viewEvents(one, query(), HOSTS).rows[0]?.timeUs).toBe(350_000)
  })

  it('counts what matches by time, whatever the window and the limit', () => {
    const merged = sample(2)
    for (const over of [{}, { limit: 1 }, { window: { fromMs: 1_000, toMs: 2_000 } }]) {
      const { counts, grid } = viewEvents(merged, query(over), HOSTS)
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(300)
      expect(counts).toHaveLength(grid.coveredMs.length)
    }
    const windows = [0, 3_000, 5_555, 20_000]
    const parts = windows
      .slice(1)
      .map((toMs, i) => viewEvents(merged, query({ window: { fromMs: windows[i] ?? 0, toMs } }), HOSTS).matching)
    expect(parts.reduce((sum, n) => sum + n, 0)).toBe(300)
  })

  it('finds by process, host, value and words', () => {
    const merged = sample(3)
    const matching = (over: Partial<EventsQuery>) => viewEvents(merged, query(over), HOSTS).matching
    expect(matching({ search: 'ALPHA' }) + matching({ search: 'beta' })).toBe(300)
    expect([0, 1, 2, 3, 4, 5, 6].reduce((sum, n) => sum + matching({ search: `/f${n}` }), 0)).toBe(300)
    expect(matching({ search: '/f1 /f2' })).toBe(0)
    const byProcess = [1, 2, 3, 4].flatMap((pid) => ['host-a', 'host-b'].map((hostId) => matching({ process: { hostId, pid } })))
    expect(byProcess.reduce((sum, n) => sum + n, 0)).toBe(300)
  })

  it('sorts by any column, what is missing last', () => {
    const merged = emptyEvents(10_000)
    addEvents(merged, 'host-a', eventsOf([5, 1, 9]))
    addEvents(merged, 'host-b', {
      ...eventsOf([3, 4]),
      fields: [{ name: 'args.filename', type: 'text' }],
      rows: [3, 4].map((ms) => ({ timeUs: ms * 1_000, cpu: 1, pid: 7, tid: 8, comm: 'other', values: [ms === 3 ? '/a' : null] })),
    })
    const durations = (dir: 'asc' | 'desc') => viewEvents(merged, query({ sort: 'duration', dir }), HOSTS).rows.map((row) => row.values[1])
    expect(durations('asc')).toEqual([10, 50, 90, undefined, undefined])
    expect(durations('desc')).toEqual([90, 50, 10, undefined, undefined])
    const names = viewEvents(merged, query({ sort: 'args.filename', dir: 'asc' }), HOSTS).rows.map((row) => row.values[0])
    expect(names).toEqual(['/a', '/etc/hosts', '/etc/hosts', '/etc/hosts', null])
    const comms = viewEvents(merged, query({ sort: 'process', dir: 'desc' }), HOSTS).rows.map((row) => row.comm)
    expect(comms).toEqual(['other', 'other', 'app', 'app', 'app'])
    // A column that no host has (any more) is no error: it is time.
    expect(viewEvents(merged, query({ sort: 'gone' }), HOSTS).rows[0]?.timeUs).toBe(254_000)
  })

  it('never mixes two types of one field: they are two columns', () => {
    const merged = emptyEvents(10_000)
    const row = { timeUs: 1, cpu: 0, pid: 1, tid: 1, comm: 'a' }
    const delta = (type: 'number' | 'bytes', value: number) => ({
      version: 1 as const,
      fields: [{ name: 'args.len', type }],
      rows: [{ ...row, values: [value] }],
      overCap: 2,
      lost: 3,
    })
    addEvents(merged, 'host-a', delta('bytes', 10))
    addEvents(merged, 'host-b', delta('number', 20))
    const view = viewEvents(merged, query({ dir: 'asc' }), HOSTS)
    expect(view.columns).toEqual([
      { name: 'args.len', type: 'bytes' },
      { name: 'args.len', type: 'number' },
    ])
    expect(view.rows.map((r) => r.values)).toEqual([[10], [undefined, 20]])
    expect(view).toMatchObject({ overCap: 4, lost: 6 })
  })

  it('of one host has only its rows and its counts; all hosts add up to the whole', () => {
    const merged = sample(5)
    addEvents(merged, 'host-b', { ...eventsOf([1, 2]), overCap: 4, lost: 3 })
    const whole = viewEvents(merged, query({ limit: 1_000 }), HOSTS)
    const parts = ['host-a', 'host-b'].map((host) => viewEvents(merged, query({ limit: 1_000, host }), HOSTS))
    parts.forEach((part, i) => {
      const hostId = ['host-a', 'host-b'][i]
      expect(part.rows).toEqual(whole.rows.filter((row) => row.hostId === hostId))
      expect(part.matching).toBe(part.received)
      expect(part.hosts.map((host) => host.hostId)).toEqual([hostId])
    })
    expect(whole.counts.map((_, bin) => parts.reduce((sum, part) => sum + (part.counts[bin] ?? 0), 0))).toEqual(whole.counts)
    expect(parts.map((part) => [part.overCap, part.lost])).toEqual([
      [0, 0],
      [4, 3],
    ])
    expect(parts.reduce((sum, part) => sum + part.received, 0)).toBe(whole.received)
    expect(viewEvents(merged, query({ host: 'host-a', process: { hostId: 'host-b', pid: 1 } }), HOSTS).matching).toBe(0)
  })

  it('lets the oldest go beyond its memory, and counts them per host', () => {
    const merged = emptyEvents(10_000, 20_000)
    for (let i = 0; i < 200; i++) addEvents(merged, 'host-a', eventsOf([i * 10, i * 10 + 5]))
    const view = viewEvents(merged, query({ limit: 20_000, dir: 'asc' }), HOSTS)
    expect(view.received).toBe(400)
    expect(view.leftOut).toBeGreaterThan(0)
    expect(view.matching + view.leftOut).toBe(400)
    expect(view.rows.at(-1)?.timeUs).toBe(1_995_000)
    expect(merged.sizeBytes).toBeLessThanOrEqual(25_000)
    expect(viewEvents(merged, query({ host: 'host-b' }), HOSTS)).toMatchObject({ received: 0, leftOut: 0 })
    // Long texts count for what they are.
    const long = emptyEvents(10_000, 1_000_000)
    for (let i = 0; i < 2_000; i++) addEvents(long, 'host-a', eventsOf([i], { file: 'x'.repeat(1_000) }))
    expect(long.rows.length).toBeLessThan(700)
  })

  it('has bins of a round length, at most 120 of them', () => {
    for (const durationMs of [1_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000])
      expect(durationMs / eventStepMs(durationMs)).toBeLessThanOrEqual(120)
    expect(eventStepMs(10_000)).toBe(100)
    expect(eventStepMs(30_000)).toBe(500)
  })
})
