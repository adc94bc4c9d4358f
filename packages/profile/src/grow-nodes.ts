import type { CallTreeOptions } from './call-tree.ts'
import type { GrownNodes } from './call-tree-of-nodes.ts'
import { CallTreeTooLargeError, MAX_TREE_NODES } from './call-tree-too-large.ts'
import { type GroupedSamples, groupSamples } from './grouped-samples.ts'
import { growChart } from './grow-chart.ts'
import { growInverted } from './grow-inverted.ts'
import type { Profile } from './profile.ts'
import { releaseColumns } from './release-columns.ts'

/** `order` time: the profile's samples must have times. @throws CallTreeTooLargeError */
export function growNodes(profile: Profile, options: CallTreeOptions): GrownNodes {
  const isInverted = options.invert === true
  if (options.order === 'time') {
    return growChart(profile, groupSamples(profile, { ...options, group: 'thread' }), isInverted)
  }
  const grouped = groupSamples(profile, options)
  return isInverted ? growInverted(profile, grouped) : growPlain(profile, grouped)
}

function growPlain(profile: Profile, { groups, order, groupOf }: GroupedSamples): GrownNodes {
  const { stacks, samples } = profile
  const hasCounts = profile.meta.unit !== 'samples'
  // Room for every stack once, which is enough unless groups share stacks.
  let room = stacks.length + groups.length
  let parent = new Int32Array(room)
  let source = new Int32Array(room)
  let self = new Float64Array(room)
  let selfCount = new Float64Array(hasCounts ? room : 0)
  let length = groups.length
  for (let row = 0; row < groups.length; row++) {
    parent[row] = groups.parent[row] ?? -1
    source[row] = -1 - row
  }

  // One group after another, so that "this stack's node in this group" fits two plain arrays instead of a hash map.
  const nodeOfStack = new Int32Array(stacks.length)
  const groupOfStack = new Int32Array(stacks.length).fill(-1)
  let path = new Int32Array(256)
  const sorted = sortByStack(profile, order, groupOf, groups.length)
  for (const sample of sorted) {
    const stack = samples.stack[sample] ?? -1
    const group = groupOf(sample, stack)
    let at = stack
    let steps = 0
    while (at >= 0 && groupOfStack[at] !== group) {
      if (steps === path.length) path = grown(path, steps * 2)
      path[steps++] = at
      at = stacks.parent[at] ?? -1
    }
    if (length + steps > room) {
      if (length + steps > MAX_TREE_NODES) throw new CallTreeTooLargeError('weight', false)
      room = Math.min(MAX_TREE_NODES, Math.max(length + steps, room + (room >> 1)))
      parent = grown(parent, room)
      source = grown(source, room)
      self = grown(self, room)
      if (hasCounts) selfCount = grown(selfCount, room)
    }
    let node = at >= 0 ? (nodeOfStack[at] ?? 0) : group
    while (steps > 0) {
      const row = path[--steps] ?? 0
      source[length] = stacks.frame[row] ?? 0
      parent[length] = node
      node = length++
      nodeOfStack[row] = node
      groupOfStack[row] = group
    }
    self[node] = (self[node] ?? 0) + (samples.weight[sample] ?? 0)
    if (hasCounts) selfCount[node] = (selfCount[node] ?? 0) + (samples.count[sample] ?? 1)
  }
  releaseColumns(nodeOfStack, groupOfStack, path, order, sorted)
  return {
    length,
    groups,
    parent: parent.subarray(0, length),
    source: source.subarray(0, length),
    self: self.subarray(0, length),
    selfCount: hasCounts ? selfCount.subarray(0, length) : null,
  }
}

function grown<Column extends Int32Array | Float64Array>(column: Column, room: number): Column {
  const wider = column instanceof Int32Array ? new Int32Array(room) : new Float64Array(room)
  wider.set(column)
  releaseColumns(column)
  return wider as Column
}

/**
 * The samples of each group in order of their stack rows, which is how a profile's stacks are laid out in memory: by time, one would
 * jump about in all columns with every sample. A counting sort by stack, then one by group that keeps it.
 */
function sortByStack({ stacks, samples }: Profile, order: Uint32Array, groupOf: GroupedSamples['groupOf'], groups: number): Uint32Array {
  const byStack = sortByKey(order, stacks.length + 1, (sample) => (samples.stack[sample] ?? -1) + 1)
  if (groups === 1) return byStack
  const sorted = sortByKey(byStack, groups, (sample) => groupOf(sample, samples.stack[sample] ?? -1))
  releaseColumns(byStack)
  return sorted
}

/** Stable. Keys are in [0, keys). */
function sortByKey(rows: Uint32Array, keys: number, keyOf: (row: number) => number): Uint32Array {
  const next = new Uint32Array(keys + 1)
  for (const row of rows) {
    const after = keyOf(row) + 1
    next[after] = (next[after] ?? 0) + 1
  }
  for (let key = 0; key < keys; key++) next[key + 1] = (next[key + 1] ?? 0) + (next[key] ?? 0)
  const sorted = new Uint32Array(rows.length)
  for (const row of rows) {
    const key = keyOf(row)
    const at = next[key] ?? 0
    sorted[at] = row
    next[key] = at + 1
  }
  releaseColumns(next)
  return sorted
}
