import type { CaptureLatency, LatencyDelta, LatencyQuery, LatencyRow, LatencySummary } from '@sonde/contract'
import { quantileOfLog2Histogram } from '@sonde/stats'
import { DeltaRows } from './delta-rows.ts'
import { HIDES_NOTHING, type RowHiding } from './hide-results.ts'
import { lossesOf } from './merge-counts.ts'
import { type BinShape, type Coverage, cover, divide, gridOf, type HostTimes, isInWindow, offsetBins } from './time-grid.ts'

const BUCKETS = 64

/** One row: totals, and per bin of its host's own time the spans by bucket, their time and the longest. Sparse, by bin × BUCKETS + bucket, by bin. */
type Cells = {
  count: number
  totalNs: number
  maxNs: number
  histogram: Float64Array
  heat: Map<number, number>
  bins: Map<number, { count: number; totalNs: number; maxNs: number }>
}

/** The latencies of all hosts so far. Chunks may be added in any order, each once. */
export type MergedLatency = {
  stepMs: number
  rows: DeltaRows<Cells>
  coverage: Coverage
  losses: Map<string, { lost: number; truncated: boolean; unmatched: number }>
  /** Spans for which there was no room in time. */
  untimed: number
  /** What found no room among the rows. */
  beyond: Cells
  /** Entries in all `heat`s. */
  points: number
  maxPoints: number
}

/** 2 million: some 100 MB. Beyond it spans stand in their row, but no longer in its time. */
const MAX_POINTS = 2_000_000

const noCells = (): Cells => ({ count: 0, totalNs: 0, maxNs: 0, histogram: new Float64Array(BUCKETS), heat: new Map(), bins: new Map() })

export function emptyLatency({ stepMs }: BinShape, limits: { maxRows?: number; maxPoints?: number } = {}): MergedLatency {
  return {
    stepMs,
    rows: new DeltaRows(noCells, limits.maxRows),
    coverage: new Map(),
    losses: new Map(),
    untimed: 0,
    beyond: noCells(),
    points: 0,
    maxPoints: limits.maxPoints ?? MAX_POINTS,
  }
}

export function addLatency(merged: MergedLatency, hostId: string, delta: LatencyDelta): void {
  const losses = merged.losses.get(hostId) ?? { lost: 0, truncated: false, unmatched: 0 }
  merged.losses.set(hostId, {
    lost: losses.lost + delta.lost,
    truncated: losses.truncated || delta.truncated,
    unmatched: losses.unmatched + delta.unmatched,
  })
  merged.rows.nameProcesses(hostId, delta.processes)
  for (const slice of delta.slices) {
    cover(merged.coverage, hostId, slice, merged.stepMs)
    for (const row of slice.rows) {
      const cells = merged.rows.find(hostId, row.pid, null, row.key)?.cells ?? merged.beyond
      cells.count += row.count
      cells.totalNs += row.totalNs
      cells.maxNs = Math.max(cells.maxNs, row.maxNs)
      for (const [bucket, spans] of row.histogram) cells.histogram[bucket] = (cells.histogram[bucket] ?? 0) + spans
      divide(slice.atMs, slice.lengthMs, merged.stepMs, (bin, share) => addToBin(merged, cells, bin, share, row))
    }
  }
}

function addToBin(
  merged: MergedLatency,
  cells: Cells,
  bin: number,
  share: number,
  row: LatencyDelta['slices'][number]['rows'][number],
): void {
  const known = cells.bins.get(bin)
  // All of a bin or nothing of it, so that a window never shows times without their spans.
  const fresh = row.histogram.filter(([bucket]) => !cells.heat.has(bin * BUCKETS + bucket)).length + (known ? 0 : 1)
  if (merged.points + fresh > merged.maxPoints) {
    merged.untimed += row.count * share
    return
  }
  merged.points += fresh
  cells.bins.set(bin, {
    count: (known?.count ?? 0) + row.count * share,
    totalNs: (known?.totalNs ?? 0) + row.totalNs * share,
    maxNs: Math.max(known?.maxNs ?? 0, row.maxNs),
  })
  for (const [bucket, spans] of row.histogram) {
    const at = bin * BUCKETS + bucket
    cells.heat.set(at, (cells.heat.get(at) ?? 0) + spans * share)
  }
}

/** What they take in memory, about. */
export function latencyBytes(merged: MergedLatency): number {
  return merged.rows.size * 1_000 + merged.points * 60
}

/** The merged latencies as a screen shows them. */
export function viewLatency(
  merged: MergedLatency,
  query: Omit<LatencyQuery, 'id'>,
  hosts: HostTimes,
  hiding: RowHiding = HIDES_NOTHING,
): CaptureLatency {
  const { stepMs, rows } = merged
  const grid = gridOf(merged.coverage, hosts, stepMs, query.host)
  const isSelected = (hostId: string) => query.host === undefined || hostId === query.host
  const groups = new Map<string, { row: Omit<LatencyRow, keyof LatencySummary>; sums: Sums }>()
  const total = newSums()
  const heat = new Map<number, number>()
  const take = (cells: Cells, offset: number): Sums => {
    addHeat(heat, cells, offset)
    const sums = sumInWindow(cells, offset, stepMs, query)
    addSums(total, sums)
    return sums
  }
  for (const row of rows.select(query, hosts, hiding)) {
    const sums = take(row.cells, offsetBins(hosts, row.hostId, stepMs))
    if (sums.count === 0) continue
    const owner = rows.ownerOf(row, query.by, hosts)
    const group = groups.get(owner.id) ?? { row: owner, sums: newSums() }
    groups.set(owner.id, group)
    addSums(group.sums, sums)
  }
  const isWhole = query.host === undefined && !query.process && query.search.trim() === ''
  const beyond = isWhole ? take(merged.beyond, 0) : newSums()
  const sorted = [...groups.values()].sort((a, b) => b.sums.totalNs - a.sums.totalNs || (a.row.id < b.row.id ? -1 : 1))
  const rest = sorted.slice(query.limit)
  return {
    grid,
    total: summaryOf(total),
    heat: [...heat].sort(([a], [b]) => a - b).map(([at, spans]) => [Math.floor(at / BUCKETS), at % BUCKETS, spans]),
    rows: sorted.slice(0, query.limit).map(({ row, sums }) => ({ ...row, ...summaryOf(sums) })),
    others:
      rest.length === 0
        ? null
        : {
            rows: rest.length,
            count: rest.reduce((sum, { sums }) => sum + sums.count, 0),
            totalNs: rest.reduce((sum, { sums }) => sum + sums.totalNs, 0),
          },
    beyond: beyond.count,
    untimed: Math.round(merged.untimed),
    unmatched: [...merged.losses].reduce((sum, [hostId, own]) => sum + (isSelected(hostId) ? own.unmatched : 0), 0),
    hosts: lossesOf(merged.losses, hosts, query.host),
  }
}

type Sums = { count: number; totalNs: number; maxNs: number; histogram: Float64Array }

const newSums = (): Sums => ({ count: 0, totalNs: 0, maxNs: 0, histogram: new Float64Array(BUCKETS) })

function addSums(into: Sums, sums: Sums): void {
  into.count += sums.count
  into.totalNs += sums.totalNs
  into.maxNs = Math.max(into.maxNs, sums.maxNs)
  for (let bucket = 0; bucket < BUCKETS; bucket++) into.histogram[bucket] = (into.histogram[bucket] ?? 0) + (sums.histogram[bucket] ?? 0)
}

/** Whole spans again where a window cuts through what was divided among bins. */
function sumInWindow(cells: Cells, offset: number, stepMs: number, { window }: Pick<LatencyQuery, 'window'>): Sums {
  if (!window) return cells
  const sums = newSums()
  for (const [bin, part] of cells.bins) {
    if (!isInWindow(bin + offset, stepMs, window)) continue
    sums.count += part.count
    sums.totalNs += part.totalNs
    sums.maxNs = Math.max(sums.maxNs, part.maxNs)
  }
  for (const [at, spans] of cells.heat) {
    if (isInWindow(Math.floor(at / BUCKETS) + offset, stepMs, window))
      sums.histogram[at % BUCKETS] = (sums.histogram[at % BUCKETS] ?? 0) + spans
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) sums.histogram[bucket] = Math.round(sums.histogram[bucket] ?? 0)
  return { ...sums, count: Math.round(sums.count), totalNs: Math.round(sums.totalNs) }
}

function addHeat(heat: Map<number, number>, cells: Cells, offset: number): void {
  for (const [at, spans] of cells.heat) {
    const shifted = at + offset * BUCKETS
    heat.set(shifted, (heat.get(shifted) ?? 0) + spans)
  }
}

function summaryOf({ count, totalNs, maxNs, histogram: buckets }: Sums): LatencySummary {
  const histogram: [number, number][] = []
  buckets.forEach((spans, bucket) => {
    if (spans > 0) histogram.push([bucket, spans])
  })
  return {
    count,
    totalNs,
    maxNs,
    histogram,
    p50: quantileOfLog2Histogram(histogram, 0.5, { maxNs }),
    p99: quantileOfLog2Histogram(histogram, 0.99, { maxNs }),
  }
}
