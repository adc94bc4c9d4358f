import type { CallTree, CallTreeOptions } from './call-tree.ts'
import { callTreeOfNodes, type GrownNodes } from './call-tree-of-nodes.ts'
import { type GroupRows, groupThreads } from './group-rows.ts'
import { Float64Column, Int32Column } from './growable-columns.ts'
import type { Profile } from './profile.ts'
import { selectSamples } from './sample-selection.ts'

/**
 * Adds up a profile's samples to a call tree. Linear passes over typed arrays, but for the order of siblings:
 *
 *   1. grow   one node per (group row, stack) that a kept sample touches, parents first
 *   2. total  backwards: every node gives its total to its parent
 *   3. order  children per node, by weight or by name
 *   4. emit   depth-first, into the columns of `CallTree`
 *
 * Nodes are apart where name, module or kind differ. A sample without frames is self weight of its group row
 * (of the root where nothing is grouped). Groups without a sample in the selection have no row.
 */
export function buildCallTree(profile: Profile, options: CallTreeOptions): CallTree {
  return callTreeOfNodes(profile, growNodes(profile, options), options.order)
}

function growNodes(profile: Profile, options: CallTreeOptions): GrownNodes {
  const { threads, stacks, samples } = profile
  const { keptThreads, from, to } = selectSamples(profile, options)
  const threadWeight = new Float64Array(threads.length)
  const sampledThreads = new Uint8Array(threads.length)
  for (let i = from; i < to; i++) {
    const thread = samples.thread[i] ?? 0
    if (keptThreads[thread] === 0) continue
    threadWeight[thread] = (threadWeight[thread] ?? 0) + (samples.weight[i] ?? 0)
    sampledThreads[thread] = 1
  }
  const groups = groupThreads(profile, options.group, threadWeight, sampledThreads)

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
  const order = samplesByGroup(profile, groups, keptThreads, from, to)
  for (const sample of order) {
    const group = groups.ofThread[samples.thread[sample] ?? 0] ?? 0
    const stack = samples.stack[sample] ?? -1
    let at = stack
    path.length = 0
    while (at >= 0 && groupOfStack[at] !== group) {
      path.push(at)
      at = stacks.parent[at] ?? -1
    }
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

/** Rows of the kept samples, those of one group together (counting sort). */
function samplesByGroup(profile: Profile, groups: GroupRows, keptThreads: Uint8Array, from: number, to: number): Uint32Array {
  const { thread } = profile.samples
  const next = new Uint32Array(groups.length + 1)
  for (let i = from; i < to; i++) {
    const row = thread[i] ?? 0
    if (keptThreads[row] === 1) next[(groups.ofThread[row] ?? 0) + 1] = (next[(groups.ofThread[row] ?? 0) + 1] ?? 0) + 1
  }
  for (let group = 0; group < groups.length; group++) next[group + 1] = (next[group + 1] ?? 0) + (next[group] ?? 0)
  const order = new Uint32Array(next[groups.length] ?? 0)
  for (let i = from; i < to; i++) {
    const row = thread[i] ?? 0
    if (keptThreads[row] === 0) continue
    const group = groups.ofThread[row] ?? 0
    const at = next[group] ?? 0
    order[at] = i
    next[group] = at + 1
  }
  return order
}
