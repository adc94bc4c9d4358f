import type { CaptureCounts, CountsDelta, CountsQuery, CountsRow, HostLosses } from '@sonde/contract'
import { DeltaRows } from './delta-rows.ts'
import { HIDES_NOTHING, type RowHiding } from './hide-results.ts'
import { type BinShape, type Coverage, cover, divide, gridOf, type HostTimes, isInWindow, offsetBins } from './time-grid.ts'

/** One row's totals, and what fell into each bin of its host's own time. Of fixed size: no host can make them grow. */
type Cells = { count: number; sum: number; counts: Float64Array; sums: Float64Array }

/** The counts of all hosts so far. Chunks may be added in any order, each once. */
export type MergedCounts = {
  stepMs: number
  rows: DeltaRows<Cells>
  coverage: Coverage
  losses: Map<string, { lost: number; truncated: boolean }>
  /** What found no room among the rows. */
  beyond: Cells
}

/** `longestMs`: no slice ends later. */
export function emptyCounts({ stepMs, longestMs }: BinShape, maxRows?: number): MergedCounts {
  const bins = Math.ceil(longestMs / stepMs) + 1
  const noCells = (): Cells => ({ count: 0, sum: 0, counts: new Float64Array(bins), sums: new Float64Array(bins) })
  return { stepMs, rows: new DeltaRows(noCells, maxRows), coverage: new Map(), losses: new Map(), beyond: noCells() }
}

export function addCounts(merged: MergedCounts, hostId: string, delta: CountsDelta): void {
  const losses = merged.losses.get(hostId) ?? { lost: 0, truncated: false }
  merged.losses.set(hostId, { lost: losses.lost + delta.lost, truncated: losses.truncated || delta.truncated })
  merged.rows.nameProcesses(hostId, delta.processes)
  for (const slice of delta.slices) {
    cover(merged.coverage, hostId, slice, merged.stepMs)
    for (const { pid, probe, key, count, sum } of slice.rows) {
      const cells = merged.rows.find(hostId, pid, delta.probes[probe] ?? '', key)?.cells ?? merged.beyond
      cells.count += count
      cells.sum += sum
      divide(slice.atMs, slice.lengthMs, merged.stepMs, (bin, share) => {
        cells.counts[bin] = (cells.counts[bin] ?? 0) + count * share
        cells.sums[bin] = (cells.sums[bin] ?? 0) + sum * share
      })
    }
  }
}

/** What they take in memory, about. */
export function countsBytes(merged: MergedCounts): number {
  return (merged.rows.size + 1) * (400 + merged.beyond.counts.byteLength * 2)
}

/** The merged counts as a screen shows them. */
export function viewCounts(
  merged: MergedCounts,
  query: Omit<CountsQuery, 'id'>,
  hosts: HostTimes,
  hiding: RowHiding = HIDES_NOTHING,
): CaptureCounts {
  const { stepMs, rows } = merged
  const grid = gridOf(merged.coverage, hosts, stepMs, query.host)
  const groups = new Map<string, CountsRow & { parts: { cells: Cells; offset: number }[] }>()
  const total = { count: 0, sum: 0 }
  for (const row of rows.select(query, hosts, hiding)) {
    const offset = offsetBins(hosts, row.hostId, stepMs)
    const { count, sum } = sumInWindow(row.cells, offset, stepMs, query)
    if (count === 0 && sum === 0) continue
    const owner = rows.ownerOf(row, query.by, hosts)
    const group = groups.get(owner.id) ?? { ...owner, count: 0, sum: 0, counts: [], sums: [], parts: [] }
    groups.set(owner.id, group)
    group.count += count
    group.sum += sum
    group.parts.push({ cells: row.cells, offset })
    total.count += count
    total.sum += sum
  }
  const size = (row: { count: number; sum: number }) => Math.abs(query.measure === 'sum' ? row.sum : row.count)
  const sorted = [...groups.values()].sort((a, b) => size(b) - size(a) || (a.id < b.id ? -1 : 1))
  // Nobody can tell whose they are, so they only belong to the whole.
  const isWhole = query.host === undefined && !query.process && query.search.trim() === ''
  const beyond = isWhole ? sumInWindow(merged.beyond, 0, stepMs, query) : { count: 0, sum: 0 }
  total.count += beyond.count
  total.sum += beyond.sum
  const rest = sorted.slice(query.limit)
  const restParts = rest.flatMap((group) => group.parts)
  if (beyond.count !== 0) restParts.push({ cells: merged.beyond, offset: 0 })
  return {
    grid,
    total,
    rows: sorted.slice(0, query.limit).map(({ parts, ...row }) => ({ ...row, ...addUp(parts, grid.coveredMs.length) })),
    others:
      restParts.length === 0
        ? null
        : {
            rows: rest.length,
            count: rest.reduce((sum, row) => sum + row.count, beyond.count),
            sum: rest.reduce((sum, row) => sum + row.sum, beyond.sum),
            ...addUp(restParts, grid.coveredMs.length),
          },
    beyond: beyond.count,
    hosts: lossesOf(merged.losses, hosts, query.host),
  }
}

/** Whole numbers again where a window cuts through what was divided among bins. */
function sumInWindow(
  cells: Cells,
  offset: number,
  stepMs: number,
  { window }: Pick<CountsQuery, 'window'>,
): { count: number; sum: number } {
  if (!window) return { count: cells.count, sum: cells.sum }
  let count = 0
  let sum = 0
  for (let bin = 0; bin < cells.counts.length; bin++) {
    if (!isInWindow(bin + offset, stepMs, window)) continue
    count += cells.counts[bin] ?? 0
    sum += cells.sums[bin] ?? 0
  }
  return { count: Math.round(count), sum: Math.round(sum) }
}

/** The whole time, whatever the window: a chart shows what lies around it. */
function addUp(parts: readonly { cells: Cells; offset: number }[], bins: number): { counts: number[]; sums: number[] } {
  const counts = new Array<number>(bins).fill(0)
  const sums = new Array<number>(bins).fill(0)
  for (const { cells, offset } of parts) {
    for (let bin = 0; bin + offset < bins; bin++) {
      counts[bin + offset] = (counts[bin + offset] ?? 0) + (cells.counts[bin] ?? 0)
      sums[bin + offset] = (sums[bin + offset] ?? 0) + (cells.sums[bin] ?? 0)
    }
  }
  return { counts, sums }
}

export function lossesOf(
  losses: ReadonlyMap<string, { lost: number; truncated: boolean }>,
  hosts: HostTimes,
  only?: string | undefined,
): HostLosses[] {
  return [...losses]
    .filter(([hostId]) => only === undefined || hostId === only)
    .map(([hostId, { lost, truncated }]) => ({ hostId, hostName: hosts.get(hostId)?.name ?? '', lost, truncated }))
    .sort((a, b) => (a.hostName < b.hostName ? -1 : 1))
}
