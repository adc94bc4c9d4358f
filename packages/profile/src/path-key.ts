import type { CallTree } from './call-tree.ts'
import { formatKey, hashText, parseKey, ROOT_HASH, stepHigh, stepLow, ZERO_HASH } from './label-hash.ts'

/**
 * A node's name in a link: a hash of label, module and kind of every node from the root down. It does not depend on weights,
 * order or table indexes, so it finds the same frame after more samples came in. Links keep it: it must never change.
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
  for (let node = 1; node < tree.length; node++) {
    const parent = tree.parent[node] ?? 0
    const label = labels[tree.label[node] ?? 0] ?? ZERO_HASH
    const module = modules[tree.module[node] ?? 0] ?? ZERO_HASH
    const kind = tree.kind[node] ?? 0
    const nodeHigh = stepHigh(high[parent] ?? 0, label.high, module.high, kind)
    const nodeLow = stepLow(low[parent] ?? 0, label.low, module.low, kind)
    if (nodeHigh === wanted.high && nodeLow === wanted.low) return node
    high[node] = nodeHigh
    low[node] = nodeLow
  }
  return -1
}
