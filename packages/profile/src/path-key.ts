import type { CallTree } from './call-tree.ts'
import { InternedRows } from './interned-rows.ts'
import { formatKey, hashText, parseKey, ROOT_HASH, stepHigh, stepLow, ZERO_HASH } from './label-hash.ts'

/**
 * A node's name in a link: a hash of label, module and kind of every node from the root down. It does not depend on weights,
 * order or table indexes, so it finds the same frame after more samples came in. Links keep it: it must never change.
 * In a flame chart, where a function may stand several times below one caller, the second and later ones have their number in it.
 *
 * 64 bits as 14 letters and digits; '' is the root. In a tree of a million nodes two share a key with a chance of 3 in 10^8.
 */
export function pathKey(tree: CallTree, node: number): string {
  const path: number[] = []
  for (let at = node; at > 0; at = tree.parent[at] ?? 0) path.push(at)
  if (path.length === 0) return ''
  const hash = { ...ROOT_HASH }
  for (const at of path.reverse()) {
    const label = hashText(tree.labels[tree.label[at] ?? 0] ?? '')
    const module = hashText(tree.modules[tree.module[at] ?? 0] ?? '')
    const kind = tree.kind[at] ?? 0
    hash.high = stepHigh(hash.high, label.high, module.high, kind)
    hash.low = stepLow(hash.low, label.low, module.low, kind)
    const earlier = tree.isTimed ? earlierTwins(tree, at) : 0
    if (earlier > 0) {
      hash.high = stepHigh(hash.high, earlier, 0, TWIN)
      hash.low = stepLow(hash.low, earlier, 0, TWIN)
    }
  }
  return formatKey(hash.high, hash.low)
}

/** The node with this key, -1 if there is none. One pass over the tree; 0 for ''. */
export function findByPathKey(tree: CallTree, key: string): number {
  if (key === '') return 0
  const wanted = parseKey(key)
  if (wanted === null) return -1
  const labels = tree.labels.map(hashText)
  const modules = tree.modules.map(hashText)
  const high = new Uint32Array(tree.length)
  const low = new Uint32Array(tree.length)
  high[0] = ROOT_HASH.high
  low[0] = ROOT_HASH.low
  const twins = tree.isTimed ? new TwinCounter(tree) : null
  for (let node = 1; node < tree.length; node++) {
    const parent = tree.parent[node] ?? 0
    const label = labels[tree.label[node] ?? 0] ?? ZERO_HASH
    const module = modules[tree.module[node] ?? 0] ?? ZERO_HASH
    const kind = tree.kind[node] ?? 0
    let nodeHigh = stepHigh(high[parent] ?? 0, label.high, module.high, kind)
    let nodeLow = stepLow(low[parent] ?? 0, label.low, module.low, kind)
    const earlier = twins?.countBefore(node) ?? 0
    if (earlier > 0) {
      nodeHigh = stepHigh(nodeHigh, earlier, 0, TWIN)
      nodeLow = stepLow(nodeLow, earlier, 0, TWIN)
    }
    if (nodeHigh === wanted.high && nodeLow === wanted.low) return node
    high[node] = nodeHigh
    low[node] = nodeLow
  }
  return -1
}

/** In place of a kind: no frame has it. */
const TWIN = 255

const areTwins = (tree: CallTree, a: number, b: number): boolean =>
  tree.label[a] === tree.label[b] && tree.module[a] === tree.module[b] && tree.kind[a] === tree.kind[b]

function earlierTwins(tree: CallTree, node: number): number {
  let count = 0
  for (let at = (tree.parent[node] ?? 0) + 1; at < node; at = tree.subtreeEnd[at] ?? node) if (areTwins(tree, at, node)) count++
  return count
}

/** `earlierTwins` for all nodes of a tree, asked in order. */
class TwinCounter {
  private readonly known = new InternedRows()
  private readonly counts: number[] = []
  private readonly tree: CallTree

  constructor(tree: CallTree) {
    this.tree = tree
  }

  countBefore(node: number): number {
    const { parent, label, module, kind } = this.tree
    const row = this.known.intern(parent[node] ?? 0, label[node] ?? 0, module[node] ?? 0, kind[node] ?? 0)
    const count = this.counts[row] ?? 0
    this.counts[row] = count + 1
    return count
  }
}
