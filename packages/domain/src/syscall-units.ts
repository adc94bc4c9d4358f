import type { TimeWindow } from '@sonde/contract'
import { sliceRange } from './slice-window.ts'
import type { SyscallSlices } from './syscall-slices.ts'

/** What hosts did, in slices of time between two snapshots: unit u is one of them. Times are ms on the capture's axis. */
export type SyscallUnits = {
  host: string[]
  slice: number[]
  fromMs: number[]
  toMs: number[]
  /** By name of the call; columns by entry, `unit[k]` ascending. */
  calls: Map<string, CallUnits>
}
export type CallUnits = {
  nr: number
  unit: number[]
  calls: number[]
  totalNs: number[]
  errors: number[]
  /** Sparse, powers of two of ns. */
  histogram: [bucket: number, calls: number][][]
}

export type SyscallUnitsOptions = {
  keepHost: (id: string) => boolean
  pid: number | null
  window: TimeWindow | undefined
  /** How long after the capture each host began, ms. */
  offsetMs: (hostId: string) => number
}

/** Adds up all processes (or one) of each host in each whole slice that the window means. */
export function syscallUnits(merged: SyscallSlices, { keepHost, pid, window, offsetMs }: SyscallUnitsOptions): SyscallUnits {
  const units: SyscallUnits = { host: [], slice: [], fromMs: [], toMs: [], calls: new Map() }
  for (const [hostId, host] of merged.hosts) {
    if (!keepHost(hostId)) continue
    const offset = offsetMs(hostId)
    const range = sliceRange(host.ends, offset, window)
    if (!range) continue
    const first = units.host.length
    for (let slice = range.first; slice <= range.last; slice++) {
      units.host.push(hostId)
      units.slice.push(slice - range.first)
      units.fromMs.push(offset + (host.ends[slice - 1] ?? 0))
      units.toMs.push(offset + (host.ends[slice] ?? 0))
    }
    for (const row of host.rows.values()) {
      if (pid !== null && row.pid !== pid) continue
      const call = units.calls.get(row.name) ?? { nr: row.nr, unit: [], calls: [], totalNs: [], errors: [], histogram: [] }
      units.calls.set(row.name, call)
      for (const part of row.parts) {
        if (part.slice < range.first || part.slice > range.last) continue
        call.unit.push(first + part.slice - range.first)
        call.calls.push(part.calls)
        call.totalNs.push(part.totalNs)
        call.errors.push(part.errors.reduce((sum, [, count]) => sum + count, 0))
        call.histogram.push(part.histogram)
      }
    }
  }
  for (const [name, call] of units.calls) units.calls.set(name, byUnit(call))
  return units
}

/** Rows of several processes in one unit added up. */
function byUnit(call: CallUnits): CallUnits {
  const order = [...new Set(call.unit)].sort((a, b) => a - b)
  const place = new Map(order.map((unit, k) => [unit, k]))
  const sums: CallUnits = {
    nr: call.nr,
    unit: order,
    calls: order.map(() => 0),
    totalNs: order.map(() => 0),
    errors: order.map(() => 0),
    histogram: [],
  }
  const histograms = order.map(() => new Map<number, number>())
  call.unit.forEach((unit, k) => {
    const at = place.get(unit) ?? 0
    sums.calls[at] = (sums.calls[at] ?? 0) + (call.calls[k] ?? 0)
    sums.totalNs[at] = (sums.totalNs[at] ?? 0) + (call.totalNs[k] ?? 0)
    sums.errors[at] = (sums.errors[at] ?? 0) + (call.errors[k] ?? 0)
    const counts = histograms[at]
    for (const [bucket, calls] of call.histogram[k] ?? []) counts?.set(bucket, (counts.get(bucket) ?? 0) + calls)
  })
  sums.histogram = histograms.map((counts) => [...counts])
  return sums
}
