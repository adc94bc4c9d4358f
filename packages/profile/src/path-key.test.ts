import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { findByPathKey, pathKey } from './path-key.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const profile = syntheticProfile({ nodes: 20_000, seed: 4 })
const tree = buildCallTree(profile, { group: 'process', order: 'weight' })

describe('path keys', () => {
  it('are as the view state in a URL takes them, and differ from node to node', () => {
    const keys = new Set<string>()
    for (let node = 1; node < tree.length; node++) {
      const key = pathKey(tree, node)
      expect(key).toMatch(/^[0-9a-z]{1,24}$/)
      keys.add(key)
    }
    expect(keys.size).toBe(tree.length - 1)
  })

  it('find their node', () => {
    for (let node = 0; node < tree.length; node += 97) expect(findByPathKey(tree, pathKey(tree, node))).toBe(node)
  })

  it('find the same frame after more samples came, in another order', () => {
    const grown = buildCallTree(mergeProfiles([syntheticProfile({ nodes: 500, seed: 11 }), profile]), { group: 'process', order: 'name' })
    const path = (of: typeof tree, node: number) => {
      const labels: string[] = []
      for (let at = node; at >= 0; at = of.parent[at] ?? -1) labels.push(of.labels[of.label[at] ?? 0] ?? '')
      return labels.join('<')
    }
    for (let node = 1; node < tree.length; node += 211) {
      const found = findByPathKey(grown, pathKey(tree, node))
      expect(path(grown, found)).toBe(path(tree, node))
    }
  })

  it('are the root where empty, and nothing where unknown', () => {
    expect(pathKey(tree, 0)).toBe('')
    expect(findByPathKey(tree, '')).toBe(0)
    expect(findByPathKey(tree, '00000000000000')).toBe(-1)
    expect(findByPathKey(tree, '../../etc')).toBe(-1)
  })

  it('never change: links hold them', () => {
    const fixed = buildCallTree(syntheticProfile({ nodes: 200, seed: 1 }), { group: 'process', order: 'name' })
    expect([1, 50, 150].map((node) => pathKey(fixed, node))).toMatchInlineSnapshot(`
      [
        "1jh85oz0qcprv5",
        "1plepxf1p05sex",
        "124rmfe0k2b2lk",
      ]
    `)
  })
})
