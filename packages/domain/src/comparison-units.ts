import type { Comparison, FunctionFinding } from '@sonde/contract'
import type { Profile, SparseRows } from '@sonde/profile'
import type { ComparisonSide } from './comparison-side.ts'

/** Hosts × slices of time of one side; times are ms on the capture's axis. */
export type TimedUnits = { host: string[]; slice: number[]; fromMs: number[]; toMs: number[] }

/** A side's samples by function and unit, with what each unit is divided by, so that Σ value / Σ divisor is in the verdict's `functionUnit`. */
export type MeasuredFunctions = {
  units: TimedUnits
  divisor: Float64Array
  rows: { key: string; name: string; module: string; kind: FunctionFinding['kind']; at: number; frame: number }[]
  self: SparseRows
  total: SparseRows
  /** What one event adds, in the profile's unit. */
  event: number
  samples: number
  weight: number
  unknown: number
}

/** Seconds that one unit of a profile's weight stands for; null where it is no time. */
export function secondsOfWeight({ unit, periodNs }: Profile['meta']): number | null {
  if (unit === 'ns') return 1e-9
  return unit === 'samples' && periodNs > 0 ? periodNs * 1e-9 : null
}

/** What a side recorded of wall time, by host, in equal slices: also those in which nothing was sampled, since they are part of a second's average. */
export function recordedUnits(side: ComparisonSide, slices: { fromMs: number; lengthMs: number; count: number }): TimedUnits {
  const units: TimedUnits = { host: [], slice: [], fromMs: [], toMs: [] }
  for (const target of side.targets) {
    const beginsMs = side.offsetMs(target.hostId)
    const recordedMs = target.recordedMs ?? 0
    for (let slice = 0; slice < slices.count; slice++) {
      const fromMs = Math.max(beginsMs, slices.fromMs + slice * slices.lengthMs)
      const toMs = Math.min(beginsMs + recordedMs, slices.fromMs + (slice + 1) * slices.lengthMs)
      if (toMs <= fromMs) continue
      units.host.push(target.hostId)
      units.slice.push(slice)
      units.fromMs.push(fromMs)
      units.toMs.push(toMs)
    }
  }
  return units
}

/** Amounts of some units laid on others of the same hosts, by how much they overlap. */
export function spreadOver(from: TimedUnits, amount: ArrayLike<number>, to: TimedUnits): Float64Array {
  const spread = new Float64Array(to.host.length)
  const byHost = new Map<string, number[]>()
  to.host.forEach((host, u) => {
    byHost.set(host, [...(byHost.get(host) ?? []), u])
  })
  from.host.forEach((host, u) => {
    const [begin, end] = [from.fromMs[u] ?? 0, from.toMs[u] ?? 0]
    for (const at of byHost.get(host) ?? []) {
      const overlap = Math.min(end, to.toMs[at] ?? 0) - Math.max(begin, to.fromMs[at] ?? 0)
      if (overlap > 0) spread[at] = (spread[at] ?? 0) + ((amount[u] ?? 0) * overlap) / Math.max(1e-9, end - begin)
    }
  })
  return spread
}

/** Requests that a side served, by unit; null where they cannot be known. */
export function requestsBy(side: ComparisonSide, which: 'a' | 'b', { requests }: Comparison, units: TimedUnits): Float64Array | null {
  if (!requests) return null
  if ('call' in requests) {
    const call = side.syscalls.calls.get(requests.call)
    if (!call) return null
    const amount = new Float64Array(side.syscalls.host.length)
    call.unit.forEach((unit, k) => {
      amount[unit] = call.calls[k] ?? 0
    })
    return spreadOver(side.syscalls, amount, units)
  }
  const lengths = units.fromMs.map((from, u) => (units.toMs[u] ?? 0) - from)
  const all = lengths.reduce((sum, length) => sum + length, 0)
  return all > 0 ? Float64Array.from(lengths, (length) => (requests[which] * length) / all) : null
}

/** Σ over the units of what they are divided by, in the normaliser's own unit. */
export function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum
}

/** Moves the columns of a sparse matrix to other units; what has none there is left out. */
export function moveUnits({ start, unit, value }: SparseRows, to: Int32Array): SparseRows {
  const kept = { start: new Uint32Array(start.length), unit: [] as number[], value: [] as number[] }
  for (let row = 0; row + 1 < start.length; row++) {
    for (let k = start[row] ?? 0; k < (start[row + 1] ?? 0); k++) {
      const at = to[unit[k] ?? 0] ?? -1
      if (at < 0) continue
      kept.unit.push(at)
      kept.value.push(value[k] ?? 0)
    }
    kept.start[row + 1] = kept.unit.length
  }
  return { start: kept.start, unit: Uint32Array.from(kept.unit), value: Float64Array.from(kept.value) }
}
