import type { TreeDiff } from './call-tree-diff.ts'
import type { SampleSelection } from './sample-selection.ts'

/**
 * A call tree: what a flame graph draws. Nodes are columns in depth-first pre-order, siblings ordered by weight, name or time:
 * a node's subtree is the run [i, subtreeEnd[i]), and every depth's nodes are already sorted by x.
 *
 *   root ─ a ─ b        index   0    1 2   3
 *        └ c            depth   0    1 2   1
 *                       end     4    3 3   4
 *
 * Node 0 is always the root ("all").
 */
export type CallTree = {
  length: number
  maxDepth: number
  /** Distinct labels; `label[node]` indexes into it. Search tests each one once. */
  labels: string[]
  label: Uint32Array
  /** Module names, parallel to `moduleIndex`. */
  modules: string[]
  module: Uint32Array
  /** FRAME_KIND of profile.ts, or GROUP_KIND for root, host, process, thread, cgroup and library rows. */
  kind: Uint8Array
  depth: Uint16Array
  /** -1 for the root. */
  parent: Int32Array
  /** Exclusive end of the subtree. */
  subtreeEnd: Uint32Array
  self: WeightColumn
  total: WeightColumn
  /** Events below and in the node. `total` itself where weights are samples. */
  count: WeightColumn
  /** Left edge in units of weight: the sum of all weight left of the node at its depth's level. */
  start: WeightColumn
  /** For process and thread rows: index into the profile's thread table, -1 elsewhere. */
  thread: Int32Array
  /** Callees stand above their callers: the functions on the top row have their self weight as total. */
  isInverted?: boolean | undefined
  /** A flame chart: siblings are in order of time, and a function may stand several times below one caller. */
  isTimed?: boolean | undefined
  /** Of one host against the rest: both sides by node; widths are shares of both (see `buildDiffTree`). */
  diff?: TreeDiff | undefined
}

/** Exact either way: 32 bits where all weights are whole and their sum fits, which is half the memory of a million rows of samples. */
export type WeightColumn = Float64Array | Uint32Array

/** kinds of rows that are not functions; continue after FRAME_KIND. */
export const GROUP_KIND = { root: 16, host: 17, process: 18, thread: 19, module: 20, cgroup: 21 } as const

export type CallTreeOptions = SampleSelection & {
  /**
   * Rows under the root: hosts, processes (a host row above them where there are several hosts), threads below processes, cgroups (by
   * their path, on whatever host), the libraries in which samples end, or none.
   */
  group: 'host' | 'process' | 'thread' | 'cgroup' | 'module' | 'merged'
  /** `time`: a flame chart, always with a row per thread; where samples have no times it is `weight`. */
  order: 'weight' | 'name' | 'time'
  /** Stacks from their innermost frame outwards. */
  invert?: boolean | undefined
}
