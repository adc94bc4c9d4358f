import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { buildDiffTree } from './call-tree-diff.ts'
import { frameKey } from './frame-keys.ts'
import { ProfileMergeError } from './merge-profiles.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { type PlainSample, randomSamples } from './testing/random-samples.ts'
import { type SideSelection, twoSides } from './two-sides.ts'

/** Which samples a side keeps, done in the plainest way. */
function kept(samples: readonly PlainSample[], { hostId, rest, process, window }: SideSelection): PlainSample[] {
  return samples.filter(
    (sample) =>
      (hostId === undefined || (sample.hostId === hostId) !== (rest === true)) &&
      (process === undefined || (sample.hostId === process.hostId && sample.pid === process.pid)) &&
      (window === undefined || (sample.timeUs >= window.fromUs && sample.timeUs < window.toUs)),
  )
}

const weightOf = (samples: readonly PlainSample[]): number => samples.reduce((sum, { weight }) => sum + weight, 0)

describe('a profile of two sides', () => {
  const a = randomSamples(1, { unit: 'samples', hosts: 3 })
  const b = randomSamples(2, { unit: 'samples', hosts: 4 })
  const ids = a.profile.hosts.id
  const selections: SideSelection[] = [
    {},
    { hostId: ids[1] },
    { hostId: ids[1], rest: true },
    { window: { fromUs: 200, toUs: 700 } },
    { hostId: ids[0], rest: true, window: { fromUs: 0, toUs: 500 } },
    { process: { hostId: ids[0] ?? '', pid: 101 } },
  ]

  it.each(selections)('holds what each side selects: %o', (selection) => {
    const merged = twoSides({ profile: a.profile, selection }, { profile: b.profile, selection: {} })
    expect(merged.hosts.id).toEqual(['a', 'b'])
    const side = (hostId: string) => buildCallTree(merged, { group: 'merged', order: 'name', hostId })
    expect(side('a').total[0]).toBe(weightOf(kept(a.plain, selection)))
    expect(side('b').total[0]).toBe(weightOf(b.plain))
    // The same tree as the capture's own, frame by frame, where nothing but hosts was left out.
    const { rest: _, ...plain } = selection
    if (!selection.rest) {
      const own = buildCallTree(a.profile, { group: 'merged', order: 'name', ...plain })
      const drawn = side('a')
      const names = (tree: typeof own) => Array.from(tree.label, (label, node) => [tree.labels[label], tree.depth[node], tree.total[node]])
      expect(names(drawn)).toEqual(names(own))
    }
  })

  it('compares two selections of one capture: a host and the rest are its whole', () => {
    const merged = twoSides(
      { profile: a.profile, selection: { hostId: ids[2], rest: true } },
      { profile: a.profile, selection: { hostId: ids[2] } },
    )
    const { diff } = buildDiffTree(merged, { hostId: 'b' })
    expect((diff.here[0] ?? 0) + (diff.rest[0] ?? 0)).toBe(weightOf(a.plain))
  })

  it('keeps the time of each side, however far apart they were recorded', () => {
    const later = { ...b.profile, meta: { ...b.profile.meta, startMs: 1_760_000_000_000 } }
    const merged = twoSides(
      { profile: { ...a.profile, meta: { ...a.profile.meta, startMs: 1_700_000_000_000 } }, selection: {} },
      { profile: later, selection: {} },
    )
    expect(Math.max(...merged.samples.timeUs)).toBeLessThanOrEqual(1_000)
  })

  it('refuses to add up what counts different things', () => {
    const waits = randomSamples(3, { unit: 'ns', hosts: 1 })
    expect(() => twoSides({ profile: a.profile, selection: {} }, { profile: waits.profile, selection: {} })).toThrow(ProfileMergeError)
  })
})

describe('a tree of two sides', () => {
  const names = { here: 'B', rest: 'A' }
  const sides = twoSides(
    { profile: of({ slow: 100, main: 900 }), selection: {} },
    { profile: of({ slow: 1_200, main: 800 }), selection: {} },
  )
  const key = frameKey('slow', '', FRAME_KIND.user)
  const build = (compared: Partial<Parameters<typeof buildDiffTree>[1]['compared']>) =>
    buildDiffTree(sides, { hostId: 'b', compared: { names, per: null, unit: 'share', widths: 'both', significant: null, ...compared } })
  const at = (tree: ReturnType<typeof build>, name: string) => Array.from(tree.label).findIndex((label) => tree.labels[label] === name)

  it('is as wide as what it was asked for', () => {
    const [both, a, b] = [build({}), build({ widths: 'rest' }), build({ widths: 'here' })]
    expect([both, a, b].map((tree) => tree.total[0])).toEqual([expect.closeTo(2, 9), expect.closeTo(1, 9), expect.closeTo(1, 9)])
    expect([both, a, b].map((tree) => tree.total[at(tree, 'slow')])).toEqual([
      expect.closeTo(0.7, 9),
      expect.closeTo(0.1, 9),
      expect.closeTo(0.6, 9),
    ])
    for (const tree of [both, a, b]) {
      expect([tree.diff.rest[at(tree, 'slow')], tree.diff.here[at(tree, 'slow')]]).toEqual([100, 1_200])
      expect(tree.diff.change[at(tree, 'slow')]).toBeCloseTo(0.5, 6)
    }
  })

  it('divides by what it is told: twice the work in the same time is twice as much', () => {
    const tree = build({ per: { here: 10, rest: 10 }, unit: 'samples/s' })
    expect(tree.diff.change[0]).toBeCloseTo(100, 3)
    expect(tree.total[0]).toBeCloseTo(300, 9)
  })

  it('is clear where it was judged to be, and nowhere else', () => {
    expect(Array.from(build({ significant: [] }).diff.clear)).toEqual([0, 0, 0])
    const judged = build({ significant: [key] })
    expect([judged.diff.clear[at(judged, 'slow')], judged.diff.clear[at(judged, 'main')], judged.diff.clear[0]]).toEqual([1, 0, 0])
    expect(judged.diff.compared).toMatchObject({ isJudged: true, unit: 'share' })
    const unjudged = build({})
    expect([unjudged.diff.clear[at(unjudged, 'slow')], unjudged.diff.compared?.isJudged]).toEqual([1, false])
  })
})

function of(weights: Record<string, number>): Profile {
  const builder = new ProfileBuilder({ event: 'cpu-clock', unit: 'samples', periodNs: 1, durationMs: 1, timed: true })
  const thread = builder.addThread(builder.addHost('h', 'web-1'), 1, 1, 'app')
  for (const [name, weight] of Object.entries(weights))
    builder.addSample(builder.addStack(-1, builder.addFrame(name, '', FRAME_KIND.user)), thread, 0, weight)
  return builder.build()
}
