import type { CaptureCounters, CounterSeries, CountersDelta, CountersQuery } from '@sonde/contract'
import { type BinShape, type Coverage, cover, divide, gridOf, type HostTimes, isInWindow, offsetBins } from './time-grid.ts'

/** Series of a capture that are told apart: some 16 events on a thousand CPUs. */
const MAX_SERIES = 20_000

/** One event on one host, on one CPU or on all: by bin of the host's own time what was counted, in how much time, and how much of that the counter ran. */
type Series = {
  hostId: string
  event: string
  unit: string
  cpu: number | null
  value: Float64Array
  countedMs: Float64Array
  runningMs: Float64Array
}

/** The counters of all hosts so far. Chunks may be added in any order, each once. Different units of one event are different series. */
export type MergedCounters = {
  stepMs: number
  bins: number
  series: Map<string, Series>
  coverage: Coverage
  unsupported: Map<string, Map<string, string>>
  leftOut: Set<string>
  maxSeries: number
}

export function emptyCounters({ stepMs, longestMs }: BinShape, maxSeries: number = MAX_SERIES): MergedCounters {
  const bins = Math.ceil(longestMs / stepMs) + 1
  return { stepMs, bins, series: new Map(), coverage: new Map(), unsupported: new Map(), leftOut: new Set(), maxSeries }
}

export function addCounters(merged: MergedCounters, hostId: string, delta: CountersDelta): void {
  const reasons = merged.unsupported.get(hostId) ?? new Map<string, string>()
  merged.unsupported.set(hostId, reasons)
  for (const { event, reason } of delta.unsupported) if (reasons.size < 64) reasons.set(event, reason)
  for (const interval of delta.intervals) {
    cover(merged.coverage, hostId, interval, merged.stepMs)
    for (const counter of interval.counters) {
      const series = seriesOf(merged, hostId, counter)
      const { value, runningShare } = counter
      if (!series || value === null) continue
      divide(interval.atMs, interval.lengthMs, merged.stepMs, (bin, share) => {
        series.value[bin] = (series.value[bin] ?? 0) + value * share
        series.countedMs[bin] = (series.countedMs[bin] ?? 0) + interval.lengthMs * share
        series.runningMs[bin] = (series.runningMs[bin] ?? 0) + interval.lengthMs * share * runningShare
      })
    }
  }
}

function seriesOf(
  merged: MergedCounters,
  hostId: string,
  { event, unit, cpu }: { event: string; unit: string; cpu: number | null },
): Series | null {
  const id = JSON.stringify([hostId, event, unit, cpu])
  const known = merged.series.get(id)
  if (known) return known
  if (merged.series.size >= merged.maxSeries) {
    if (merged.leftOut.size < MAX_SERIES) merged.leftOut.add(id)
    return null
  }
  const column = () => new Float64Array(merged.bins)
  const series = { hostId, event, unit, cpu, value: column(), countedMs: column(), runningMs: column() }
  merged.series.set(id, series)
  return series
}

/** What they take in memory, about. */
export function countersBytes(merged: MergedCounters): number {
  return merged.series.size * (400 + merged.bins * 24) + merged.leftOut.size * 100
}

/** The merged counters as a screen shows them, in order of host, event, CPU. */
export function viewCounters(merged: MergedCounters, query: Pick<CountersQuery, 'host' | 'window'>, hosts: HostTimes): CaptureCounters {
  const grid = gridOf(merged.coverage, hosts, merged.stepMs, query.host)
  const nameOf = (hostId: string) => hosts.get(hostId)?.name ?? ''
  const isSelected = ({ hostId }: { hostId: string }) => query.host === undefined || hostId === query.host
  const series = [...merged.series.values()]
    .filter(isSelected)
    .map((one) => seriesView(one, nameOf(one.hostId), offsetBins(hosts, one.hostId, merged.stepMs), grid, query))
    .sort((a, b) => byText(a.hostName, b.hostName) || byText(a.event, b.event) || byText(a.unit, b.unit) || (a.cpu ?? -1) - (b.cpu ?? -1))
  return {
    grid,
    series,
    hosts: [...merged.unsupported]
      .map(([hostId, reasons]) => ({
        hostId,
        hostName: nameOf(hostId),
        unsupported: [...reasons].map(([event, reason]) => ({ event, reason })),
      }))
      .filter(isSelected)
      .sort((a, b) => byText(a.hostName, b.hostName)),
    leftOut: merged.leftOut.size,
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function seriesView(
  series: Series,
  hostName: string,
  offset: number,
  grid: CaptureCounters['grid'],
  query: Pick<CountersQuery, 'window'>,
): CounterSeries {
  const values: (number | null)[] = grid.coveredMs.map(() => null)
  let [value, countedMs, runningMs] = [0, 0, 0]
  for (let bin = 0; bin + offset < values.length; bin++) {
    const counted = series.countedMs[bin] ?? 0
    if (counted === 0) continue
    values[bin + offset] = series.value[bin] ?? 0
    if (!isInWindow(bin + offset, grid.stepMs, query.window)) continue
    value += series.value[bin] ?? 0
    countedMs += counted
    runningMs += series.runningMs[bin] ?? 0
  }
  const { hostId, event, unit, cpu } = series
  const isCounted = countedMs > 0
  return {
    hostId,
    hostName,
    event,
    unit,
    cpu,
    value: isCounted ? value : null,
    countedMs,
    runningShare: isCounted ? runningMs / countedMs : 0,
    values,
  }
}
