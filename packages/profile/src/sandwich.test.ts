import { describe, expect, it } from 'vitest'
import type { CallTree } from './call-tree.ts'
import { functionTable } from './function-table.ts'
import { parseFolded } from './parse-folded.ts'
import type { Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { sandwich } from './sandwich.ts'
import { syntheticProfile } from './synthetic-profile.ts'
import { type PlainSample, plainFrame, randomSamples, SELECTIONS, selectPlain } from './testing/random-samples.ts'

type PlainNode = { self: number; total: number; count: number }

/** Nodes of one half by path from the function: a sample adds to every prefix of its path, and is its end's own. */
function naiveHalf(samples: PlainSample[], unit: 'samples' | 'ns', frame: string, half: 'callers' | 'callees'): Map<string, PlainNode> {
  const nodes = new Map<string, PlainNode>([[frame, { self: 0, total: 0, count: 0 }]])
  for (const { stack, weight, count } of samples) {
    const outermost = stack.indexOf(frame)
    if (outermost < 0) continue
    const path = half === 'callees' ? stack.slice(outermost) : stack.slice(0, outermost + 1).reverse()
    for (let end = 1; end <= path.length; end++) {
      const key = path.slice(0, end).join(' > ')
      const node = nodes.get(key) ?? { self: 0, total: 0, count: 0 }
      nodes.set(key, node)
      node.total += weight
      node.count += unit === 'samples' ? weight : count
      if (end === path.length) node.self += weight
    }
  }
  return nodes
}

function asPlain(tree: CallTree): Map<string, PlainNode> {
  const nodes = new Map<string, PlainNode>()
  const paths: string[] = []
  for (let node = 0; node < tree.length; node++) {
    const own = `${tree.labels[tree.label[node] ?? 0]}|${tree.modules[tree.module[node] ?? 0]}|${tree.kind[node]}`
    const above = tree.parent[node] ?? -1
    const path = above < 0 ? own : `${paths[above]} > ${own}`
    paths[node] = path
    expect(nodes.has(path)).toBe(false)
    nodes.set(path, { self: tree.self[node] ?? 0, total: tree.total[node] ?? 0, count: tree.count[node] ?? 0 })
  }
  return nodes
}

const frameNamed = (profile: Profile, name: string) =>
  Array.from({ length: profile.frames.length }, (_, frame) => frame).find(
    (frame) => profile.strings[profile.frames.name[frame] ?? 0] === name,
  ) ?? -1

describe('sandwich', () => {
  it('agrees with one made of lists of names, on stacks full of recursion', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const unit = seed % 2 === 0 ? 'ns' : 'samples'
      const { profile, plain } = randomSamples(seed, { unit, hosts: 2 })
      for (const selection of SELECTIONS) {
        const kept = selectPlain(plain, selection)
        for (let frame = 0; frame < profile.frames.length; frame++) {
          const name = plainFrame(profile, frame)
          const both = sandwich(profile, selection, frame)
          expect(asPlain(both.callers)).toEqual(naiveHalf(kept, unit, name, 'callers'))
          expect(asPlain(both.callees)).toEqual(naiveHalf(kept, unit, name, 'callees'))
          expect(both.all).toBe(kept.reduce((sum, sample) => sum + sample.weight, 0))
        }
      }
    }
  })

  it('says the same as the table of functions: self, total, events', () => {
    const profile = syntheticProfile({ nodes: 4_000 })
    const table = functionTable(profile)
    for (let row = 0; row < table.length; row += 17) {
      const { self, total, count, callers, callees } = sandwich(profile, {}, table.frame[row] ?? 0)
      expect([self, total, count]).toEqual([table.self[row], table.total[row], table.count[row]])
      expect([callers.total[0], callers.count[0]]).toEqual([total, count])
      expect([callees.total[0], callees.count[0]]).toEqual([total, count])
    }
  })

  it('meets at the outermost call: deeper calls of itself are callees', () => {
    const profile = parseFolded('main;walk;walk;read 4\nmain;walk 1\nboot;main;idle 7\n')
    const { callers, callees, self, total, all } = sandwich(profile, {}, frameNamed(profile, 'walk'))
    const outline = (tree: CallTree) =>
      Array.from({ length: tree.length }, (_, i) => `${tree.depth[i]} ${tree.labels[tree.label[i] ?? 0]} ${tree.self[i]}/${tree.total[i]}`)
    expect(outline(callers)).toEqual(['0 walk 0/5', '1 main 5/5'])
    expect(outline(callees)).toEqual(['0 walk 1/5', '1 walk 0/4', '2 read 4/4'])
    expect([self, total, all]).toEqual([1, 5, 12])
  })

  it('orders callers and callees by weight, or by name', () => {
    const profile = parseFolded('a;f;y 1\nb;f;x 2\nc;f;z 3\n')
    const frame = frameNamed(profile, 'f')
    const names = (tree: CallTree) => Array.from(tree.label.subarray(1), (label) => tree.labels[label]).join('')
    expect(names(sandwich(profile, {}, frame).callers)).toBe('cba')
    expect(names(sandwich(profile, {}, frame, 'name').callees)).toBe('xyz')
  })

  it('is a function alone where no sample has it', () => {
    const profile = parseFolded('a;b 1\n')
    const none = sandwich(profile, { window: { fromUs: 5, toUs: 6 } }, frameNamed(profile, 'b'))
    expect([none.callers.length, none.callees.length, none.total, none.self]).toEqual([1, 1, 0, 0])
  })

  it('lays both trees out as a call tree is: children within their parent, subtrees as runs', () => {
    const profile = syntheticProfile({ nodes: 4_000 })
    const { callers, callees } = sandwich(profile, {}, functionTable(profile).frame[3] ?? 0)
    for (const tree of [callers, callees]) {
      for (let node = 1; node < tree.length; node++) {
        const above = tree.parent[node] ?? 0
        expect(tree.start[node]).toBeGreaterThanOrEqual(tree.start[above] ?? 0)
        expect((tree.start[node] ?? 0) + (tree.total[node] ?? 0)).toBeLessThanOrEqual((tree.start[above] ?? 0) + (tree.total[above] ?? 0))
        expect(tree.subtreeEnd[node]).toBeLessThanOrEqual(tree.subtreeEnd[above] ?? 0)
      }
    }
  })

  it('takes a stack of fifty thousand calls of itself', () => {
    const builder = new ProfileBuilder()
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'a')
    const frame = builder.addFrame('fib', '', 0)
    let stack = -1
    for (let i = 0; i < 50_000; i++) stack = builder.addStack(stack, frame)
    builder.addSample(stack, thread, 5, 3)
    const { callers, callees } = sandwich(builder.build(), {}, frame)
    expect([callers.length, callees.length, callees.maxDepth]).toEqual([1, 50_000, 49_999])
  })

  it('refuses what would be more rows than a browser can hold, in words', () => {
    const builder = new ProfileBuilder()
    const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'a')
    const leaf = builder.addFrame('leaf', '', 0)
    let stack = -1
    for (let i = 0; i < 4_500; i++) {
      stack = builder.addStack(stack, builder.addFrame(`f${i}`, '', 0))
      builder.addSample(builder.addStack(stack, leaf), thread, 5, 1)
    }
    expect(() => sandwich(builder.build(), {}, leaf)).toThrow(/more than 8 million rows\. Select a process/)
  }, 120_000)
})
