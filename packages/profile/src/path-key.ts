import type { CallTree } from './call-tree.ts'

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
  const hash = { high: ROOT_HIGH, low: ROOT_LOW }
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
  if (!/^[0-9a-z]{14}$/.test(key)) return -1
  const wantedHigh = Number.parseInt(key.slice(0, 7), 36)
  const wantedLow = Number.parseInt(key.slice(7), 36)
  const labels = tree.labels.map(hashText)
  const modules = tree.modules.map(hashText)
  const high = new Uint32Array(tree.length)
  const low = new Uint32Array(tree.length)
  high[0] = ROOT_HIGH
  low[0] = ROOT_LOW
  for (let node = 1; node < tree.length; node++) {
    const parent = tree.parent[node] ?? 0
    const label = labels[tree.label[node] ?? 0] ?? ZERO
    const module = modules[tree.module[node] ?? 0] ?? ZERO
    const kind = tree.kind[node] ?? 0
    const nodeHigh = stepHigh(high[parent] ?? 0, label.high, module.high, kind)
    const nodeLow = stepLow(low[parent] ?? 0, label.low, module.low, kind)
    if (nodeHigh === wantedHigh && nodeLow === wantedLow) return node
    high[node] = nodeHigh
    low[node] = nodeLow
  }
  return -1
}

type Hash = { high: number; low: number }
const ZERO: Hash = { high: 0, low: 0 }
const ROOT_HIGH = 0x811c9dc5
const ROOT_LOW = 0x9747b28c

/** Two 32-bit FNV-1a-like hashes of the UTF-16 code units, with different primes and offsets. */
function hashText(text: string): Hash {
  let high = 0x811c9dc5
  let low = 0x1b873593
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit, 0x5bd1e995)
    low ^= low >>> 15
  }
  return { high: high >>> 0, low: low >>> 0 }
}

function stepHigh(above: number, label: number, module: number, kind: number): number {
  let h = Math.imul(above ^ label, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13) ^ module, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16) ^ kind, 0x9e3779b1)
  return (h ^ (h >>> 15)) >>> 0
}

function stepLow(above: number, label: number, module: number, kind: number): number {
  let h = Math.imul(above + label, 0xcc9e2d51)
  h = Math.imul((h ^ (h >>> 15)) + module, 0x27d4eb2f)
  h = Math.imul((h ^ (h >>> 13)) + kind, 0x165667b1)
  return (h ^ (h >>> 16)) >>> 0
}

function formatKey(high: number, low: number): string {
  return high.toString(36).padStart(7, '0') + low.toString(36).padStart(7, '0')
}
