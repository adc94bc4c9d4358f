import { type LatencyQuery, latencyQuerySchema } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import { mergeLog2Histograms, quantileOfLog2Histogram, totalOf } from '@sonde/stats'
import { describe, expect, it } from 'vitest'
import { addLatency, emptyLatency, latencyBytes, viewLatency } from './merge-latency.ts'
import { latencyOf } from './testing/index.ts'
import type { HostTimes } from './time-grid.ts'

const SHAPE = { stepMs: 1_000, longestMs: 65_000 }
const HOSTS: HostTimes = new Map([
  ['host-a', { name: 'alpha', offsetMs: 0 }],
  ['host-b', { name: 'beta', offsetMs: 2_000 }],
])
const query = (over: Partial<LatencyQuery> = {}): LatencyQuery => ({ ...latencyQuerySchema.parse({ id: 'capture' }), ...over })

function sample(seed: number) {
  const random = seededRandom(seed)
  const deltas = Array.from({ length: 40 }, () => {
    const histogram = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i): [number, number] => [
      5 + i * 3 + Math.floor(random() * 3),
      1 + Math.floor(random() * 100),
    ])
    const options = {
      atMs: Math.floor(random() * 20) * 500,
      pid: Math.floor(random() * 5),
      key: random() < 0.5 ? null : `k${Math.floor(random() * 3)}`,
    }
    return { hostId: random() < 0.5 ? 'host-a' : 'host-b', delta: latencyOf(histogram, options), histogram }
  })
  const merged = emptyLatency(SHAPE)
  for (const { hostId, delta } of deltas) addLatency(merged, hostId, delta)
  return { deltas, merged, histogram: mergeLog2Histograms(...deltas.map((d) => d.histogram)) }
}

describe('viewLatency', () => {
  it('has every span once in the total, in the rows and in the heat map', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { merged, histogram, deltas } = sample(seed)
      for (const by of ['row', 'process', 'key', 'host'] as const) {
        for (const limit of [1, 2_000]) {
          const view = viewLatency(merged, query({ by, limit }), HOSTS)
          expect(view.total.histogram).toEqual(histogram)
          expect(view.total.count).toBe(totalOf(histogram))
          expect(view.total.p99).toEqual(quantileOfLog2Histogram(histogram, 0.99, { maxNs: view.total.maxNs }))
          expect(view.rows.reduce((sum, row) => sum + row.count, view.others?.count ?? 0)).toBe(view.total.count)
          expect(view.rows.reduce((sum, row) => sum + row.totalNs, view.others?.totalNs ?? 0)).toBe(view.total.totalNs)
          if (limit > 1) expect(mergeLog2Histograms(...view.rows.map((row) => row.histogram))).toEqual(histogram)
          const heat = new Map<number, number>()
          for (const [bin, bucket, spans] of view.heat) {
            expect(bin).toBeLessThan(view.grid.coveredMs.length)
            heat.set(bucket, (heat.get(bucket) ?? 0) + spans)
          }
          for (const [bucket, spans] of histogram) expect(heat.get(bucket)).toBeCloseTo(spans, 6)
        }
      }
      expect(viewLatency(merged, query(), HOSTS).unmatched).toBe(deltas.length)
    }
  })

  it('narrows everything to a process and to a time', () => {
    const { merged } = sample(3)
    const whole = viewLatency(merged, query({ by: 'process' }), HOSTS)
    for (const row of whole.rows) {
      const one = viewLatency(merged, query({ process: { hostId: row.hostId ?? '', pid: row.pid ?? 0 } }), HOSTS)
      expect(one.total).toEqual({
        count: row.count,
        totalNs: row.totalNs,
        maxNs: row.maxNs,
        histogram: row.histogram,
        p50: row.p50,
        p99: row.p99,
      })
      expect(one.heat.reduce((sum, [, , spans]) => sum + spans, 0)).toBeCloseTo(row.count, 6)
    }
    const windows = [0, 4_000, 8_000, 70_000]
    const counts = windows
      .slice(1)
      .map((toMs, i) => viewLatency(merged, query({ window: { fromMs: windows[i] ?? 0, toMs } }), HOSTS).total.count)
    expect(counts.every((n) => n < whole.total.count)).toBe(true)
    // Slices of a second that lie across two bins are halved, and rounded on each row.
    expect(Math.abs(counts.reduce((sum, n) => sum + n, 0) - whole.total.count)).toBeLessThan(40)
  })

  it('of one host is what a capture of that host alone would be', () => {
    for (let seed = 0; seed < 10; seed++) {
      const { deltas, merged } = sample(seed)
      for (const host of ['host-a', 'host-b']) {
        const alone = emptyLatency(SHAPE)
        for (const { hostId, delta } of deltas) if (hostId === host) addLatency(alone, hostId, delta)
        for (const over of [{}, { by: 'key' as const, limit: 2 }, { window: { fromMs: 3_000, toMs: 7_000 } }]) {
          const { grid, ...view } = viewLatency(merged, query({ ...over, host }), HOSTS)
          const { grid: ownGrid, ...expected } = viewLatency(alone, query(over), HOSTS)
          expect(view).toEqual(expected)
          expect(grid.coveredMs.slice(0, ownGrid.coveredMs.length)).toEqual(ownGrid.coveredMs)
          expect(grid.coveredMs.slice(ownGrid.coveredMs.length).every((ms) => ms === 0)).toBe(true)
        }
      }
    }
  })

  it('a window knows the longest span in it, not of the whole', () => {
    const merged = emptyLatency(SHAPE)
    addLatency(merged, 'host-a', latencyOf([[10, 5]], { atMs: 0 }))
    addLatency(merged, 'host-a', latencyOf([[30, 1]], { atMs: 5_000 }))
    const early = viewLatency(merged, query({ window: { fromMs: 0, toMs: 2_000 } }), HOSTS)
    expect(early.total).toMatchObject({ count: 5, maxNs: 1024, totalNs: 5 * 1024, histogram: [[10, 5]] })
    // The picture still shows what lies around it.
    expect(early.heat).toEqual([
      [0, 10, 5],
      [5, 30, 1],
    ])
  })

  it('keeps to its bounds: spans without room are in the total, and counted', () => {
    const merged = emptyLatency(SHAPE, { maxRows: 2, maxPoints: 6 })
    for (let pid = 1; pid <= 4; pid++)
      for (let s = 0; s < 10; s++) addLatency(merged, 'host-a', latencyOf([[pid, 10]], { pid, atMs: s * 1_000 }))
    const view = viewLatency(merged, query(), HOSTS)
    expect(merged.points).toBe(6)
    expect(latencyBytes(merged)).toBeLessThan(10_000)
    expect(view.total.count).toBe(400)
    expect(view.rows.map((row) => [row.pid, row.count])).toEqual([
      [2, 100],
      [1, 100],
    ])
    expect(view.beyond).toBe(200)
    const heat = view.heat.reduce((sum, [, , spans]) => sum + spans, 0)
    expect([heat, view.untimed]).toEqual([30, 370])
    expect(viewLatency(merged, query({ search: 'app' }), HOSTS)).toMatchObject({ total: { count: 200 }, beyond: 0 })
  })

  it('is empty for nothing', () => {
    const empty = { count: 0, totalNs: 0, maxNs: 0, histogram: [], p50: null, p99: null }
    expect(viewLatency(emptyLatency(SHAPE), query(), HOSTS)).toMatchObject({ total: empty, rows: [], heat: [], others: null, hosts: [] })
  })
})
