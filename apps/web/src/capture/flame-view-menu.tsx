'use client'
import { type CaptureViewState, FLAME_GROUPINGS, FLAME_ORDERS } from '@sonde/contract'
import { Button, Menu, MenuCheck, MenuChoice, MenuChoices, MenuLabel, MenuSeparator } from '@sonde/ui'
import { ChevronDown } from 'lucide-react'
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
export function FlameViewMenu({ isTimed, view, update }: { isTimed: boolean; view: CaptureViewState; update: UpdateView }) {
  const isChart = view.order === 'time' && isTimed
  const words = [
    isChart ? GROUPS.thread : GROUPS[view.group],
    ...(isChart ? [ORDERS.time] : view.order === 'name' ? [ORDERS.name] : []),
    ...(view.invert ? ['inverted'] : []),
  ]
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
      <MenuChoices
        value={isChart ? 'thread' : view.group}
        onChoose={(value) => choose(FLAME_GROUPINGS, value, (group) => update({ group }, 'push'))}
      >
        {FLAME_GROUPINGS.map((group) => (
          <MenuChoice key={group} value={group} note={GROUP_NOTES[group]} disabled={isChart}>
            {GROUPS[group]}
          </MenuChoice>
        ))}
      </MenuChoices>
      <MenuSeparator />
      <MenuLabel>Order</MenuLabel>
      <MenuChoices
        value={isChart || view.order !== 'time' ? view.order : 'weight'}
        onChoose={(value) => choose(FLAME_ORDERS, value, (order) => update({ order }, 'push'))}
      >
        {FLAME_ORDERS.map((order) => (
          <MenuChoice
            key={order}
            value={order}
            disabled={order === 'time' && !isTimed}
            note={order === 'time' ? (isTimed ? 'flame chart, by thread' : 'samples have no times') : undefined}
          >
            {ORDERS[order]}
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
