import type { SyscallMeasure } from '@sonde/contract'
import { mergeLog2Histograms, type QuantileEstimate, quantileOfLog2Histogram } from '@sonde/stats'
import type { SyscallLine, SyscallSort } from './syscall-rows.ts'

/** One system call, all processes of the selection together. Times in ns. */
export type SyscallGroup = {
  name: string
  calls: number
  errorCalls: number
  totalNs: number
  maxNs: number
  /** The longest call is only known to be at most that long. */
  isMaxBound: boolean
  processes: number
  histogram: [bucket: number, calls: number][]
  p50: QuantileEstimate | null
  p99: QuantileEstimate | null
}

/** What is drawn over time unless the reader says otherwise: what the table is sorted by. */
export function measureOfSort(sort: SyscallSort): SyscallMeasure {
  switch (sort) {
    case 'errors':
      return 'errors'
    case 'total':
    case 'avg':
      return 'time'
    case 'p50':
    case 'p99':
    case 'max':
      return 'p99'
    default:
      return 'calls'
  }
}

const SIZES: Record<SyscallMeasure, (group: SyscallGroup) => number> = {
  calls: (group) => group.calls,
  errors: (group) => group.errorCalls,
  time: (group) => group.totalNs,
  p99: (group) => group.p99?.value ?? -1,
}

/** The lines by system call, the largest by `measure` first. Calls that never ended a call are left out. */
export function groupSyscalls(lines: readonly SyscallLine[], measure: SyscallMeasure): SyscallGroup[] {
  const byName = new Map<string, SyscallLine[]>()
  for (const line of lines) {
    if (line.calls === 0) continue
    const known = byName.get(line.name)
    if (known) known.push(line)
    else byName.set(line.name, [line])
  }
  const size = SIZES[measure]
  return [...byName]
    .map(([name, own]): SyscallGroup => {
      const histogram = mergeLog2Histograms(...own.map((line) => line.histogram))
      const maxNs = own.reduce((most, line) => Math.max(most, line.maxNs), 0)
      return {
        name,
        calls: own.reduce((sum, line) => sum + line.calls, 0),
        errorCalls: own.reduce((sum, line) => sum + line.errorCalls, 0),
        totalNs: own.reduce((sum, line) => sum + line.totalNs, 0),
        maxNs,
        isMaxBound: own.some((line) => line.isMaxBound && line.maxNs === maxNs),
        processes: new Set(own.map((line) => line.process)).size,
        histogram,
        p50: quantileOfLog2Histogram(histogram, 0.5, { maxNs }),
        p99: quantileOfLog2Histogram(histogram, 0.99, { maxNs }),
      }
    })
    .sort((a, b) => size(b) - size(a) || b.calls - a.calls || (a.name < b.name ? -1 : 1))
}
