import type { CallTree, CallTreeOptions } from './call-tree.ts'
import { callTreeOfNodes } from './call-tree-of-nodes.ts'
import { growNodes } from './grow-nodes.ts'
import type { Profile } from './profile.ts'

/**
 * Adds up a profile's samples to a call tree. Linear passes over typed arrays, but for the order of siblings:
 *
 *   1. grow   one node per (group row, stack) that a kept sample touches, parents first
 *   2. total  backwards: every node gives its total to its parent
 *   3. order  children per node, by weight or by name; by time they are already
 *   4. emit   depth-first, into the columns of `CallTree`
 *
 * Nodes are apart where name, module or kind differ. A sample without frames is self weight of its group row
 * (of the root where nothing is grouped). Groups without a sample in the selection have no row.
 *
 * @throws CallTreeTooLargeError
 */
export function buildCallTree(profile: Profile, options: CallTreeOptions): CallTree {
  const isTimed = options.order === 'time' && profile.meta.timed
  const order = options.order === 'time' && !isTimed ? 'weight' : options.order
  const isInverted = options.invert === true
  const tree = callTreeOfNodes(profile, growNodes(profile, { ...options, order }), order)
  return isInverted || isTimed ? { ...tree, isInverted, isTimed } : tree
}
