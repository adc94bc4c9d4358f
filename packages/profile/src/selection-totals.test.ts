import { expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { selectionTotals } from './selection-totals.ts'
import { syntheticProfile } from './synthetic-profile.ts'

it('a selection holds what its call tree adds up to', () => {
  const profile = syntheticProfile({ samples: 2000, hosts: 3, seed: 5 })
  for (const selection of [
    {},
    { window: { fromUs: 3e6, toUs: 11e6 } },
    { process: { hostId: 'host-1', pid: 1010 } },
    { process: { hostId: 'host-1', pid: 1010 }, window: { fromUs: 0, toUs: 20e6 } },
    { process: { hostId: 'nowhere', pid: 1 } },
  ]) {
    const tree = buildCallTree(profile, { ...selection, group: 'merged', order: 'weight' })
    expect(selectionTotals(profile, selection)).toEqual({ weight: tree.total[0], count: tree.count[0] })
  }
})
