import type { CallTree, CallTreeOptions, WeightColumn } from './call-tree.ts'
import type { GroupRows } from './group-rows.ts'
import type { Profile } from './profile.ts'
import { releaseColumns } from './release-columns.ts'

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

/** Adds grown nodes up, which are used up by it, orders siblings (heaviest first, by name, or by time as they are) and lays them out as the columns of `CallTree`. */
export function callTreeOfNodes(profile: Profile, grown: GrownNodes, order: CallTreeOptions['order']): CallTree {
  const total = addUp(grown, grown.self)
  const count = grown.selfCount === null ? null : addUp(grown, grown.selfCount)
  const names = nameSources(profile, grown)
  const compare = order === 'time' ? groupsByWeight(grown, total) : siblingOrder(grown, total, order, rankSources(profile, grown, names))
  const children = orderChildren(grown, compare)
  const tree = emitTree(profile, grown, { total, count }, names, children)
  const { parent, source, self, selfCount } = grown
  releaseColumns(parent, source, self, selfCount, total, count, children.first, children.nodes)
  return tree
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

/**
 * Names are looked up once for each frame and group that has a node, not for each node. Both are columns by source: a group row is
 * at its own number, a frame at `groups + frame`.
 */
type SourceNames = { labels: string[]; label: Uint32Array; modules: string[]; module: Uint32Array; isUsed: Uint8Array }

const placeOf = (groups: number, source: number): number => (source < 0 ? -1 - source : groups + source)

function nameSources(profile: Profile, { length, groups, source }: GrownNodes): SourceNames {
  const { frames, strings } = profile
  const places = groups.length + frames.length
  const isUsed = new Uint8Array(places)
  for (let node = 0; node < length; node++) isUsed[placeOf(groups.length, source[node] ?? -1)] = 1
  const labels: string[] = []
  const modules: string[] = ['']
  const label = new Uint32Array(places)
  const module = new Uint32Array(places)
  const labelOfGroup = new Map<string, number>()
  for (let row = 0; row < groups.length; row++) {
    const text = groups.label[row] ?? ''
    const known = labelOfGroup.get(text) ?? labels.push(text) - 1
    labelOfGroup.set(text, known)
    label[row] = known
  }
  const labelOfString = new Int32Array(strings.length).fill(-1)
  const moduleOfString = new Int32Array(strings.length).fill(-1)
  moduleOfString[0] = 0
  for (let frame = 0; frame < frames.length; frame++) {
    const place = groups.length + frame
    if (isUsed[place] === 0) continue
    label[place] = indexOfString(labelOfString, labels, strings, frames.name[frame] ?? 0)
    module[place] = indexOfString(moduleOfString, modules, strings, frames.module[frame] ?? 0)
  }
  return { labels, label, modules, module, isUsed }
}

function indexOfString(known: Int32Array, texts: string[], strings: readonly string[], index: number): number {
  const at = known[index] ?? -1
  if (at >= 0) return at
  const added = texts.push(strings[index] ?? '') - 1
  known[index] = added
  return added
}

/**
 * Each used source's place in order of label, module and kind, by UTF-16 code units, which is the same on every machine. Siblings
 * have different sources, so this breaks every tie.
 */
function rankSources({ frames }: Profile, { groups }: GrownNodes, names: SourceNames): Uint32Array {
  const labelRank = rankTexts(names.labels)
  const moduleRank = rankTexts(names.modules)
  const used: number[] = []
  for (let place = 0; place < names.isUsed.length; place++) if (names.isUsed[place] === 1) used.push(place)
  const at = (rank: Uint32Array, of: Uint32Array, place: number) => rank[of[place] ?? 0] ?? 0
  used.sort(
    (a, b) =>
      at(labelRank, names.label, a) - at(labelRank, names.label, b) ||
      at(moduleRank, names.module, a) - at(moduleRank, names.module, b) ||
      (frames.kind[a - groups.length] ?? 0) - (frames.kind[b - groups.length] ?? 0) ||
      a - b,
  )
  const rank = new Uint32Array(names.isUsed.length)
  for (let i = 0; i < used.length; i++) rank[used[i] ?? 0] = i
  return rank
}

function rankTexts(texts: readonly string[]): Uint32Array {
  const order = Uint32Array.from(texts, (_, i) => i).sort((a, b) => compareText(texts[a] ?? '', texts[b] ?? ''))
  const rank = new Uint32Array(texts.length)
  for (let i = 0; i < order.length; i++) rank[order[i] ?? 0] = i
  return rank
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

type Children = { first: Uint32Array; nodes: Uint32Array }
type Compare = (a: number, b: number) => number

/** By name, or heaviest first. Ties are broken all the way, so that a live view does not shuffle between two updates. */
function siblingOrder({ groups, source }: GrownNodes, total: Float64Array, order: 'weight' | 'name', rank: Uint32Array): Compare {
  const rankOf = (node: number) => rank[placeOf(groups.length, source[node] ?? -1)] ?? 0
  const byWeight: Compare = (a, b) => (total[b] ?? 0) - (total[a] ?? 0)
  return order === 'name' ? (a, b) => rankOf(a) - rankOf(b) || byWeight(a, b) : (a, b) => byWeight(a, b) || rankOf(a) - rankOf(b)
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
  releaseColumns(next)

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
  names: SourceNames,
  children: Children,
): CallTree {
  const { length, groups, source } = grown
  const label = new Uint32Array(length)
  const module = new Uint32Array(length)
  const kind = new Uint8Array(length)
  const depth = new Uint16Array(length)
  const parent = new Int32Array(length)
  const subtreeEnd = new Uint32Array(length)
  const self = weightColumn(grown.self, sums.total[0] ?? 0)
  const isWhole = self instanceof Uint32Array
  const total = isWhole ? new Uint32Array(length) : new Float64Array(length)
  const count = sums.count === null ? total : weightColumn(sums.count, sums.count[0] ?? 0)
  const start = isWhole ? new Uint32Array(length) : new Float64Array(length)
  const thread = new Int32Array(length).fill(-1)
  let maxDepth = 0

  // A stack of nodes still to come: of an open node's children those not yet emitted. Only its lower end is ever touched.
  const pendingNode = new Uint32Array(length)
  const pendingParent = new Int32Array(length)
  const pendingStart = new Float64Array(length)
  pendingParent[0] = -1
  let pending = 1
  /** The last node emitted of each depth up to `openDepth`: a path. */
  const open = new Uint32Array(0x10000)
  let openDepth = -1
  for (let out = 0; out < length; out++) {
    pending--
    const node = pendingNode[pending] ?? 0
    const above = pendingParent[pending] ?? -1
    let left = pendingStart[pending] ?? 0
    const from = source[node] ?? -1
    const place = placeOf(groups.length, from)
    parent[out] = above
    start[out] = left
    label[out] = names.label[place] ?? 0
    module[out] = names.module[place] ?? 0
    self[out] = grown.self[node] ?? 0
    total[out] = sums.total[node] ?? 0
    if (sums.count !== null) count[out] = sums.count[node] ?? 0
    if (from >= 0) kind[out] = profile.frames.kind[from] ?? 0
    else {
      kind[out] = groups.kind[-1 - from] ?? 0
      thread[out] = groups.thread[-1 - from] ?? -1
    }
    const level = above < 0 ? 0 : (depth[above] ?? 0) + 1
    depth[out] = level
    if (level > maxDepth) maxDepth = level
    // What is as deep or deeper has no more descendants.
    while (openDepth >= level) subtreeEnd[open[openDepth--] ?? 0] = out
    open[++openDepth] = out
    // The first child on top, to be popped next.
    const firstChild = children.first[node] ?? 0
    const childCount = (children.first[node + 1] ?? 0) - firstChild
    for (let i = 0; i < childCount; i++) {
      const child = children.nodes[firstChild + i] ?? 0
      const at = pending + childCount - 1 - i
      pendingNode[at] = child
      pendingParent[at] = out
      pendingStart[at] = left
      left += sums.total[child] ?? 0
    }
    pending += childCount
  }
  while (openDepth >= 0) subtreeEnd[open[openDepth--] ?? 0] = length
  releaseColumns(pendingNode, pendingParent, pendingStart)
  const { labels, modules } = names
  return { length, maxDepth, labels, label, modules, module, kind, depth, parent, subtreeEnd, self, total, count, start, thread }
}

/** An empty column for values of which all others are sums. */
function weightColumn(values: Float64Array, largest: number): WeightColumn {
  if (largest > 0xffffffff) return new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return new Float64Array(values.length)
  return new Uint32Array(values.length)
}
