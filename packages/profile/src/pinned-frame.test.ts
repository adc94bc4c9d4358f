import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { type CallTree, type CallTreeOptions, GROUP_KIND } from './call-tree.ts'
import { decodeProfile } from './decode-profile.ts'
import { encodeProfile } from './encode-profile.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { findPinnedFrame, type PinLimits, pinFrame } from './pinned-frame.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { seededRandom } from './seeded-random.ts'
import { syntheticProfile } from './synthetic-profile.ts'
import { stackPathKey } from './target-keys.ts'

const LIMITS: PinLimits = { labels: 512, label: 500, path: 20_000 }
const ARRANGEMENTS: Pick<CallTreeOptions, 'group' | 'order' | 'invert'>[] = (
  ['host', 'process', 'thread', 'cgroup', 'module', 'merged'] as const
).flatMap((group) => [
  { group, order: 'weight' },
  { group, order: 'name', invert: true },
])

/** Labels of functions and of groups but the host, outermost first: what stays the same whichever hosts there are. */
function pathOf(tree: CallTree, node: number): string {
  const labels: string[] = []
  for (let at = node; at > 0; at = tree.parent[at] ?? 0)
    if (tree.kind[at] !== GROUP_KIND.host) labels.push(`${tree.labels[tree.label[at] ?? 0]}/${tree.modules[tree.module[at] ?? 0]}`)
  return labels.reverse().join(' < ')
}

const pinOf = (tree: CallTree, node: number, host = '', limits = LIMITS) => {
  const pin = pinFrame(tree, node, host, limits)
  if (!pin) throw new Error('the root')
  // As it comes back from the database.
  return JSON.parse(JSON.stringify(pin)) as typeof pin
}

describe('pinned frames', () => {
  for (const arrangement of ARRANGEMENTS) {
    it(`are found again after more was merged and after encoding, ${JSON.stringify(arrangement)}`, () => {
      const random = seededRandom(7)
      const mine = syntheticProfile({ nodes: 3_000, seed: 5 })
      const before = buildCallTree(mine, arrangement)
      const others = [syntheticProfile({ nodes: 800, seed: 6 }), syntheticProfile({ nodes: 500, seed: 9 })]
      const grown = [
        buildCallTree(mergeProfiles([others[0] as Profile, mine]), arrangement),
        buildCallTree(decodeProfile(encodeProfile(mergeProfiles([mine, ...others]))), arrangement),
      ]
      for (let i = 0; i < 200; i++) {
        const node = 1 + Math.floor(random() * (before.length - 1))
        const pin = pinOf(before, node, mine.hosts.name[0])
        expect(findPinnedFrame(before, pin)).toBe(node)
        for (const tree of grown) {
          const found = findPinnedFrame(tree, pin)
          expect(pathOf(tree, found)).toBe(pathOf(before, node))
          expect(stackPathKey(tree, found)).toBe(stackPathKey(before, node))
        }
      }
    })
  }

  it('stay on their host when another one with the same processes joins', () => {
    const one = workOf('web-1', 100, 'nginx', ['main', 'serve'])
    const two = mergeProfiles([workOf('web-0', 5_000, 'nginx', ['main', 'serve']), one])
    const alone = buildCallTree(one, { group: 'process', order: 'weight' })
    const both = buildCallTree(two, { group: 'process', order: 'weight' })
    const found = findPinnedFrame(both, pinOf(alone, 3, 'web-1'))
    expect(both.labels[both.label[found] ?? 0]).toBe('serve')
    expect(both.total[found]).toBe(100)
    for (const another of ['web-7', 'web', 'web-10']) expect(findPinnedFrame(both, pinOf(alone, 3, another))).toBe(-1)
    expect(findPinnedFrame(alone, pinOf(both, found))).toBe(-1) // nothing there says whose it is
  })

  it('follow a process to its new name, and never to another process', () => {
    const before = buildCallTree(workOf('web-1', 10, 'sh', ['main', 'serve']), { group: 'process', order: 'weight' })
    const renamed = buildCallTree(workOf('web-1', 90, 'nginx', ['main', 'serve']), { group: 'process', order: 'weight' })
    const another = buildCallTree(workOf('web-1', 90, 'sh', ['main', 'serve'], 43), { group: 'process', order: 'weight' })
    const pin = pinOf(before, 3, 'web-1')
    expect(pin.groups).toEqual([{ kind: 'process', label: 'sh (42)' }])
    expect(findPinnedFrame(renamed, pin)).toBe(3)
    expect(findPinnedFrame(another, pin)).toBe(-1)
  })

  it('are not frames of the same names in another library, nor in another arrangement', () => {
    const pin = pinOf(buildCallTree(workOf('web-1', 1, 'a', ['main', 'f'], 42, '/lib/one.so'), { group: 'process', order: 'weight' }), 3)
    const twin = workOf('web-1', 1, 'a', ['main', 'f'], 42, '/lib/two.so')
    expect(findPinnedFrame(buildCallTree(twin, { group: 'process', order: 'weight' }), pin)).toBe(-1)
    const same = workOf('web-1', 1, 'a', ['main', 'f'], 42, '/lib/one.so')
    expect(findPinnedFrame(buildCallTree(same, { group: 'process', order: 'weight' }), pin)).toBe(3)
    for (const other of [{ group: 'merged' as const }, { group: 'cgroup' as const }, { group: 'process' as const, invert: true }])
      expect(findPinnedFrame(buildCallTree(same, { order: 'weight', ...other }), pin)).toBe(-1)
  })

  it('keep what there is room for of hostile and endless paths, say how much they left out, and are found all the same', () => {
    const hostile = [
      '\0nul',
      '\ud800half',
      '<b>\u202egnp.exe</b>',
      'x'.repeat(60_000),
      '\ud83d\ude00'.repeat(400),
      `${'f'.repeat(499)}\ud83d\ude00`,
    ]
    const deep = Array.from({ length: 120 }, (_, i) => (hostile[i % hostile.length] ?? '') + (i < 60 ? '' : String(i)))
    const tree = buildCallTree(workOf('web-1', 1, '\0evil\ud800', deep), { group: 'process', order: 'weight' })
    for (let node = 1; node < tree.length; node++) {
      const pin = pinOf(tree, node)
      expect(JSON.stringify(pin).length).toBeLessThan(32_768)
      expect(JSON.stringify(pin)).not.toMatch(/\\u0000|\\ud[89a-f]/)
      expect(pin.labels.length + pin.leftOut).toBe(node - 1)
      expect(findPinnedFrame(tree, pin)).toBe(node)
    }
    const cut = pinOf(tree, 60, '', { labels: 8, label: 10, path: 1_000 })
    expect(cut.leftOut).toBe(51)
    expect(findPinnedFrame(tree, cut)).toBe(60)
  })

  it('are never the root, and nothing where nothing is', () => {
    const tree = buildCallTree(syntheticProfile({ nodes: 300, seed: 1 }), { group: 'process', order: 'weight' })
    expect(pinFrame(tree, 0, '', LIMITS)).toBeNull()
    const pin = pinOf(tree, 100)
    const empty = buildCallTree(new ProfileBuilder({ event: 'cpu-clock', periodNs: 1 }).build(), { group: 'process', order: 'weight' })
    expect(findPinnedFrame(empty, pin)).toBe(-1)
    expect(findPinnedFrame(tree, { ...pin, path: '00000000000000' })).toBe(-1)
  })
})

/** One process on one host, all of its samples in one stack. */
function workOf(host: string, samples: number, comm: string, stack: string[], pid = 42, module = '/usr/bin/x'): Profile {
  const builder = new ProfileBuilder({ event: 'cpu-clock', periodNs: 1000 })
  const thread = builder.addThread(builder.addHost(`id-of-${host}`, host), pid, pid, comm)
  const leaf = stack.reduce((at, name) => builder.addStack(at, builder.addFrame(name, module, FRAME_KIND.user)), -1)
  for (let i = 0; i < samples; i++) builder.addSample(leaf, thread, i, 1)
  return builder.build()
}
