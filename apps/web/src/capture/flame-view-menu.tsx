'use client'
import { type CaptureViewState, FLAME_GROUPINGS, FLAME_ORDERS } from '@sonde/contract'
import { Button, Menu, MenuCheck, MenuChoice, MenuChoices, MenuLabel, MenuSeparator } from '@sonde/ui'
import { ChevronDown } from 'lucide-react'
import { flameArrangement } from './flame-arrangement.ts'
import type { UpdateView } from './use-view-state.ts'

const GROUPS = {
  host: 'by host',
  process: 'by process',
  thread: 'by thread',
  cgroup: 'by cgroup',
  module: 'by library',
  merged: 'merged',
} as const satisfies Record<CaptureViewState['group'], string>

const GROUP_NOTES: Partial<Record<CaptureViewState['group'], string>> = {
  cgroup: 'service or container',
  module: 'where samples end',
  merged: 'no rows above functions',
}

const ORDERS = { weight: 'by weight', name: 'by name', time: 'by time' } as const satisfies Record<CaptureViewState['order'], string>

/** How the tree is made: rows above the functions, order of neighbours, which end of the stacks is on top. */
export function FlameViewMenu({
  isTimed,
  isCompared,
  view,
  update,
}: {
  isTimed: boolean
  isCompared: boolean
  view: CaptureViewState
  update: UpdateView
}) {
  const { group, order, groups, noTime } = flameArrangement(view, { isTimed, isCompared })
  const words = [GROUPS[group], ...(order === 'weight' ? [] : [ORDERS[order]]), ...(view.invert ? ['inverted'] : [])]
  return (
    <Menu
      trigger={
        <Button aria-label={`Arrange frames: ${words.join(', ')}`} data-testid="flame-view-menu" className="max-w-56 font-normal">
          <span className="truncate">{words.join(', ')}</span>
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      <MenuLabel>Rows above functions</MenuLabel>
      <MenuChoices value={group} onChoose={(value) => choose(FLAME_GROUPINGS, value, (chosen) => update({ group: chosen }, 'push'))}>
        {FLAME_GROUPINGS.map((one) => (
          <MenuChoice key={one} value={one} note={GROUP_NOTES[one]} disabled={!groups.includes(one)}>
            {GROUPS[one]}
          </MenuChoice>
        ))}
      </MenuChoices>
      <MenuSeparator />
      <MenuLabel>Order</MenuLabel>
      <MenuChoices value={order} onChoose={(value) => choose(FLAME_ORDERS, value, (chosen) => update({ order: chosen }, 'push'))}>
        {FLAME_ORDERS.map((one) => (
          <MenuChoice
            key={one}
            value={one}
            disabled={one === 'time' && noTime !== ''}
            note={one === 'time' ? noTime || 'flame chart, by thread' : undefined}
          >
            {ORDERS[one]}
          </MenuChoice>
        ))}
      </MenuChoices>
      <MenuSeparator />
      <MenuCheck isChecked={view.invert} onChange={(invert) => update({ invert }, 'push')} note="callees on top">
        inverted
      </MenuCheck>
    </Menu>
  )
}

function choose<T extends string>(from: readonly T[], value: string, then: (chosen: T) => void): void {
  const chosen = from.find((one) => one === value)
  if (chosen !== undefined) then(chosen)
}
