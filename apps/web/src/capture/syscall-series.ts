import type { CaptureSyscallTimes, SyscallMeasure, SyscallSeries } from '@sonde/contract'
import { formatCount, formatNs, OTHERS_COLOR, type TimeSeries } from '@sonde/ui'
import { ratesOf } from './counts-model.ts'

/** How a measure is called, and how its values are written: all but p99 are per second of the time recorded. */
export const MEASURES: Record<SyscallMeasure, { label: string; name: string; format: (value: number) => string }> = {
  calls: { label: 'calls/s', name: 'Calls per second', format: (value) => `${formatCount(value)}/s` },
  errors: { label: 'errors/s', name: 'Failed calls per second', format: (value) => `${formatCount(value)}/s` },
  time: { label: 'time', name: 'Time spent in calls, per second', format: (value) => `${formatNs(value)}/s` },
  p99: { label: 'p99 ≈', name: '99th percentile of a call’s time', format: formatNs },
}

type Amounts = Pick<SyscallSeries, 'counts' | 'errorCounts' | 'timesNs' | 'p99'>

function valuesOf(series: Amounts, measure: SyscallMeasure, grid: CaptureSyscallTimes['grid']): readonly (number | null)[] {
  switch (measure) {
    case 'calls':
      return ratesOf(series.counts, grid)
    case 'errors':
      return ratesOf(series.errorCounts, grid)
    case 'time':
      return ratesOf(series.timesNs, grid)
    case 'p99':
      return series.p99
  }
}

/** The lines of the chart: one for each system call that is told apart, one for all others. */
export function syscallSeries(data: CaptureSyscallTimes, measure: SyscallMeasure, colors: ReadonlyMap<string, string>): TimeSeries[] {
  const lines = data.syscalls
    // A call that never failed has nothing to show among errors.
    .filter((series) => measure !== 'errors' || series.errors > 0)
    .map(
      (series): TimeSeries => ({
        id: series.name,
        name: series.name,
        color: colors.get(series.name) ?? OTHERS_COLOR,
        values: valuesOf(series, measure, data.grid),
      }),
    )
  const { others } = data
  if (!others || (measure === 'errors' && others.errors === 0)) return lines
  const name = `${others.syscalls} other ${others.syscalls === 1 ? 'syscall' : 'syscalls'}`
  return [...lines, { id: ' others', name, color: OTHERS_COLOR, values: valuesOf(others, measure, data.grid) }]
}
