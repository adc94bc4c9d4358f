import type { CaptureSpec, TimeGrid, TimeWindow } from '@sonde/contract'
import { longestMs } from './check-chunk.ts'

/** Hosts of a capture: what to call them, and how long after the first one each began to record, ms. */
export type HostTimes = ReadonlyMap<string, { name: string; offsetMs: number }>

/** Wall time that each host recorded, ms, by bin of its own time. */
export type Coverage = Map<string, number[]>

/** Bins of a host's own time, ms: how wide, and how late a slice may end at most. */
export type BinShape = { stepMs: number; longestMs: number }

/** Collectors cut their slices at about a second; a chart has room for about 150. */
export function binShapeOf(spec: CaptureSpec): BinShape {
  return { stepMs: spec.durationMs <= 150_000 ? 1_000 : 2_000, longestMs: longestMs(spec) }
}

/** Divides [atMs, atMs + lengthMs) among the bins it lies in: `share` of it, 0..1, goes to `bin`. The shares add up to 1. */
export function divide(atMs: number, lengthMs: number, stepMs: number, give: (bin: number, share: number) => void): void {
  const endMs = atMs + lengthMs
  const first = Math.floor(atMs / stepMs)
  const last = Math.max(first, Math.ceil(endMs / stepMs) - 1)
  if (first === last) {
    give(first, 1)
    return
  }
  for (let bin = first; bin <= last; bin++) {
    const within = Math.min(endMs, (bin + 1) * stepMs) - Math.max(atMs, bin * stepMs)
    give(bin, within / lengthMs)
  }
}

export function cover(coverage: Coverage, hostId: string, slice: { atMs: number; lengthMs: number }, stepMs: number): void {
  const bins = coverage.get(hostId) ?? []
  coverage.set(hostId, bins)
  divide(slice.atMs, slice.lengthMs, stepMs, (bin, share) => {
    while (bins.length <= bin) bins.push(0)
    bins[bin] = Math.min(stepMs, (bins[bin] ?? 0) + share * slice.lengthMs)
  })
}

/** How many bins a host's own time is behind the capture's. */
export function offsetBins(hosts: HostTimes, hostId: string, stepMs: number): number {
  return Math.round((hosts.get(hostId)?.offsetMs ?? 0) / stepMs)
}

/** The capture's time as bins: as far as any host recorded; covered where any did, or where `only` did. */
export function gridOf(coverage: Coverage, hosts: HostTimes, stepMs: number, only?: string | undefined): TimeGrid {
  const coveredMs: number[] = []
  for (const [hostId, bins] of coverage) {
    const offset = offsetBins(hosts, hostId, stepMs)
    bins.forEach((ms, bin) => {
      while (coveredMs.length <= bin + offset) coveredMs.push(0)
      if (only === undefined || hostId === only) coveredMs[bin + offset] = Math.max(coveredMs[bin + offset] ?? 0, ms)
    })
  }
  return { stepMs, coveredMs }
}

/** Whether a bin belongs to the window: its middle decides. Everything does where there is no window. */
export function isInWindow(bin: number, stepMs: number, window: TimeWindow | undefined): boolean {
  if (!window) return true
  const middleMs = (bin + 0.5) * stepMs
  return middleMs >= window.fromMs && middleMs < window.toMs
}
