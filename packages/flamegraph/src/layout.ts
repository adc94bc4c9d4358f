import type { CallTree } from '@sonde/profile'

/**
 * Where every frame lies, as rows in CSR form: the frames of depth d are the slots [rowStart[d], rowStart[d + 1]), from left
 * to right. The tree is in pre-order, so appending each node to its row keeps every row sorted: one pass, no sort.
 *
 *   root ─ a ─ b        slot     0    1 2   3
 *        └ c            rowNode  0    1 3   2      rowStart 0 1 3 4
 *
 * A slot lies from start[node] to start[node] + total[node] of its node: columns of their own would double the memory, and a
 * row is searched by bisection, which touches few of them.
 */
export type FlameLayout = {
  tree: CallTree
  /** Number of rows, 0 for an empty tree. */
  rows: number
  rowStart: Uint32Array
  rowNode: Uint32Array
  /** Depth of the deepest row in the node's subtree: how far one can scroll when zoomed to it. */
  deepest: Uint16Array
  /** Width of the narrowest leaf; nothing is to be seen by zooming in further. */
  finest: number
}

export function buildLayout(tree: CallTree): FlameLayout {
  const n = tree.length
  const { depth, total, parent } = tree
  let rows = 0
  for (let i = 0; i < n; i++) rows = Math.max(rows, (depth[i] ?? 0) + 1)
  const rowStart = new Uint32Array(rows + 1)
  for (let i = 0; i < n; i++) {
    const row = (depth[i] ?? 0) + 1
    rowStart[row] = (rowStart[row] ?? 0) + 1
  }
  for (let d = 0; d < rows; d++) rowStart[d + 1] = (rowStart[d + 1] ?? 0) + (rowStart[d] ?? 0)

  const next = rowStart.slice(0, rows)
  const rowNode = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    const d = depth[i] ?? 0
    const slot = next[d] ?? 0
    next[d] = slot + 1
    rowNode[slot] = i
  }

  const deepest = new Uint16Array(n)
  let finest = total[0] ?? 0
  for (let i = n - 1; i >= 0; i--) {
    const own = Math.max(deepest[i] ?? 0, depth[i] ?? 0)
    deepest[i] = own
    const p = parent[i] ?? -1
    if (p >= 0 && (deepest[p] ?? 0) < own) deepest[p] = own
    const width = total[i] ?? 0
    if (width > 0 && width < finest) finest = width
  }
  return { tree, rows, rowStart, rowNode, deepest, finest }
}

/** Left edge of a slot, in units of weight. */
export const leftEdge = ({ tree, rowNode }: FlameLayout, slot: number): number => tree.start[rowNode[slot] ?? 0] ?? 0

/** Right edge of a slot, in units of weight. */
export function rightEdge({ tree, rowNode }: FlameLayout, slot: number): number {
  const node = rowNode[slot] ?? 0
  return (tree.start[node] ?? 0) + (tree.total[node] ?? 0)
}
