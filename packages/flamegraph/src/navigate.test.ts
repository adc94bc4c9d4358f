import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { randomTree, siblingsTree, treeOf } from '../testing/random-tree.ts'
import {
  childrenOf,
  coveringNode,
  heaviestChild,
  isInSubtree,
  matchNode,
  nextSibling,
  parentOf,
  pathTo,
  previousSibling,
  revealingAncestor,
  siblingPosition,
  widerAncestor,
} from './navigate.ts'

describe('steps', () => {
  it('agree with the parent column', () => {
    for (let seed = 0; seed < 20; seed++) {
      const tree = randomTree(150, seed)
      for (let node = 0; node < tree.length; node++) {
        const children = Array.from({ length: tree.length }, (_, i) => i).filter((i) => tree.parent[i] === node)
        expect([...childrenOf(tree, node)]).toEqual(children)
        expect(heaviestChild(tree, node)).toBe(
          children.reduce((best, i) => (best < 0 || (tree.total[i] ?? 0) > (tree.total[best] ?? 0) ? i : best), -1),
        )
        children.forEach((child, i) => {
          expect(nextSibling(tree, child)).toBe(children[i + 1] ?? -1)
          expect(previousSibling(tree, child)).toBe(children[i - 1] ?? -1)
          expect(siblingPosition(tree, child)).toEqual({ position: i + 1, count: children.length })
          expect(pathTo(tree, child)).toEqual([...pathTo(tree, node), child])
          expect(isInSubtree(tree, child, node)).toBe(true)
          expect(isInSubtree(tree, node, child)).toBe(false)
        })
      }
      expect([nextSibling(tree, 0), previousSibling(tree, 0)]).toEqual([-1, -1])
    }
  })
})

describe('coveringNode', () => {
  it('is the deepest frame that spans the range', () => {
    const random = seededRandom(4)
    for (let seed = 0; seed < 30; seed++) {
      const tree = randomTree(200, seed)
      const total = tree.total[0] ?? 0
      if (total <= 0) continue
      const width = total * random() ** 3
      const x0 = (total - width) * random()
      const found = coveringNode(tree, x0, x0 + width)
      const spans = (node: number) =>
        (tree.start[node] ?? 0) <= x0 + total * 1e-9 && (tree.start[node] ?? 0) + (tree.total[node] ?? 0) >= x0 + width - total * 1e-9
      expect(spans(found)).toBe(true)
      for (const child of childrenOf(tree, found)) expect(spans(child)).toBe(false)
    }
  })
})

describe('revealingAncestor', () => {
  it('is the outermost frame in which the node is wide enough', () => {
    const tree = randomTree(400, 12)
    for (let node = 1; node < tree.length; node++) {
      if (!((tree.total[node] ?? 0) > 0)) continue
      const share = 0.2
      const at = revealingAncestor(tree, node, share)
      const isWide = (frame: number) => (tree.total[node] ?? 0) >= (tree.total[frame] ?? 0) * share
      expect(pathTo(tree, node)).toContain(at)
      expect(isWide(at)).toBe(true)
      if (at > 0) expect(isWide(parentOf(tree, at))).toBe(false)
    }
  })
})

describe('widerAncestor', () => {
  it('passes over frames as wide as this one, up to the root', () => {
    const chain = treeOf({ parents: [0, 1, 2, 0], labelOf: String, selfOf: (i) => [0, 0, 0, 10, 10][i] ?? 0 })
    expect(widerAncestor(chain, 3)).toBe(0)
    expect(widerAncestor(chain, 0)).toBe(0)
  })
})

describe('matchNode', () => {
  it('finds the same path after the tree grew and its order changed', () => {
    const names = ['all', 'a', 'b', 'a', 'c']
    const old = treeOf({
      parents: [0, 1, 0, 3],
      labelOf: (i) => ['all', 'x', 'y', 'z', 'y'][i] ?? '',
      selfOf: (i) => [0, 1, 5, 1, 3][i] ?? 0,
    })
    const grown = treeOf({ parents: [0, 1, 0, 3, 0], labelOf: (i) => ['all', 'z', 'y', 'new', 'y', 'x'][i] ?? '', selfOf: () => 2 })
    expect(names).toHaveLength(old.length)
    const y = [...pathTo(old, 4)].map((node) => old.labels[old.label[node] ?? 0])
    const { node, exact } = matchNode(old, 4, grown)
    expect(exact).toBe(true)
    expect(pathTo(grown, node).map((at) => grown.labels[grown.label[at] ?? 0])).toEqual(y)
    // x is still there, its child is not.
    const gone = matchNode(old, 2, grown)
    expect([grown.labels[grown.label[gone.node] ?? 0], gone.exact]).toEqual(['x', false])
    expect(matchNode(old, 99, grown)).toEqual({ node: 0, exact: false })
  })

  it('is the identity on the same tree', () => {
    const tree = siblingsTree(900)
    for (const node of [0, 1, 450, 900]) expect(matchNode(tree, node, tree)).toEqual({ node, exact: true })
  })
})
