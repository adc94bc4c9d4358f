import { FLAME_GROUPINGS, FLAME_ORDERS } from '@sonde/contract'
import { buildCallTree, buildDiffTree, GROUP_KIND, mergeProfiles, type Profile, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { flameArrangement } from './flame-arrangement.ts'

const KINDS = {
  host: GROUP_KIND.host,
  process: GROUP_KIND.process,
  thread: GROUP_KIND.thread,
  cgroup: GROUP_KIND.cgroup,
  module: GROUP_KIND.module,
}

/** The innermost rows above the functions, as the tree has them. */
function groupOf(kinds: ArrayLike<number>): string {
  const present = new Set(Array.from(kinds))
  const [group = 'merged'] = (['thread', 'process', 'host', 'cgroup', 'module'] as const).filter((name) => present.has(KINDS[name]))
  return group
}

const timed = mergeProfiles([syntheticProfile({ samples: 200, nodes: 100, hosts: 2, seed: 3 })])
const untimed: Profile = { ...timed, meta: { ...timed.meta, timed: false } }

describe('flameArrangement', () => {
  it.each(FLAME_GROUPINGS.flatMap((group) => FLAME_ORDERS.map((order) => ({ group, order }))))(
    'says how the tree comes out: %o',
    (view) => {
      for (const profile of [timed, untimed]) {
        const isTimed = profile.meta.timed
        const tree = buildCallTree(profile, view)
        const said = flameArrangement(view, { isTimed, isCompared: false })
        expect(groupOf(tree.kind)).toBe(said.group)
        expect(tree.isTimed ?? false).toBe(said.order === 'time')
        const diff = buildDiffTree(profile, { ...view, hostId: 'host-1' })
        const compared = flameArrangement(view, { isTimed, isCompared: true })
        expect(groupOf(diff.kind)).toBe(compared.group)
        expect(diff.isTimed ?? false).toBe(compared.order === 'time')
        for (const { group, groups } of [said, compared]) expect(groups).toContain(group)
      }
    },
  )
})
