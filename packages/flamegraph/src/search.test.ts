import { buildCallTree, type CallTree, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { randomTree, treeOf } from '../testing/random-tree.ts'
import { buildLayout } from './layout.ts'
import { isMatch, searchTree } from './search.ts'

/** The slow way: own weight of every node that has a match at or above it. */
function bruteForce(tree: CallTree, test: (label: string) => boolean): { samples: number; frames: number } {
  let samples = 0
  let frames = 0
  for (let node = 1; node < tree.length; node++) {
    if (test(tree.labels[tree.label[node] ?? 0] ?? '')) frames++
    for (let at = node; at > 0; at = tree.parent[at] ?? -1) {
      if (!test(tree.labels[tree.label[at] ?? 0] ?? '')) continue
      samples += tree.self[node] ?? 0
      break
    }
  }
  return { samples, frames }
}

describe('searchTree', () => {
  it('counts matched weight once under recursion', () => {
    for (let seed = 0; seed < 40; seed++) {
      const tree = randomTree(400, seed)
      for (const [text, regex] of [
        ['fn_1', false],
        ['^fn_[02]$', true],
        ['FN', false],
        ['nothing', false],
      ] as const) {
        const found = searchTree(tree, { text, regex })
        const expected = bruteForce(tree, (label) =>
          regex ? new RegExp(text, 'i').test(label) : label.toLowerCase().includes(text.toLowerCase()),
        )
        expect(found?.result.matchedSamples).toBeCloseTo(expected.samples, 6)
        expect(found?.result.matchedFrames).toBe(expected.frames)
        expect(found?.result.matchedShare).toBeLessThanOrEqual(1 + 1e-9)
        expect(found?.result.error).toBe('')
      }
    }
  })

  it('knows for any range of slots whether it holds a match', () => {
    const tree = buildCallTree(syntheticProfile({ nodes: 3000 }), { group: 'process', order: 'weight' })
    const layout = buildLayout(tree)
    const found = searchTree(tree, { text: 'tcp', regex: false })
    if (!found) throw new Error('no result')
    let all = 0
    for (let row = 0; row < layout.rows; row++) {
      let count = 0
      for (let slot = layout.rowStart[row] ?? 0; slot < (layout.rowStart[row + 1] ?? 0); slot++) {
        if (isMatch(tree, found.labels, layout.rowNode[slot] ?? 0)) count++
        expect(found.upTo[slot]).toBe(count)
      }
      all += count
    }
    expect(all).toBeGreaterThan(10)
    expect(found.result.matchedFrames).toBe(all)
  })

  it('never matches the root, and nothing for an empty text', () => {
    const tree = treeOf({ parents: [0], labelOf: (i) => (i === 0 ? 'all' : 'b'), selfOf: () => 1 })
    expect(searchTree(tree, { text: 'all', regex: false })?.result.matchedFrames).toBe(0)
    expect(searchTree(tree, { text: '', regex: true })).toBeNull()
  })

  it('says why a pattern is not usable and matches nothing then', () => {
    const tree = randomTree(50, 1)
    for (const text of ['(', '[', '*', '(?=a)', 'a{3,1}']) {
      const { result } = searchTree(tree, { text, regex: true }) ?? { result: null }
      expect(result).toMatchObject({ matchedFrames: 0, matchedSamples: 0, error: expect.stringMatching(/^Not a usable pattern: .+\.$/) })
    }
  })

  it('stops at its time budget and says so', () => {
    const tree = treeOf({ parents: Array.from({ length: 2000 }, () => 0), labelOf: (i) => `name${i}`, selfOf: () => 1 })
    let ms = 0
    const found = searchTree(tree, { text: 'name', regex: false }, () => {
      ms += 300
      return ms
    })
    expect(found?.result.error).toMatch(/not all names were tested/)
    expect(found?.result.matchedFrames).toBe(511) // 512 labels, one of them the root's
  })

  it('is quick on hostile names', () => {
    const names = Array.from({ length: 200 }, (_, i) => 'a'.repeat(65_536) + i)
    const tree = treeOf({ parents: names.map(() => 0), labelOf: (i) => names[i - 1] ?? 'all', selfOf: () => 1 })
    const started = performance.now()
    searchTree(tree, { text: '(a+)+$', regex: true })
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('the walk over matches', () => {
  it('visits topmost matches, heaviest first', () => {
    const tree = randomTree(500, 9)
    const { labels, stops: found } = searchTree(tree, { text: '^fn_[01]$', regex: true }) ?? { labels: new Uint8Array(), stops: [] }
    const stops = [...found]
    expect(stops.length).toBeGreaterThan(1)
    for (let i = 1; i < stops.length; i++) expect(tree.total[stops[i - 1] ?? 0]).toBeGreaterThanOrEqual(tree.total[stops[i] ?? 0] ?? 0)
    for (const stop of stops) {
      expect(isMatch(tree, labels, stop)).toBe(true)
      for (let at = tree.parent[stop] ?? -1; at > 0; at = tree.parent[at] ?? -1) expect(isMatch(tree, labels, at)).toBe(false)
    }
    // All of them: together they have the matched weight.
    const weight = stops.reduce((sum, stop) => sum + (tree.total[stop] ?? 0), 0)
    expect(weight).toBeCloseTo(bruteForce(tree, (label) => /^fn_[01]$/.test(label)).samples, 6)
  })
})
