import { buildCallTree, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { randomTree, recursionTree, siblingsTree, treeOf } from '../testing/random-tree.ts'
import { buildLayout, leftEdge, rightEdge } from './layout.ts'

const trees = {
  ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`random ${i}`, randomTree(1 + i * 37, i)])),
  synthetic: buildCallTree(syntheticProfile({ nodes: 5000 }), { group: 'thread', order: 'weight' }),
  siblings: siblingsTree(100_000),
  recursion: recursionTree(5000),
}

describe('buildLayout', () => {
  it.each(Object.entries(trees))('puts every node into one slot of its row, sorted and without overlap: %s', (_, tree) => {
    const layout = buildLayout(tree)
    expect(layout.rows).toBe(tree.maxDepth + 1)
    expect([...layout.rowNode].sort((a, b) => a - b)).toEqual(Array.from({ length: tree.length }, (_, i) => i))
    let rowTotal = tree.total[0] ?? 0
    for (let row = 0; row < layout.rows; row++) {
      let edge = 0
      let sum = 0
      for (let slot = layout.rowStart[row] ?? 0; slot < (layout.rowStart[row + 1] ?? 0); slot++) {
        const node = layout.rowNode[slot] ?? -1
        if (tree.depth[node] !== row) throw new Error(`node ${node} is in row ${row}`)
        const [x0, x1] = [leftEdge(layout, slot), rightEdge(layout, slot)]
        if (x0 < edge - 1e-6 || x1 < x0) throw new Error(`slot ${slot} overlaps the one before`)
        edge = x1
        sum += x1 - x0
      }
      // A row is as wide as the row above less what ended there.
      expect(sum).toBeLessThanOrEqual(rowTotal + 1e-6)
      rowTotal = sum
    }
    expect(layout.rowStart[layout.rows]).toBe(tree.length)
  })

  it('knows the deepest row below each node and the narrowest frame', () => {
    const tree = randomTree(300, 5)
    const layout = buildLayout(tree)
    for (let node = 0; node < tree.length; node++) {
      const below = [...tree.depth.subarray(node, tree.subtreeEnd[node])]
      expect(layout.deepest[node]).toBe(Math.max(...below))
    }
    expect(layout.finest).toBe(Math.min(...[...tree.total].filter((total) => total > 0)))
  })

  it('takes a tree of nothing but its root', () => {
    const layout = buildLayout(treeOf({ parents: [], labelOf: () => 'all', selfOf: () => 0 }))
    expect(layout.rows).toBe(1)
    expect(layout.finest).toBe(0)
  })
})
