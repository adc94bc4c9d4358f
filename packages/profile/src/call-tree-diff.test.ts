import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import type { CallTree } from './call-tree.ts'
import { buildDiffTree, type DiffTree } from './call-tree-diff.ts'
import { functionDifferences } from './function-diff.ts'
import { functionTable } from './function-table.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { syntheticProfile } from './synthetic-profile.ts'
import { randomSamples } from './testing/random-samples.ts'

const pathsOf = (tree: CallTree): string[] => {
  const paths: string[] = []
  for (let node = 0; node < tree.length; node++) {
    const step = `${tree.labels[tree.label[node] ?? 0]}|${tree.modules[tree.module[node] ?? 0]}|${tree.kind[node]}`
    paths.push(node === 0 ? step : `${paths[tree.parent[node] ?? 0]}>${step}`)
  }
  return paths
}

/** Totals by path of a plain tree of some hosts. */
function plain(profile: Profile, hostIds: string[], options: { invert?: boolean; window?: { fromUs: number; toUs: number } }) {
  const sums = new Map<string, { weight: number; count: number }>()
  for (const hostId of hostIds) {
    const tree = buildCallTree(profile, { group: 'merged', order: 'weight', hostId, ...options })
    pathsOf(tree).forEach((path, node) => {
      const known = sums.get(path) ?? { weight: 0, count: 0 }
      sums.set(path, { weight: known.weight + (tree.total[node] ?? 0), count: known.count + (tree.count[node] ?? 0) })
    })
  }
  return sums
}

describe('a call tree of one host against the rest', () => {
  const profiles = [
    {
      name: 'samples',
      profile: syntheticProfile({ samples: 3_000, nodes: 900, hosts: 4, seed: 9 }),
    },
    { name: 'ns', profile: randomSamples(4, { unit: 'ns', hosts: 3 }).profile },
  ]
  for (const { name, profile } of profiles) {
    const ids = profile.hosts.id
    it.each([{}, { invert: true }, { window: { fromUs: 100, toUs: 20_000_000 } }])(
      `has the totals of both sides (${name}): %o`,
      (options) => {
        for (const hostId of ids) {
          const tree = buildDiffTree(profile, { hostId, ...options })
          const here = plain(profile, [hostId], options)
          const rest = plain(
            profile,
            ids.filter((id) => id !== hostId),
            options,
          )
          const paths = pathsOf(tree)
          expect(new Set(paths)).toEqual(new Set([...here.keys(), ...rest.keys()]))
          const [allHere, allRest] = [here.get(paths[0] ?? '')?.weight ?? 0, rest.get(paths[0] ?? '')?.weight ?? 0]
          paths.forEach((path, node) => {
            expect([tree.diff.here[node], tree.diff.hereCount[node]]).toEqual([here.get(path)?.weight ?? 0, here.get(path)?.count ?? 0])
            expect([tree.diff.rest[node], tree.diff.restCount[node]]).toEqual([rest.get(path)?.weight ?? 0, rest.get(path)?.count ?? 0])
            const shares = [(tree.diff.here[node] ?? 0) / allHere, (tree.diff.rest[node] ?? 0) / allRest]
            expect(tree.total[node]).toBeCloseTo((shares[0] ?? 0) + (shares[1] ?? 0), 9)
            expect(tree.diff.change[node]).toBeCloseTo((shares[0] ?? 0) - (shares[1] ?? 0), 6)
            expect(tree.count[node]).toBe((tree.diff.hereCount[node] ?? 0) + (tree.diff.restCount[node] ?? 0))
          })
          expect(tree.total[0]).toBeCloseTo(2, 9)
        }
      },
    )
  }

  it('calls clear what is, and nothing that chance may have made', () => {
    const tree = buildDiffTree(twoHosts({ here: { a: 500, b: 480, odd: 20 }, rest: { a: 5_100, b: 4_900, odd: 0 } }), { hostId: 'here' })
    const clear = (label: string) => tree.diff.clear[nodeOf(tree, label)] === 1
    expect([clear('odd'), clear('a'), clear('b')]).toEqual([true, false, false])
    // The root is everything on both sides.
    expect([tree.diff.clear[0], tree.diff.change[0]]).toEqual([0, 0])
    expect(tree.diff.restHosts).toBe(1)
    const few = buildDiffTree(twoHosts({ here: { a: 9, odd: 1 }, rest: { a: 5_100 } }), { hostId: 'here' })
    expect(few.diff.clear[nodeOf(few, 'odd')]).toBe(0)
  })

  it('holds what only the rest does, and survives a side without samples', () => {
    const tree = buildDiffTree(twoHosts({ here: { a: 100 }, rest: { a: 50, gone: 50 } }), { hostId: 'here' })
    expect(tree.diff.change[nodeOf(tree, 'gone')]).toBeCloseTo(-0.5, 6)
    expect(tree.total[nodeOf(tree, 'gone')]).toBeCloseTo(0.5, 9)
    const none = buildDiffTree(twoHosts({ here: { a: 100 }, rest: { a: 50 } }), { hostId: 'nobody' })
    expect([...none.diff.here]).toEqual([0, 0])
    expect([...none.diff.clear]).toEqual([0, 0])
    expect(none.total[0]).toBeCloseTo(1, 9)
  })
})

describe('the functions that differ the most', () => {
  it('are those of the plain tables, largest first', () => {
    const profile = syntheticProfile({ samples: 4_000, nodes: 700, hosts: 3, seed: 5 })
    const list = functionDifferences(profile, { hostId: 'host-1' }, 10_000)
    const all = functionTable(profile)
    const own = functionTable(profile, { hostId: 'host-1' })
    const changes = list.map(({ change }) => Math.abs(change))
    expect(changes).toEqual([...changes].sort((a, b) => b - a))
    // Shares of self add up to 1 on each side (every sample of this profile has a frame), so their changes cancel out.
    const sum = list.filter(({ by }) => by === 'self').reduce((total, { change }) => total + change, 0)
    expect(sum).toBeCloseTo(0, 9)
    for (const { here, rest } of list) {
      expect([here.allWeight, rest.allWeight]).toEqual([own.all.weight, all.all.weight - own.all.weight])
      expect(here.weight + rest.weight).toBeGreaterThan(0)
    }
    expect(functionDifferences(profile, { hostId: 'host-1' }, 5)).toEqual(list.slice(0, 5))
  })

  it('say which side has more, in samples of each', () => {
    const profile = twoHosts({ here: { a: 600, odd: 400 }, rest: { a: 9_000, b: 1_000 } })
    const [first, ...others] = functionDifferences(profile, { hostId: 'here' }, 100).filter(({ by }) => by === 'self')
    expect(first).toMatchObject({ name: 'odd', clear: true, here: { weight: 400, allCount: 1_000 }, rest: { weight: 0, allCount: 10_000 } })
    expect(first?.change).toBeCloseTo(0.4, 9)
    expect(others.map(({ name, change }) => [name, Math.round(change * 100)])).toEqual([
      ['a', -30],
      ['b', -10],
    ])
  })
})

function nodeOf(tree: DiffTree, label: string): number {
  return Array.from(tree.label).findIndex((index) => tree.labels[index] === label)
}

function twoHosts(sides: Record<'here' | 'rest', Record<string, number>>): Profile {
  const builder = new ProfileBuilder({ event: 'cpu-clock', unit: 'samples', periodNs: 1, startMs: 0, durationMs: 1, timed: true })
  for (const [host, weights] of Object.entries(sides)) {
    const thread = builder.addThread(builder.addHost(host, host), 1, 1, 'app')
    for (const [name, weight] of Object.entries(weights))
      if (weight > 0) builder.addSample(builder.addStack(-1, builder.addFrame(name, '', FRAME_KIND.user)), thread, 0, weight)
  }
  return builder.build()
}
