import type { CaptureCounters, CounterSeries, TimeGrid } from '@sonde/contract'
import { formatBytes, formatCount, formatNs, formatShare } from '@sonde/ui'
import { type CounterRatio, counterRatios, mergeCpus } from './counter-ratios.ts'

/** A line of the counters' table: a ratio of two of them, or one by itself. Lines of one `metric` belong in one chart. */
export type CounterRow = {
  id: string
  metric: string
  kind: 'ratio' | 'counter'
  title: string
  /** How to read it, or what it is made of. */
  note: string
  hostName: string
  cpu: number | null
  /** The whole of the selected time. */
  text: string
  /** Per second, where that says something. */
  rate: string
  runningShare: number
  /** What the line over time shows, and how to write it. */
  values: (number | null)[]
  format: (value: number) => string
  /** The same for the axis, where there is little room: without the unit where the note says it. */
  formatTick: (value: number) => string
}

/** Ratios first, then the counters; `order`: of the events, as they were asked for. Hosts of one event stand together. */
export function counterRows(data: CaptureCounters, options: { perCpu: boolean; order: readonly string[] }): CounterRow[] {
  const place = (event: string): number => {
    const at = options.order.findIndex((asked) => asked === event || event.startsWith(`${asked}:`))
    return at < 0 ? options.order.length : at
  }
  // Stable: within an event the server's order of hosts and CPUs stays.
  const series = [...(options.perCpu ? data.series : mergeCpus(data.series))].sort((a, b) => place(a.event) - place(b.event))
  return [...counterRatios(data).map(ratioRow), ...series.map((one) => seriesRow(one, data.grid))]
}

function ratioRow(ratio: CounterRatio): CounterRow {
  const format = (value: number): string =>
    ratio.show === 'share' ? formatShare(value) : ratio.show === 'perThousand' ? (value * 1_000).toPrecision(3) : value.toFixed(2)
  return {
    id: ratio.id,
    metric: ratio.title,
    kind: 'ratio',
    title: ratio.title,
    note: `${ratio.from}. ${ratio.reading}`,
    hostName: ratio.hostName,
    cpu: null,
    text: ratio.value === null ? '–' : format(ratio.value),
    rate: '',
    runningShare: ratio.runningShare,
    values: ratio.values,
    format,
    formatTick: format,
  }
}

function seriesRow(series: CounterSeries, grid: TimeGrid): CounterRow {
  const { hostId, event, unit, cpu, value, countedMs, runningShare } = series
  const amount = (n: number): string =>
    unit === 'ns' ? formatNs(n) : unit === 'bytes' ? formatBytes(n) : `${formatCount(n)}${unit === '' ? '' : ` ${unit}`}`
  // A clock's ns per second are CPUs in use.
  const perSecond = (n: number): string => (unit === 'ns' ? `${(n / 1e9).toFixed(2)} CPUs` : `${amount(n)}/s`)
  return {
    id: JSON.stringify([hostId, event, unit, cpu]),
    metric: `${event} ${unit}`,
    kind: 'counter',
    title: event,
    note: [cpu === null ? null : `CPU ${cpu}`, unit === 'ns' ? 'CPUs in use' : 'per second'].filter(Boolean).join(', '),
    hostName: series.hostName,
    cpu,
    text: value === null ? 'not counted' : amount(value),
    rate: value === null || countedMs === 0 ? '' : perSecond((value * 1_000) / countedMs),
    runningShare: value === null ? 1 : runningShare,
    values: series.values.map((one, bin) => {
      const ms = grid.coveredMs[bin] ?? 0
      return one === null || ms === 0 ? null : (one * 1_000) / ms
    }),
    format: perSecond,
    formatTick: (n) => (unit === 'ns' ? (n / 1e9).toFixed(2) : amount(n)),
  }
}

/** Below this a counter shared the hardware, and its value is scaled up. */
export const isEstimate = (row: Pick<CounterRow, 'runningShare'>): boolean => row.runningShare < 0.995
