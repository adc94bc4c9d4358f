import { type CallTree, FRAME_KIND, GROUP_KIND, seededRandom } from '@sonde/profile'

export type TreeShape = {
  /** Parent of each node after the root; parent < node is enough, pre-order is made here. */
  parents: number[]
  labelOf: (node: number) => string
  /** Own weight by node. */
  selfOf: (node: number) => number
}

/** For tests: a call tree from any shape, with totals and positions worked out the slow and simple way. */
export function treeOf({ parents, labelOf, selfOf }: TreeShape): CallTree {
  const n = parents.length + 1
  const children: number[][] = Array.from({ length: n }, () => [])
  parents.forEach((parent, i) => {
    children[parent]?.push(i + 1)
  })
  const total = Array.from({ length: n }, (_, i) => selfOf(i))
  for (let i = n - 1; i > 0; i--) {
    const parent = parents[i - 1] ?? 0
    total[parent] = (total[parent] ?? 0) + (total[i] ?? 0)
  }
  const totals = new Float64Array(n)
  const tree: CallTree = {
    length: n,
    maxDepth: 0,
    labels: [],
    label: new Uint32Array(n),
    modules: [''],
    module: new Uint32Array(n),
    kind: new Uint8Array(n).fill(FRAME_KIND.user),
    depth: new Uint16Array(n),
    parent: new Int32Array(n),
    subtreeEnd: new Uint32Array(n),
    self: new Float64Array(n),
    total: totals,
    count: totals,
    start: new Float64Array(n),
    thread: new Int32Array(n).fill(-1),
  }
  const labels = new Map<string, number>()
  const stack: { old: number; parent: number; depth: number; start: number }[] = [{ old: 0, parent: -1, depth: 0, start: 0 }]
  let at = 0
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { old, parent, depth, start } = next
    const name = labelOf(old)
    if (!labels.has(name)) labels.set(name, tree.labels.push(name) - 1)
    tree.label[at] = labels.get(name) ?? 0
    tree.parent[at] = parent
    tree.depth[at] = depth
    tree.self[at] = selfOf(old)
    tree.total[at] = total[old] ?? 0
    tree.start[at] = start
    tree.maxDepth = Math.max(tree.maxDepth, depth)
    let x = start
    const own = at
    const pending = (children[old] ?? []).map((child) => {
      const entry = { old: child, parent: own, depth: depth + 1, start: x }
      x += total[child] ?? 0
      return entry
    })
    stack.push(...pending.reverse())
    at++
  }
  tree.kind[0] = GROUP_KIND.root
  for (let i = n - 1; i >= 0; i--) {
    tree.subtreeEnd[i] = Math.max(tree.subtreeEnd[i] ?? 0, i + 1)
    const parent = tree.parent[i] ?? -1
    if (parent >= 0) tree.subtreeEnd[parent] = Math.max(tree.subtreeEnd[parent] ?? 0, tree.subtreeEnd[i] ?? 0)
  }
  return tree
}

/** Random shape: chains, fans, recursion by few names, zero and fractional weights. */
export function randomTree(nodes: number, seed: number): CallTree {
  const random = seededRandom(seed)
  const fractional = random() < 0.3
  const chain = random()
  const parents: number[] = []
  for (let i = 1; i < nodes; i++) parents.push(random() < chain ? i - 1 : Math.floor(random() * i))
  const names = 1 + Math.floor(random() * 12)
  const labels = Array.from({ length: nodes }, () => `fn_${Math.floor(random() * names)}`)
  const weights = Array.from({ length: nodes }, () => {
    const weight = random() < 0.3 ? 0 : Math.ceil(1 / (1 - random() * 0.9999))
    return fractional ? weight * random() : weight
  })
  return treeOf({ parents, labelOf: (i) => (i === 0 ? 'all' : (labels[i] ?? '')), selfOf: (i) => weights[i] ?? 0 })
}

/** One row of n siblings. */
export const siblingsTree = (n: number, selfOf: (node: number) => number = () => 1): CallTree =>
  treeOf({ parents: Array.from({ length: n }, () => 0), labelOf: (i) => `s${i % 1000}`, selfOf: (i) => (i === 0 ? 0 : selfOf(i)) })

/** One stack, `depth` frames high. */
export const recursionTree = (depth: number, selfOf: (node: number) => number = () => 1): CallTree =>
  treeOf({ parents: Array.from({ length: depth }, (_, i) => i), labelOf: (i) => `r${i % 3}`, selfOf })
