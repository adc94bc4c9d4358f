import type { CaptureSyscallTimes, ErrnoSeries, SyscallSeries, SyscallTimesQuery, TimeGrid } from '@sonde/contract'
import { quantileOfLog2Histogram } from '@sonde/stats'
import { type SliceRange, sliceRange, spanOfBounds } from './slice-window.ts'
import { type HostSlices, type SyscallSliceRow, type SyscallSlices, untimedCalls } from './syscall-slices.ts'
import { divide, type HostTimes } from './time-grid.ts'

const BUCKETS = 64
const MAX_ERRNOS = 100
/** A slice's end this near to a boundary of the grid is on it: tools print a moment late, and nothing is learnt from a thousandth of a bin. */
const SNAP = 0.1

/** Where a slice lies in the grid, as shares of it. */
type Share = readonly [bin: number, share: number]
type Placed = { hostId: string; host: HostSlices; range: SliceRange | null; shares: Share[][] }

/** The slices of all hosts as lines over one grid of time, one for each system call. */
export function viewSyscallTimes(merged: SyscallSlices, query: Omit<SyscallTimesQuery, 'id'>, hosts: HostTimes): CaptureSyscallTimes {
  const { grid, placed } = placeSlices(merged, query, hosts)
  const bins = grid.coveredMs.length
  const rows = [...selectRows(merged, placed, query, hosts)]
  const ranked = rank(rows, query.by)
  const top = new Map(ranked.slice(0, query.limit).map((one) => [one.name, newBins(bins)]))
  const rest = newBins(bins)
  const errnoBins = new Map<number, { calls: number; counts: Float64Array }>()
  for (const { row, place } of rows) {
    const into = top.get(row.name) ?? rest
    for (const part of row.parts) {
      for (const [bin, share] of place.shares[part.slice] ?? []) addPart(into, bin, share, part)
      const { range } = place
      const isIn = range !== null && part.slice >= range.first && part.slice <= range.last
      for (const [errno, calls] of part.errors) {
        const one = errnoBins.get(errno) ?? { calls: 0, counts: new Float64Array(bins) }
        errnoBins.set(errno, one)
        if (isIn) one.calls += calls
        for (const [bin, share] of place.shares[part.slice] ?? []) one.counts[bin] = (one.counts[bin] ?? 0) + calls * share
      }
    }
  }
  const left = ranked.slice(query.limit)
  const sum = (of: (one: Ranked) => number) => left.reduce((total, one) => total + of(one), 0)
  return {
    grid,
    hosts: placed.map(({ hostId, host }) => {
      const offset = hosts.get(hostId)?.offsetMs ?? 0
      return {
        hostId,
        hostName: hosts.get(hostId)?.name ?? '',
        slices: host.ends.map((end, i): [number, number] => [offset + (host.ends[i - 1] ?? 0), offset + end]),
      }
    }),
    bounds: query.window ? spanOfBounds(placed.flatMap(({ range }) => (range ? [range.bounds] : []))) : null,
    syscalls: ranked.slice(0, query.limit).map(({ name, calls, errors, totalNs }) => ({
      name,
      calls,
      errors,
      totalNs,
      ...seriesOf(top.get(name) ?? rest),
    })),
    others:
      left.length === 0
        ? null
        : {
            syscalls: left.length,
            calls: sum((one) => one.calls),
            errors: sum((one) => one.errors),
            totalNs: sum((one) => one.totalNs),
            ...seriesOf(rest),
          },
    errnos: [...errnoBins]
      .filter(([, one]) => one.calls > 0)
      .map(
        ([errno, one]): ErrnoSeries => ({
          errno,
          name: merged.errnoNames.get(errno) ?? String(errno),
          calls: one.calls,
          counts: plain(one.counts),
        }),
      )
      .sort((a, b) => b.calls - a.calls || a.errno - b.errno)
      .slice(0, MAX_ERRNOS),
    untimed: untimedCalls(merged),
  }
}

/** Bins about as long as the slices are: half a second, or a multiple. */
function placeSlices(
  merged: SyscallSlices,
  query: Pick<SyscallTimesQuery, 'window' | 'host'>,
  hosts: HostTimes,
): { grid: TimeGrid; placed: Placed[] } {
  const lengths = [...merged.hosts.values()].flatMap(({ ends }) => ends.map((end, i) => end - (ends[i - 1] ?? 0))).sort((a, b) => a - b)
  const usual = lengths[lengths.length >> 1] ?? 1_000
  const stepMs = Math.max(500, Math.round(usual / 500) * 500)
  const coveredMs: number[] = []
  const placed = [...merged.hosts].map(([hostId, host]): Placed => {
    const offset = hosts.get(hostId)?.offsetMs ?? 0
    const covered: number[] = []
    const shares = host.ends.map((end, i) => {
      const [from, to] = snapSlice(offset + (host.ends[i - 1] ?? 0), offset + end, stepMs)
      const at: Share[] = []
      divide(from, to - from, stepMs, (bin, share) => {
        at.push([bin, share])
        while (covered.length <= bin) covered.push(0)
        covered[bin] = Math.min(stepMs, (covered[bin] ?? 0) + share * (to - from))
      })
      return at
    })
    // As long as any host recorded, but covered by the selected one alone.
    const isSelected = query.host === undefined || query.host === hostId
    covered.forEach((ms, bin) => {
      while (coveredMs.length <= bin) coveredMs.push(0)
      if (isSelected) coveredMs[bin] = Math.max(coveredMs[bin] ?? 0, ms)
    })
    return { hostId, host, range: sliceRange(host.ends, offset, query.window), shares }
  })
  return { grid: { stepMs, coveredMs }, placed: placed.filter(({ hostId }) => query.host === undefined || query.host === hostId) }
}

function snapSlice(fromMs: number, toMs: number, stepMs: number): [fromMs: number, toMs: number] {
  const snap = (ms: number) => {
    const near = Math.round(ms / stepMs) * stepMs
    return Math.abs(ms - near) <= SNAP * stepMs ? near : ms
  }
  const [from, to] = [snap(fromMs), snap(toMs)]
  return to > from ? [from, to] : [fromMs, toMs]
}

type Selected = { row: SyscallSliceRow; place: Placed }

function* selectRows(
  merged: SyscallSlices,
  placed: readonly Placed[],
  query: Pick<SyscallTimesQuery, 'process' | 'search' | 'syscall'>,
  hosts: HostTimes,
): Generator<Selected> {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean)
  for (const place of placed) {
    if (query.process && query.process.hostId !== place.hostId) continue
    const hostName = hosts.get(place.hostId)?.name ?? ''
    for (const row of place.host.rows.values()) {
      if (query.process && row.pid !== query.process.pid) continue
      if (query.syscall !== undefined && row.name !== query.syscall) continue
      if (words.length > 0) {
        const errnos = [...row.seen.errors.keys()].map((errno) => merged.errnoNames.get(errno) ?? '').join(' ')
        const text = `${place.host.comms.get(row.pid) ?? ''} ${row.pid} ${hostName} ${row.name} ${errnos}`.toLowerCase()
        if (!words.every((word) => text.includes(word))) continue
      }
      yield { row, place }
    }
  }
}

type Ranked = { name: string; calls: number; errors: number; totalNs: number; histogram: Float64Array }

/** What each system call sums up to in the window, the largest first. */
function rank(rows: readonly Selected[], by: SyscallTimesQuery['by']): Ranked[] {
  const names = new Map<string, Ranked>()
  for (const { row, place } of rows) {
    const { range } = place
    if (!range) continue
    for (const part of row.parts) {
      if (part.slice < range.first || part.slice > range.last || part.calls === 0) continue
      const one = names.get(row.name) ?? { name: row.name, calls: 0, errors: 0, totalNs: 0, histogram: new Float64Array(BUCKETS) }
      names.set(row.name, one)
      one.calls += part.calls
      one.totalNs += part.totalNs
      for (const [, calls] of part.errors) one.errors += calls
      for (const [bucket, calls] of part.histogram) one.histogram[bucket] = (one.histogram[bucket] ?? 0) + calls
    }
  }
  const sizes = new Map([...names.values()].map((one) => [one, sizeOf(one, by)]))
  return [...names.values()].sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0) || b.calls - a.calls || (a.name < b.name ? -1 : 1))
}

function sizeOf(one: Ranked, by: SyscallTimesQuery['by']): number {
  if (by === 'p99') return quantileOfLog2Histogram(pairsOf(one.histogram, 0), 0.99)?.value ?? 0
  return by === 'time' ? one.totalNs : one[by]
}

type Bins = { counts: Float64Array; errorCounts: Float64Array; timesNs: Float64Array; histograms: Float64Array }

const newBins = (bins: number): Bins => ({
  counts: new Float64Array(bins),
  errorCounts: new Float64Array(bins),
  timesNs: new Float64Array(bins),
  histograms: new Float64Array(bins * BUCKETS),
})

function addPart(into: Bins, bin: number, share: number, part: SyscallSliceRow['parts'][number]): void {
  into.counts[bin] = (into.counts[bin] ?? 0) + part.calls * share
  into.timesNs[bin] = (into.timesNs[bin] ?? 0) + part.totalNs * share
  for (const [, calls] of part.errors) into.errorCounts[bin] = (into.errorCounts[bin] ?? 0) + calls * share
  for (const [bucket, calls] of part.histogram) {
    const at = bin * BUCKETS + bucket
    into.histograms[at] = (into.histograms[at] ?? 0) + calls * share
  }
}

function seriesOf(bins: Bins): Pick<SyscallSeries, 'counts' | 'errorCounts' | 'timesNs' | 'p50' | 'p99'> {
  const histograms = Array.from(bins.counts, (_, bin) => pairsOf(bins.histograms, bin * BUCKETS))
  const quantiles = (q: number) => histograms.map((histogram) => quantileOfLog2Histogram(histogram, q)?.value ?? null)
  return {
    counts: plain(bins.counts),
    errorCounts: plain(bins.errorCounts),
    timesNs: plain(bins.timesNs),
    p50: quantiles(0.5),
    p99: quantiles(0.99),
  }
}

/** Shares of a slice leave crumbs behind the comma, which say nothing. */
const plain = (values: Float64Array): number[] => Array.from(values, (value) => Math.round(value * 1_000) / 1_000)

function pairsOf(buckets: Float64Array, from: number): [bucket: number, calls: number][] {
  const pairs: [number, number][] = []
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const calls = buckets[from + bucket] ?? 0
    if (calls > 0) pairs.push([bucket, calls])
  }
  return pairs
}
