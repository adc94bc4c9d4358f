import type { CallTree, CallTreeOptions } from './call-tree.ts'
import type { GroupRows } from './group-rows.ts'
import type { Profile } from './profile.ts'

/** Nodes as they are found: parents before children, siblings in no order (in a flame chart: in order of time). Node 0 is the root, its parent -1. */
export type GrownNodes = {
  length: number
  groups: GroupRows
  parent: Int32Array
  /** Frame row, or -1 - group row. */
  source: Int32Array
  self: Float64Array
  /** Events by node; null where weights count them already. */
  selfCount: Float64Array | null
}

/** Adds grown nodes up, orders siblings (heaviest first, by name, or by time as they are) and lays them out as the columns of `CallTree`. */
export function callTreeOfNodes(profile: Profile, grown: GrownNodes, order: CallTreeOptions['order']): CallTree {
  const total = addUp(grown, grown.self)
  const count = grown.selfCount === null ? null : addUp(grown, grown.selfCount)
  const labels = labelNodes(profile, grown)
  const compare =
    order === 'time' ? groupsByWeight(grown, total) : siblingOrder(total, order === 'name' ? rankByName(labels) : null, labels)
  return emitTree(profile, grown, { total, count }, labels, orderChildren(grown, compare))
}

/** Each node's own and all below it. */
function addUp({ length, parent }: GrownNodes, own: Float64Array): Float64Array {
  const total = own.slice()
  for (let node = length - 1; node > 0; node--) {
    const above = parent[node] ?? 0
    total[above] = (total[above] ?? 0) + (total[node] ?? 0)
  }
  return total
}

type NodeLabels = { labels: string[]; label: Uint32Array; modules: string[]; module: Uint32Array }

function labelNodes(profile: Profile, { length, groups, source }: GrownNodes): NodeLabels {
  const { frames, strings } = profile
  const labels: string[] = []
  const modules: string[] = ['']
  const labelOfString = new Int32Array(strings.length).fill(-1)
  const moduleOfString = new Int32Array(strings.length).fill(-1)
  moduleOfString[0] = 0
  const label = new Uint32Array(length)
  const module = new Uint32Array(length)
  const labelOfGroup = new Map<string, number>()
  for (let node = 0; node < length; node++) {
    const from = source[node] ?? -1
    if (from < 0) {
      const text = groups.label[-1 - from] ?? ''
      const known = labelOfGroup.get(text) ?? labels.push(text) - 1
      labelOfGroup.set(text, known)
      label[node] = known
      continue
    }
    label[node] = indexOfString(labelOfString, labels, strings, frames.name[from] ?? 0)
    module[node] = indexOfString(moduleOfString, modules, strings, frames.module[from] ?? 0)
  }
  return { labels, label, modules, module }
}

function indexOfString(known: Int32Array, texts: string[], strings: readonly string[], index: number): number {
  const at = known[index] ?? -1
  if (at >= 0) return at
  const added = texts.push(strings[index] ?? '') - 1
  known[index] = added
  return added
}

/** Each label's place in alphabetical order of UTF-16 code units, which is the same on every machine. */
function rankByName({ labels }: NodeLabels): Uint32Array {
  const order = labels.map((_, i) => i).sort((a, b) => compareText(labels[a] ?? '', labels[b] ?? ''))
  const rank = new Uint32Array(labels.length)
  for (let i = 0; i < order.length; i++) rank[order[i] ?? 0] = i
  return rank
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

type Children = { first: Uint32Array; nodes: Uint32Array }
type Compare = (a: number, b: number) => number

/** Heaviest first where no `rank` is given. Ties are broken all the way, so that a live view does not shuffle between two updates. */
function siblingOrder(total: Float64Array, rank: Uint32Array | null, names: NodeLabels): Compare {
  const byWeight = (a: number, b: number) => (total[b] ?? 0) - (total[a] ?? 0)
  const byName = (a: number, b: number) =>
    rank !== null
      ? (rank[names.label[a] ?? 0] ?? 0) - (rank[names.label[b] ?? 0] ?? 0)
      : compareText(names.labels[names.label[a] ?? 0] ?? '', names.labels[names.label[b] ?? 0] ?? '')
  const byModule = (a: number, b: number) =>
    compareText(names.modules[names.module[a] ?? 0] ?? '', names.modules[names.module[b] ?? 0] ?? '')
  return rank === null
    ? (a, b) => byWeight(a, b) || byName(a, b) || byModule(a, b)
    : (a, b) => byName(a, b) || byModule(a, b) || byWeight(a, b)
}

/** Functions stay as they were found, which is by time. */
function groupsByWeight({ source }: GrownNodes, total: Float64Array): Compare {
  return (a, b) => ((source[a] ?? 0) < 0 && (source[b] ?? 0) < 0 ? (total[b] ?? 0) - (total[a] ?? 0) || a - b : a - b)
}

/** Children in CSR form: those of `node` are nodes[first[node] … first[node + 1]). */
function orderChildren({ length, parent }: GrownNodes, compare: Compare): Children {
  const first = new Uint32Array(length + 1)
  for (let node = 1; node < length; node++) {
    const above = (parent[node] ?? 0) + 1
    first[above] = (first[above] ?? 0) + 1
  }
  for (let node = 0; node < length; node++) first[node + 1] = (first[node + 1] ?? 0) + (first[node] ?? 0)
  const next = first.slice()
  const nodes = new Uint32Array(Math.max(0, length - 1))
  for (let node = 1; node < length; node++) {
    const above = parent[node] ?? 0
    const at = next[above] ?? 0
    nodes[at] = node
    next[above] = at + 1
  }

  for (let node = 0; node < length; node++) {
    const start = first[node] ?? 0
    const end = first[node + 1] ?? 0
    if (end - start > 1) sortRun(nodes, start, end, compare)
  }
  return { first, nodes }
}

/** Most runs have two or three nodes, where insertion sort wins by far over a call into the engine's sort. */
function sortRun(nodes: Uint32Array, start: number, end: number, compare: (a: number, b: number) => number): void {
  if (end - start > 24) {
    nodes.subarray(start, end).sort(compare)
    return
  }
  for (let i = start + 1; i < end; i++) {
    const node = nodes[i] ?? 0
    let at = i - 1
    while (at >= start && compare(nodes[at] ?? 0, node) > 0) {
      nodes[at + 1] = nodes[at] ?? 0
      at--
    }
    nodes[at + 1] = node
  }
}

function emitTree(
  profile: Profile,
  grown: GrownNodes,
  sums: { total: Float64Array; count: Float64Array | null },
  names: NodeLabels,
  children: Children,
): CallTree {
  const { length, groups, source } = grown
  const label = new Uint32Array(length)
  const module = new Uint32Array(length)
  const kind = new Uint8Array(length)
  const depth = new Uint16Array(length)
  const parent = new Int32Array(length)
  const subtreeEnd = new Uint32Array(length)
  const self = new Float64Array(length)
  const total = new Float64Array(length)
  const count = sums.count === null ? total : new Float64Array(length)
  const start = new Float64Array(length)
  const thread = new Int32Array(length).fill(-1)
  /** Right edge of the children emitted so far, by emitted node. */
  const filled = new Float64Array(length)
  let maxDepth = 0

  const pendingNode = new Uint32Array(length)
  const pendingParent = new Int32Array(length)
  pendingParent[0] = -1
  let pending = 1
  for (let out = 0; out < length; out++) {
    pending--
    const node = pendingNode[pending] ?? 0
    const above = pendingParent[pending] ?? -1
    const from = source[node] ?? -1
    parent[out] = above
    label[out] = names.label[node] ?? 0
    module[out] = names.module[node] ?? 0
    self[out] = grown.self[node] ?? 0
    const weight = sums.total[node] ?? 0
    total[out] = weight
    if (sums.count !== null) count[out] = sums.count[node] ?? 0
    if (from >= 0) kind[out] = profile.frames.kind[from] ?? 0
    else {
      kind[out] = groups.kind[-1 - from] ?? 0
      thread[out] = groups.thread[-1 - from] ?? -1
    }
    if (above >= 0) {
      const level = (depth[above] ?? 0) + 1
      depth[out] = level
      if (level > maxDepth) maxDepth = level
      const left = filled[above] ?? 0
      start[out] = left
      filled[above] = left + weight
      filled[out] = left
    }
    // Pushed last to first, so that the first child is popped next.
    const firstChild = children.first[node] ?? 0
    for (let i = (children.first[node + 1] ?? 0) - 1; i >= firstChild; i--) {
      pendingNode[pending] = children.nodes[i] ?? 0
      pendingParent[pending] = out
      pending++
    }
  }
  for (let out = length - 1; out >= 0; out--) {
    if ((subtreeEnd[out] ?? 0) === 0) subtreeEnd[out] = out + 1
    const above = parent[out] ?? -1
    if (above >= 0 && (subtreeEnd[above] ?? 0) === 0) subtreeEnd[above] = subtreeEnd[out] ?? 0
  }
  const { labels, modules } = names
  return { length, maxDepth, labels, label, modules, module, kind, depth, parent, subtreeEnd, self, total, count, start, thread }
}
