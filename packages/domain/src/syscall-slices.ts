import type { SyscallRow, SyscallSnapshot } from '@sonde/contract'
import { errorsWithinCalls } from './errors-within-calls.ts'

/**
 * Cumulative syscall snapshots, turned into what happened from each to the next: a slice. One process × system call of one host is a row.
 *
 * A snapshot is at most cut (its smallest rows left out where it is too big to send), so a row that is missing from one counts from where
 * it was last seen: the sum over a row's parts is always its last cumulative value.
 */

/** Shorter slices (the last print of a tool that ends) belong to the one before. */
const SHORTEST_MS = 250
/** Rows that are told apart in time, over all hosts: further ones have none. */
const MAX_ROWS = 60_000
/** Numbers in all parts: 4 million are some 100 MB. */
const MAX_NUMBERS = 4_000_000

/** What one row did within one slice. `newMaxNs`: the longest call so far, where it was made in this slice; else 0. */
export type SlicePart = {
  slice: number
  calls: number
  totalNs: number
  newMaxNs: number
  /** Sparse, powers of two of ns. */
  histogram: [bucket: number, calls: number][]
  errors: [errno: number, calls: number][]
}

type Cumulative = { calls: number; totalNs: number; maxNs: number; histogram: Map<number, number>; errors: Map<number, number> }

export type SyscallSliceRow = { pid: number; nr: number; name: string; seen: Cumulative; parts: SlicePart[] }

/** `ends[i]`: where slice i ends, ms of the host's own time; it begins where the one before ends. */
export type HostSlices = { ends: number[]; rows: Map<string, SyscallSliceRow>; comms: Map<number, string> }

export type SyscallSlices = {
  hosts: Map<string, HostSlices>
  errnoNames: Map<number, string>
  rows: number
  numbers: number
  limits: { rows: number; numbers: number }
  /** Calls that found no room in time, by host and row; the row '' for all that have no row at all. */
  untimed: Map<string, number>
}

/** `limits` are for tests. */
export function emptySyscallSlices(limits: Partial<SyscallSlices['limits']> = {}): SyscallSlices {
  return {
    hosts: new Map(),
    errnoNames: new Map(),
    rows: 0,
    numbers: 0,
    limits: { rows: MAX_ROWS, numbers: MAX_NUMBERS, ...limits },
    untimed: new Map(),
  }
}

/** As hostText of the contract cuts them. */
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

/**
 * Adds a host's next snapshot, as it was stored: it passed its schema on arrival, and texts are cut here. One that is not later than the last one of that host adds nothing: what it says is known already. */
export function addSyscallSnapshot(merged: SyscallSlices, hostId: string, snapshot: SyscallSnapshot): void {
  const host: HostSlices = merged.hosts.get(hostId) ?? { ends: [], rows: new Map(), comms: new Map() }
  merged.hosts.set(hostId, host)
  const last = host.ends.at(-1) ?? 0
  if (snapshot.elapsedMs < last) return
  if (host.ends.length === 0 || snapshot.elapsedMs - last >= SHORTEST_MS) host.ends.push(snapshot.elapsedMs)
  else host.ends[host.ends.length - 1] = snapshot.elapsedMs
  const slice = host.ends.length - 1
  let withoutRow = 0
  for (const cumulative of snapshot.rows) {
    const key = `${cumulative.pid}:${cumulative.nr}`
    let row = host.rows.get(key)
    if (!row) {
      if (merged.rows >= merged.limits.rows) {
        withoutRow += cumulative.calls
        continue
      }
      row = { pid: cumulative.pid, nr: cumulative.nr, name: cut(cumulative.name, 64), seen: nothing(), parts: [] }
      host.rows.set(key, row)
      merged.rows++
    }
    addToRow(merged, `${hostId}:${key}`, row, slice, cumulative)
  }
  // Cumulative as well: the latest count replaces the one before.
  if (withoutRow > 0) merged.untimed.set(`${hostId}:`, withoutRow)
  for (const { pid, comm } of snapshot.processes) {
    if (host.comms.size < MAX_ROWS || host.comms.has(pid)) host.comms.set(pid, cut(comm, 64))
  }
}

const nothing = (): Cumulative => ({ calls: 0, totalNs: 0, maxNs: 0, histogram: new Map(), errors: new Map() })

function addToRow(merged: SyscallSlices, key: string, row: SyscallSliceRow, slice: number, now: SyscallRow): void {
  const { seen } = row
  const calls = Math.max(0, now.calls - seen.calls)
  if (calls === 0 && now.totalNs <= seen.totalNs) return
  for (const { errno, name } of now.errors) merged.errnoNames.set(errno, cut(name, 32))
  const part: SlicePart = {
    slice,
    calls,
    totalNs: Math.max(0, now.totalNs - seen.totalNs),
    newMaxNs: now.maxNs > seen.maxNs ? now.maxNs : 0,
    histogram: growth(seen.histogram, now.histogram),
    errors: growth(
      seen.errors,
      errorsWithinCalls(now.errors, now.calls).map(({ errno, count }) => [errno, count]),
    ),
  }
  seen.calls += part.calls
  seen.totalNs += part.totalNs
  seen.maxNs = Math.max(seen.maxNs, now.maxNs)
  const known = row.parts.at(-1)
  if (known?.slice === slice) {
    row.parts[row.parts.length - 1] = together(known, part)
    return
  }
  const numbers = 4 + 2 * (part.histogram.length + part.errors.length)
  if (merged.numbers + numbers > merged.limits.numbers) {
    merged.untimed.set(key, (merged.untimed.get(key) ?? 0) + calls)
    return
  }
  merged.numbers += numbers
  row.parts.push(part)
}

/** By how much each has grown; `seen` follows. */
function growth(seen: Map<number, number>, now: readonly (readonly [number, number])[]): [number, number][] {
  const grown: [number, number][] = []
  for (const [which, count] of now) {
    const more = count - (seen.get(which) ?? 0)
    if (more <= 0) continue
    grown.push([which, more])
    seen.set(which, count)
  }
  return grown
}

function together(a: SlicePart, b: SlicePart): SlicePart {
  const sum = (x: [number, number][], y: [number, number][]): [number, number][] => {
    const sums = new Map(x)
    for (const [which, count] of y) sums.set(which, (sums.get(which) ?? 0) + count)
    return [...sums]
  }
  return {
    slice: a.slice,
    calls: a.calls + b.calls,
    totalNs: a.totalNs + b.totalNs,
    newMaxNs: Math.max(a.newMaxNs, b.newMaxNs),
    histogram: sum(a.histogram, b.histogram),
    errors: sum(a.errors, b.errors),
  }
}

/** What they take in memory, about. */
export function syscallSlicesBytes(merged: SyscallSlices): number {
  return merged.rows * 1_200 + merged.numbers * 24
}

/** Calls that stand in no slice. */
export function untimedCalls(merged: SyscallSlices): number {
  let calls = 0
  for (const some of merged.untimed.values()) calls += some
  return calls
}
