'use client'
import type { CaptureViewState } from '@sonde/contract'
import type { ColorBy } from '@sonde/flamegraph/react'
import type { CallTree } from '@sonde/profile'
import { Select } from '@sonde/ui'
import type { UpdateView } from './use-view-state.ts'

const COLORS = [
  { value: 'kind', label: 'colour: kind' },
  { value: 'module', label: 'colour: library' },
  { value: 'self', label: 'colour: self' },
] as const

/** What colours say: of a comparison always what differs, else what the view asks for. */
export const flameColor = (view: Pick<CaptureViewState, 'color'>, tree: Pick<CallTree, 'diff'> | undefined): ColorBy =>
  tree?.diff ? 'diff' : view.color

export function FlameColorSelect({
  view,
  update,
  tree,
}: {
  view: Pick<CaptureViewState, 'color'>
  update: UpdateView
  tree: CallTree | undefined
}) {
  const isCompared = tree?.diff !== undefined
  return (
    <div className="w-30">
      <Select
        aria-label="Colour of frames"
        value={flameColor(view, tree)}
        disabled={isCompared}
        title={isCompared ? 'A comparison is coloured by what differs.' : undefined}
        onChange={(event) => {
          const next = COLORS.find((color) => color.value === event.target.value)
          if (next) update({ color: next.value }, 'replace')
        }}
      >
        {isCompared ? <option value="diff">colour: change</option> : null}
        {COLORS.map((color) => (
          <option key={color.value} value={color.value}>
            {color.label}
          </option>
        ))}
      </Select>
    </div>
  )
}
