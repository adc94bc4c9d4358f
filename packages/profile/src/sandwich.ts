import type { CallTree } from './call-tree.ts'
import { callTreeOfNodes, type GrownNodes } from './call-tree-of-nodes.ts'
import { CallTreeTooLargeError, MAX_TREE_NODES } from './call-tree-too-large.ts'
import { Float64Column, Int32Column } from './growable-columns.ts'
import { InternedRows } from './interned-rows.ts'
import type { Profile } from './profile.ts'
import type { SampleSelection } from './sample-selection.ts'
import { weighStacks } from './stack-weights.ts'

/**
 * One function between those that call it and those that it calls. Node 0 of both trees is the function itself, with its
 * total; shares within a tree are shares of that.
 */
export type Sandwich = {
  /** Inverted: a node's children are its callers. `self` of a node is the weight of stacks that begin with it. */
  callers: CallTree
  callees: CallTree
  /** Weight of samples whose innermost frame is the function, at any depth of recursion. */
  self: number
  /** Weight of the samples that it is on, and their events. Equal to the root's in both trees. */
  total: number
  count: number
  /** Weight of the whole selection. */
  all: number
}

/**
 * The rule for recursion: the halves meet at the outermost call. Callers are what is above it; callees what is below it, and
 * deeper calls of the function itself are among them. So each sample that the function is on counts once in each half, and the
 * two halves of a sample put together are its stack.
 *
 * `frame`: row of the profile's frame table. A function without a sample in the selection has two trees of its root alone.
 *
 * @throws CallTreeTooLargeError where it is called on too many different paths
 */
export function sandwich(profile: Profile, selection: SampleSelection, frame: number, order: 'weight' | 'name' = 'weight'): Sandwich {
  const { stacks } = profile
  const { weight, count, firstUs, all } = weighStacks(profile, selection)
  let self = 0
  // Each row's own and all below it; rows of which nothing is selected have no time.
  const below = weight.slice()
  const eventsBelow = count?.slice()
  for (let at = stacks.length - 1; at >= 0; at--) {
    if (stacks.frame[at] === frame) self += weight[at] ?? 0
    const above = stacks.parent[at] ?? -1
    if (above < 0 || firstUs[at] === Number.POSITIVE_INFINITY) continue
    firstUs[above] = Math.min(firstUs[above] ?? 0, firstUs[at] ?? 0)
    below[above] = (below[above] ?? 0) + (below[at] ?? 0)
    if (eventsBelow) eventsBelow[above] = (eventsBelow[above] ?? 0) + (eventsBelow[at] ?? 0)
  }

  const callees = new Growth(frame, count !== null)
  const callers = new Growth(frame, count !== null)
  /** Node of a stack row at (0) or below an outermost call; -1 elsewhere. */
  const nodeOfStack = new Int32Array(stacks.length).fill(-1)
  for (let at = 0; at < stacks.length; at++) {
    if (firstUs[at] === Number.POSITIVE_INFINITY) continue
    const own = stacks.frame[at] ?? 0
    const above = stacks.parent[at] ?? -1
    const caller = above < 0 ? -1 : (nodeOfStack[above] ?? -1)
    if (caller < 0 && own !== frame) continue
    const node = caller < 0 ? 0 : callees.child(caller, own)
    nodeOfStack[at] = node
    callees.add(node, weight[at] ?? 0, count?.[at] ?? 0)
    if (caller >= 0) continue
    let end = 0
    for (let up = above; up >= 0; up = stacks.parent[up] ?? -1) end = callers.child(end, stacks.frame[up] ?? 0)
    if (callers.length > MAX_TREE_NODES) throw new CallTreeTooLargeError(order, false)
    callers.add(end, below[at] ?? 0, eventsBelow?.[at] ?? 0)
  }
  const trees = {
    callers: { ...callTreeOfNodes(profile, callers.nodes(), order), isInverted: true },
    callees: callTreeOfNodes(profile, callees.nodes(), order),
  }
  return { ...trees, self, total: trees.callees.total[0] ?? 0, count: trees.callees.count[0] ?? 0, all: all.weight }
}

/** A tree of frames while it grows. Node 0 is there from the start. */
class Growth {
  private readonly known = new InternedRows()
  private readonly parent = new Int32Column()
  private readonly source = new Int32Column()
  private readonly self = new Float64Column()
  private readonly selfCount: Float64Column | null

  constructor(frame: number, countsEvents: boolean) {
    this.selfCount = countsEvents ? new Float64Column() : null
    this.child(-1, frame)
  }

  get length(): number {
    return this.parent.length
  }

  child(parent: number, frame: number): number {
    const node = this.known.intern(parent, frame)
    if (node < this.parent.length) return node
    this.source.push(frame)
    this.self.push(0)
    this.selfCount?.push(0)
    return this.parent.push(parent)
  }

  add(node: number, weight: number, count: number): void {
    this.self.add(node, weight)
    this.selfCount?.add(node, count)
  }

  nodes(): GrownNodes {
    return {
      length: this.parent.length,
      groups: { length: 0, parent: [], label: [], kind: [], thread: [] },
      parent: this.parent.view(),
      source: this.source.view(),
      self: this.self.view(),
      selfCount: this.selfCount?.view() ?? null,
    }
  }
}
