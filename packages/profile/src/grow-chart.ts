import type { GrownNodes } from './call-tree-of-nodes.ts'
import { CallTreeTooLargeError, MAX_TREE_NODES } from './call-tree-too-large.ts'
import type { GroupedSamples } from './grouped-samples.ts'
import { Float64Column, Int32Column } from './growable-columns.ts'
import type { Profile } from './profile.ts'

/**
 * Nodes of a flame chart: each group's samples in order of time, where a sample goes on with the nodes of the one before it as far
 * as their stacks agree. Time without samples takes no room: a node is as wide as the samples in it weigh.
 *
 * @throws CallTreeTooLargeError
 */
export function growChart(profile: Profile, { groups, order, groupOf }: GroupedSamples, isInverted: boolean): GrownNodes {
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

  /** The nodes of the sample before, outermost first, and their frames. */
  const openNode = new Int32Column()
  const openFrame = new Int32Column()
  const path = new Int32Column()
  let group = -1
  let stackBefore = -1
  for (const sample of order) {
    const stack = samples.stack[sample] ?? -1
    const own = groupOf(sample, stack)
    if (own !== group) {
      group = own
      stackBefore = -1
      openNode.length = 0
      openFrame.length = 0
    }
    if (stack !== stackBefore) {
      path.length = 0
      for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) path.push(stacks.frame[at] ?? 0)
      const length = path.length
      // The path is innermost first, as an inverted chart wants it.
      const frameAt = (depth: number) => path.at(isInverted ? depth : length - 1 - depth)
      let shared = 0
      while (shared < length && shared < openFrame.length && openFrame.at(shared) === frameAt(shared)) shared++
      if (parent.length + length - shared > MAX_TREE_NODES) throw new CallTreeTooLargeError('time', isInverted)
      openNode.length = shared
      openFrame.length = shared
      for (let depth = shared; depth < length; depth++) {
        const frame = frameAt(depth)
        source.push(frame)
        self.push(0)
        selfCount?.push(0)
        openFrame.push(frame)
        openNode.push(parent.push(depth === 0 ? group : openNode.at(depth - 1)))
      }
      stackBefore = stack
    }
    const end = openNode.length === 0 ? group : openNode.at(openNode.length - 1)
    self.add(end, samples.weight[sample] ?? 0)
    selfCount?.add(end, samples.count[sample] ?? 1)
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
