/**
 * A profile: a set of weighted, timed stacks, as columns. The structure behind every flame graph.
 *
 * Columns, not objects: a fleet profile has a million rows, and typed arrays decode, merge, travel to a worker and get
 * scanned at memory speed. Everything is an index into a table that comes before it:
 *
 *   strings ◀── frames.name, frames.module           "tcp_sendmsg", "[kernel]"
 *   frames  ◀── stacks.frame                          one row per distinct (name, module, kind)
 *   stacks  ◀── samples.stack                         a tree: parent is an earlier row, -1 at a root (outermost frame)
 *   threads ◀── samples.thread                        one row per distinct (host, pid, tid, comm)
 *   hosts   ◀── threads.host
 */
export type Profile = {
  meta: ProfileMeta
  /** strings[0] is always ''. */
  strings: string[]
  hosts: HostTable
  threads: ThreadTable
  frames: FrameTable
  stacks: StackTable
  samples: SampleTable
}

/** What one unit of weight is. `sampled`: weight counts samples taken every `periodNs` of CPU time. */
export type ProfileMeta = {
  /** E.g. `cpu-clock`, `cycles`. */
  event: string
  /** What weights count: 'samples'; importers may use 'ns', 'bytes' or 'count'. */
  unit: 'samples' | 'ns' | 'bytes' | 'count'
  /** One sample stands for this many ns of CPU time; 0 where unknown. */
  periodNs: number
  /** Wall-clock ms since the epoch of sample time 0; 0 where unknown. */
  startMs: number
  /** Wall time covered, ms. */
  durationMs: number
  /** Samples carry a time (false for folded text and the like: all times are 0). */
  timed: boolean
}

export type HostTable = { length: number /** Sonde's host id, '' for imports. */; id: string[]; name: string[] }

/** comm at the time of the sample: one thread that renames itself (exec) has several rows. */
export type ThreadTable = {
  length: number
  host: Uint32Array
  pid: Int32Array
  tid: Int32Array
  /** Index into strings. */
  comm: Uint32Array
  /** Path of the process's cgroup as its host names it (index into strings); '' where unknown. Does not tell rows apart. */
  cgroup: Uint32Array
}

/** What sort of code a frame is; decides its colour and whether a missing name counts as unknown. */
export const FRAME_KIND = { user: 0, kernel: 1, jit: 2, inlined: 3, unknown: 4 } as const
export type FrameKind = (typeof FRAME_KIND)[keyof typeof FRAME_KIND]

export type FrameTable = {
  length: number
  /** Function name, index into strings. For kind `unknown` the name is `[unknown]`. */
  name: Uint32Array
  /** Library, executable, `[kernel]` or '' (index into strings). */
  module: Uint32Array
  kind: Uint8Array
}

/** parent[i] < i, so one forward pass sees parents first. */
export type StackTable = { length: number; parent: Int32Array; frame: Uint32Array }

/** Sorted by time. stack -1: a sample without any frame. A row may stand for several events that the host has added up. */
export type SampleTable = {
  length: number
  stack: Int32Array
  thread: Uint32Array
  /** µs since meta.startMs. Float64, since an hour of µs passes 2^32. */
  timeUs: Float64Array
  /** Of all its events together, in meta.unit. */
  weight: Float64Array
  /** How many events the row stands for, ≥ 1: waits where weights are ns, allocations where they are bytes. Mostly 1. */
  count: Float64Array
}
