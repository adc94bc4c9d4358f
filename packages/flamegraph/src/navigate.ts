import type { CallTree } from '@sonde/profile'

/** Steps from frame to frame. All answer -1 where there is none. */

export const parentOf = (tree: CallTree, node: number): number => tree.parent[node] ?? -1

export function* childrenOf(tree: CallTree, node: number): Generator<number> {
  const end = tree.subtreeEnd[node] ?? 0
  for (let child = node + 1; child < end; child = Math.max(child + 1, tree.subtreeEnd[child] ?? 0)) yield child
}

export function heaviestChild(tree: CallTree, node: number): number {
  let best = -1
  for (const child of childrenOf(tree, node)) if (best < 0 || (tree.total[child] ?? 0) > (tree.total[best] ?? 0)) best = child
  return best
}

export function nextSibling(tree: CallTree, node: number): number {
  const next = tree.subtreeEnd[node] ?? 0
  return next < tree.length && tree.parent[next] === tree.parent[node] && node > 0 ? next : -1
}

/** The subtree that ends where this one begins: climb from the node before. */
export function previousSibling(tree: CallTree, node: number): number {
  const parent = parentOf(tree, node)
  if (parent < 0 || node - 1 === parent) return -1
  let at = node - 1
  while (at >= 0 && tree.parent[at] !== parent) at = tree.parent[at] ?? -1
  return at
}

/** 1-based position among the siblings, and their number. */
export function siblingPosition(tree: CallTree, node: number): { position: number; count: number } {
  const parent = parentOf(tree, node)
  if (parent < 0) return { position: 1, count: 1 }
  let count = 0
  let position = 0
  for (const child of childrenOf(tree, parent)) {
    count++
    if (child === node) position = count
  }
  return { position, count }
}

/** From the root to the node, both included. What breadcrumbs show. */
export function pathTo(tree: CallTree, node: number): number[] {
  const path: number[] = []
  for (let at = node; at >= 0 && at < tree.length; at = tree.parent[at] ?? -1) path.push(at)
  return path.reverse()
}

export const isInSubtree = (tree: CallTree, node: number, root: number): boolean => node >= root && node < (tree.subtreeEnd[root] ?? 0)

/** The deepest frame that spans all of [x0, x1): where one is when one has zoomed freely. */
export function coveringNode(tree: CallTree, x0: number, x1: number): number {
  const slack = (tree.total[0] ?? 0) * 1e-9
  let at = 0
  for (;;) {
    let inside = -1
    for (const child of childrenOf(tree, at)) {
      const start = tree.start[child] ?? 0
      if (start > x0 + slack) break
      if (start + (tree.total[child] ?? 0) >= x1 - slack) {
        inside = child
        break
      }
    }
    if (inside < 0) return at
    at = inside
  }
}

/** The nearest ancestor that is clearly wider than the node, so that zooming out is always seen to do something. */
export function widerAncestor(tree: CallTree, node: number): number {
  const width = tree.total[node] ?? 0
  let at = parentOf(tree, node)
  while (at > 0 && (tree.total[at] ?? 0) < width * 1.25) at = parentOf(tree, at)
  return Math.max(0, at)
}

/** The outermost frame on the way to a node in which the node is at least this share of the width; the node itself at last. */
export function revealingAncestor(tree: CallTree, node: number, share: number): number {
  const width = tree.total[node] ?? 0
  return pathTo(tree, node).find((at) => width >= (tree.total[at] ?? 0) * share) ?? node
}

/** The nearest process or thread row at or above the node. */
export function threadRowOf(tree: CallTree, node: number): number {
  for (let at = node; at >= 0; at = parentOf(tree, at)) if ((tree.thread[at] ?? -1) >= 0) return at
  return -1
}

/**
 * Finds the same frame in a newer tree: the same labels from the root. Where the path breaks off, the last frame that is
 * still there (`exact` false).
 */
export function matchNode(from: CallTree, node: number, to: CallTree): { node: number; exact: boolean } {
  if (to.length === 0 || node < 0 || node >= from.length) return { node: 0, exact: node === 0 }
  let at = 0
  for (const step of pathTo(from, node).slice(1)) {
    const label = from.labels[from.label[step] ?? 0]
    const module = from.modules[from.module[step] ?? 0]
    let found = -1
    for (const child of childrenOf(to, at)) {
      if (to.kind[child] === from.kind[step] && to.labels[to.label[child] ?? 0] === label && to.modules[to.module[child] ?? 0] === module) {
        found = child
        break
      }
    }
    if (found < 0) return { node: at, exact: false }
    at = found
  }
  return { node: at, exact: true }
}
