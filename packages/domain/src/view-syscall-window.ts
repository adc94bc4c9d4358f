import type { SyscallRow, TimeWindow } from '@sonde/contract'
import { highestOfBucket } from '@sonde/stats'
import { sliceRange } from './slice-window.ts'
import type { HostSlices, SyscallSliceRow, SyscallSlices } from './syscall-slices.ts'

/** What a host's rows are within a window; `boundedMax`: `pid:nr` of rows whose longest call is only known to be at most that long. */
export type SyscallWindow = {
  bounds: { fromMs: number; toMs: number; slices: number }
  elapsedMs: number
  processes: { pid: number; comm: string }[]
  rows: SyscallRow[]
  boundedMax: string[]
}

/** The rows of one host in a window, rounded to whole slices; null where the host recorded nothing there. */
export function viewSyscallWindow(merged: SyscallSlices, host: HostSlices, offsetMs: number, window: TimeWindow): SyscallWindow | null {
  const range = sliceRange(host.ends, offsetMs, window)
  if (!range) return null
  const rows: SyscallRow[] = []
  const boundedMax: string[] = []
  const pids = new Set<number>()
  for (const [key, row] of host.rows) {
    const sums = sumRow(row, range.first, range.last)
    if (sums.calls === 0) continue
    pids.add(row.pid)
    if (sums.maxIsBound) boundedMax.push(key)
    rows.push({
      pid: row.pid,
      nr: row.nr,
      name: row.name,
      calls: sums.calls,
      totalNs: sums.totalNs,
      maxNs: sums.maxNs,
      histogram: [...sums.histogram].sort(([a], [b]) => a - b),
      errors: [...sums.errors]
        .map(([errno, count]) => ({ errno, name: merged.errnoNames.get(errno) ?? String(errno), count }))
        .sort((a, b) => b.count - a.count || a.errno - b.errno),
    })
  }
  return {
    bounds: range.bounds,
    elapsedMs: range.bounds.toMs - range.bounds.fromMs,
    processes: [...pids].map((pid) => ({ pid, comm: host.comms.get(pid) ?? '?' })),
    rows,
    boundedMax,
  }
}

type RowSums = {
  calls: number
  totalNs: number
  maxNs: number
  maxIsBound: boolean
  histogram: Map<number, number>
  errors: Map<number, number>
}

/** A row over the slices [first, last]. Its longest call: exact where a new longest one was made there, else bounded by its slowest bucket. */
function sumRow(row: SyscallSliceRow, first: number, last: number): RowSums {
  const sums: RowSums = { calls: 0, totalNs: 0, maxNs: 0, maxIsBound: false, histogram: new Map(), errors: new Map() }
  let before = 0
  for (const part of row.parts) {
    if (part.slice > last) break
    if (part.slice < first) {
      before = Math.max(before, part.newMaxNs)
      continue
    }
    sums.calls += part.calls
    sums.totalNs += part.totalNs
    sums.maxNs = Math.max(sums.maxNs, part.newMaxNs)
    for (const [bucket, calls] of part.histogram) sums.histogram.set(bucket, (sums.histogram.get(bucket) ?? 0) + calls)
    for (const [errno, calls] of part.errors) sums.errors.set(errno, (sums.errors.get(errno) ?? 0) + calls)
  }
  if (sums.maxNs === 0 && sums.calls > 0) {
    const slowest = Math.max(0, ...sums.histogram.keys())
    // The last bucket of the tracers holds everything above.
    sums.maxNs = before > 0 ? Math.min(before, highestOfBucket(slowest)) : highestOfBucket(slowest)
    sums.maxIsBound = true
  }
  return sums
}
