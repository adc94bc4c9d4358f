import type { CallTreeOptions } from './call-tree.ts'
import type { GrownNodes } from './call-tree-of-nodes.ts'
import { CallTreeTooLargeError, MAX_TREE_NODES } from './call-tree-too-large.ts'
import { type GroupedSamples, groupSamples } from './grouped-samples.ts'
import { growChart } from './grow-chart.ts'
import { growInverted } from './grow-inverted.ts'
import { Float64Column, Int32Column } from './growable-columns.ts'
import type { Profile } from './profile.ts'

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
  const parent = new Int32Column(stacks.length + groups.length)
  const source = new Int32Column(stacks.length + groups.length)
  const self = new Float64Column(stacks.length + groups.length)
  const selfCount = profile.meta.unit === 'samples' ? null : new Float64Column(stacks.length + groups.length)
  for (let row = 0; row < groups.length; row++) {
    parent.push(groups.parent[row] ?? -1)
    source.push(-1 - row)
    self.push(0)
    selfCount?.push(0)
  }

  // One group after another, so that "this stack's node in this group" fits two plain arrays instead of a hash map.
  const nodeOfStack = new Int32Array(stacks.length)
  const groupOfStack = new Int32Array(stacks.length).fill(-1)
  const path = new Int32Column()
  for (const sample of sortByStack(profile, order, groupOf, groups.length)) {
    const stack = samples.stack[sample] ?? -1
    const group = groupOf(sample, stack)
    let at = stack
    path.length = 0
    while (at >= 0 && groupOfStack[at] !== group) {
      path.push(at)
      at = stacks.parent[at] ?? -1
    }
    if (parent.length + path.length > MAX_TREE_NODES) throw new CallTreeTooLargeError('weight', false)
    let node = at >= 0 ? (nodeOfStack[at] ?? 0) : group
    for (let i = path.length - 1; i >= 0; i--) {
      const row = path.at(i)
      source.push(stacks.frame[row] ?? 0)
      self.push(0)
      selfCount?.push(0)
      node = parent.push(node)
      nodeOfStack[row] = node
      groupOfStack[row] = group
    }
    const own = stack >= 0 ? (nodeOfStack[stack] ?? 0) : group
    self.add(own, samples.weight[sample] ?? 0)
    selfCount?.add(own, samples.count[sample] ?? 1)
  }
  return {
    length: parent.length,
    groups,
    parent: parent.view(),
    source: source.view(),
    self: self.view(),
    selfCount: selfCount?.view() ?? null,
  }
}

/**
 * The samples of each group in order of their stack rows, which is how a profile's stacks are laid out in memory: by time, one would
 * jump about in all columns with every sample. A counting sort by stack, then one by group that keeps it.
 */
function sortByStack({ stacks, samples }: Profile, order: Uint32Array, groupOf: GroupedSamples['groupOf'], groups: number): Uint32Array {
  const byStack = sortByKey(order, stacks.length + 1, (sample) => (samples.stack[sample] ?? -1) + 1)
  return groups === 1 ? byStack : sortByKey(byStack, groups, (sample) => groupOf(sample, samples.stack[sample] ?? -1))
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
  return sorted
}
