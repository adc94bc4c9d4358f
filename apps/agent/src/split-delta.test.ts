import type { CountersDelta, CountsDelta, EventsDelta, LatencyDelta } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { eventsIn, type JsonDelta, splitDelta } from './split-delta.ts'

const processes = [1, 2, 3].map((pid) => ({ pid, comm: `p${pid}` }))
const counts = (slices: number, rows: number): CountsDelta => ({
  version: 1,
  probes: ['tracepoint:a:b'],
  processes,
  slices: Array.from({ length: slices }, (_, s) => ({
    atMs: s * 1000,
    lengthMs: 1000,
    rows: Array.from({ length: rows }, (_, r) => ({ pid: 1 + (r % 3), probe: 0, key: `k${r}`, count: 10 * s + r, sum: r })),
  })),
  lost: 7,
  truncated: true,
})
const latency = (slices: number, rows: number): LatencyDelta => {
  const { probes: _, ...rest } = counts(slices, rows)
  return {
    ...rest,
    unmatched: 5,
    slices: rest.slices.map((slice) => ({
      ...slice,
      rows: slice.rows.map(({ pid, key, count }) => ({ pid, key, count, totalNs: count * 100, maxNs: 200, histogram: [[6, count]] })),
    })),
  }
}
const events = (rows: number): EventsDelta => ({
  version: 1,
  fields: [{ name: 'args.fd', type: 'number' }],
  rows: Array.from({ length: rows }, (_, i) => ({ timeUs: i, cpu: 0, pid: 1, tid: 1, comm: 'p1', values: [i] })),
  overCap: 4,
  lost: 3,
})
const counters = (intervals: number, values: number): CountersDelta => ({
  version: 1,
  intervals: Array.from({ length: intervals }, (_, i) => ({
    atMs: i * 1000,
    lengthMs: 1000,
    counters: Array.from({ length: values }, (_, v) => ({ event: `e${v}`, cpu: null, value: v, unit: '', runningShare: 1 })),
  })),
  unsupported: [{ event: 'x', reason: 'y' }],
})

/** Splits to the last piece, and adds all of them up again as a reader does. */
function pieces(whole: JsonDelta): JsonDelta[] {
  const halves = splitDelta(whole)
  return halves === null ? [whole] : halves.flatMap(pieces)
}
/** Slices with the same time are one. */
function joined<S extends { atMs: number; lengthMs: number }>(slices: S[], rowsOf: (slice: S) => unknown[]): [number, number, unknown[]][] {
  const byTime = new Map<string, [number, number, unknown[]]>()
  for (const slice of slices) {
    const entry = byTime.get(`${slice.atMs}`) ?? [slice.atMs, slice.lengthMs, []]
    entry[2].push(...rowsOf(slice))
    byTime.set(`${slice.atMs}`, entry)
  }
  return [...byTime.values()]
}

describe('splitDelta', () => {
  it.each([
    [1, 2],
    [1, 7],
    [5, 3],
  ])('counts of %i slices of %i rows: the pieces say what the whole said, losses once', (slices, rows) => {
    const whole = counts(slices, rows)
    const deltas = pieces({ kind: 'counts', delta: whole }).flatMap((piece) => (piece.kind === 'counts' ? [piece.delta] : []))
    const rowsOf = (slice: CountsDelta['slices'][number]) => slice.rows
    expect(
      joined(
        deltas.flatMap((delta) => delta.slices),
        rowsOf,
      ),
    ).toEqual(joined(whole.slices, rowsOf))
    expect(deltas.reduce((sum, delta) => sum + delta.lost, 0)).toBe(7)
    for (const delta of deltas) {
      expect(delta.truncated).toBe(true)
      expect(delta.slices.flatMap((slice) => slice.rows)).toHaveLength(1)
      expect(delta.processes.map(({ pid }) => pid)).toEqual(delta.slices.flatMap((slice) => slice.rows.map((row) => row.pid)))
    }
  })

  it('latency: the same', () => {
    const whole = latency(2, 5)
    const deltas = pieces({ kind: 'latency', delta: whole }).flatMap((piece) => (piece.kind === 'latency' ? [piece.delta] : []))
    const rowsOf = (slice: LatencyDelta['slices'][number]) => slice.rows
    expect(
      joined(
        deltas.flatMap((delta) => delta.slices),
        rowsOf,
      ),
    ).toEqual(joined(whole.slices, rowsOf))
    expect([deltas.reduce((sum, d) => sum + d.lost, 0), deltas.reduce((sum, d) => sum + d.unmatched, 0)]).toEqual([7, 5])
  })

  it('events: in order, what is counted once', () => {
    const whole = events(9)
    const deltas = pieces({ kind: 'events', delta: whole }).flatMap((piece) => (piece.kind === 'events' ? [piece.delta] : []))
    expect(deltas.flatMap((delta) => delta.rows)).toEqual(whole.rows)
    expect([deltas.reduce((sum, d) => sum + d.lost, 0), deltas.reduce((sum, d) => sum + d.overCap, 0)]).toEqual([3, 4])
  })

  it('counters: by time, then within the interval', () => {
    const whole = counters(3, 4)
    const deltas = pieces({ kind: 'counters', delta: whole }).flatMap((piece) => (piece.kind === 'counters' ? [piece.delta] : []))
    expect(deltas).toHaveLength(12)
    const rowsOf = (interval: CountersDelta['intervals'][number]) => interval.counters
    expect(
      joined(
        deltas.flatMap((delta) => delta.intervals),
        rowsOf,
      ),
    ).toEqual(joined(whole.intervals, rowsOf))
    for (const delta of deltas) expect(delta.unsupported).toEqual(whole.unsupported)
  })

  it('says how much is in what cannot be cut', () => {
    expect(eventsIn({ kind: 'counts', delta: counts(2, 2) })).toBe(0 + 1 + 10 + 11)
    expect(eventsIn({ kind: 'events', delta: events(3) })).toBe(3)
    expect(splitDelta({ kind: 'events', delta: events(1) })).toBeNull()
    expect(splitDelta({ kind: 'counts', delta: counts(0, 0) })).toBeNull()
  })
})
