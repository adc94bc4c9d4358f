import { type CaptureViewState, FLAME_GROUPINGS } from '@sonde/contract'

type Group = CaptureViewState['group']
type Order = CaptureViewState['order']

/** How a tree is made of the stacks, as it comes out where the view asks for what cannot be. */
export type FlameArrangement = {
  group: Group
  order: Order
  /** Groups that can be chosen. */
  groups: readonly Group[]
  /** Why the order of time cannot be chosen; '' where it can. */
  noTime: string
}

/** Where two sides are compared, only what may be the same on both has rows. */
const COMPARABLE: readonly Group[] = ['cgroup', 'module', 'merged']

/** `isCompared`: the tree is of one host against the rest. */
export function flameArrangement(
  { group, order }: Pick<CaptureViewState, 'group' | 'order'>,
  { isTimed, isCompared }: { isTimed: boolean; isCompared: boolean },
): FlameArrangement {
  if (isCompared)
    return {
      group: COMPARABLE.includes(group) ? group : 'merged',
      order: order === 'time' ? 'weight' : order,
      groups: COMPARABLE,
      noTime: 'not in a comparison',
    }
  if (order === 'time' && isTimed) return { group: 'thread', order, groups: ['thread'], noTime: '' }
  return {
    group,
    order: order === 'time' ? 'weight' : order,
    groups: FLAME_GROUPINGS,
    noTime: isTimed ? '' : 'samples have no times',
  }
}
