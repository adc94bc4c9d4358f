'use client'
import { type CaptureViewState, MAX_PANES, type PaneName } from '@sonde/contract'
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLabel, MenuSeparator, MenuSub } from '@sonde/ui'
import { ChevronDown, Columns2, Maximize2, RotateCcw, X } from 'lucide-react'
import { createContext, type ReactNode, useContext } from 'react'
import { addPane, changePane, closePane, showBeside } from './pane-choice.ts'

export type PaneChoices = {
  /** Panes that this capture has something for. */
  offered: readonly { name: PaneName; title: string }[]
  /** Those that have a place, in order. */
  placed: readonly PaneName[]
  /** The layout is not the one that the capture begins with. */
  isChanged: boolean
  /** `open`: the one to show where they share a place. */
  onPlace: (panes: PaneName[], open: PaneName | '', patch?: Partial<CaptureViewState>) => void
  onReset: () => void
}

const Context = createContext<{ name: PaneName; choices: PaneChoices } | null>(null)

/** What is below it is the pane of this name, and its title a menu of what else could stand there. */
export function PaneMenuProvider({ name, choices, children }: { name: PaneName; choices: PaneChoices; children: ReactNode }) {
  return <Context value={{ name, choices }}>{children}</Context>
}

/**
 * Shows another pane beside the one that asks, together with a change of the view, as one step of the history; null where this capture
 * has nothing for it, or outside of a layout.
 */
export function useShowBeside(to: PaneName): ((patch: Partial<CaptureViewState>) => void) | null {
  const pane = useContext(Context)
  if (!pane?.choices.offered.some((one) => one.name === to)) return null
  const { name, choices } = pane
  return (patch) => choices.onPlace(showBeside(choices.placed, name, to), to, patch)
}

/** The name of the pane that this is in; '' outside of a layout. */
export const usePaneName = (): PaneName | '' => useContext(Context)?.name ?? ''

/** A pane's title: the menu that changes, adds and closes panes. Mere text outside of a layout. */
export function PaneTitle({ title }: { title: string }) {
  const pane = useContext(Context)
  if (!pane) return <h2 className="mr-1 whitespace-nowrap font-semibold">{title}</h2>
  const { name, choices } = pane
  const { offered, placed, isChanged, onPlace, onReset } = choices
  const others = offered.filter((one) => !placed.includes(one.name))
  return (
    <h2 className="mr-1 whitespace-nowrap font-semibold">
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            data-testid={`pane-menu-${name}`}
            className="-ml-1 inline-flex h-7 items-center gap-1 rounded-sm px-1 hover:bg-hover [&_svg]:size-3.5 [&_svg]:text-ink-3"
          >
            {title}
            <span className="sr-only">, choose panes</span>
            <ChevronDown aria-hidden className="print:hidden" />
          </button>
        }
      >
        <MenuLabel>Show here</MenuLabel>
        <MenuChoices
          value={name}
          onChoose={(to) => {
            const found = offered.find((one) => one.name === to)
            if (found && found.name !== name) onPlace(changePane(placed, name, found.name), found.name)
          }}
        >
          {offered.map((one) => (
            <MenuChoice key={one.name} value={one.name} note={placed.includes(one.name) && one.name !== name ? 'swap' : undefined}>
              {one.title}
            </MenuChoice>
          ))}
        </MenuChoices>
        <MenuSeparator />
        <MenuSub
          label={
            <>
              <Columns2 aria-hidden /> Add a pane beside it
            </>
          }
          disabled={others.length === 0 || placed.length >= MAX_PANES}
        >
          {others.map((one) => (
            <MenuItem key={one.name} onSelect={() => onPlace(addPane(placed, name, one.name), one.name)}>
              {one.title}
            </MenuItem>
          ))}
        </MenuSub>
        <MenuItem onSelect={() => onPlace([name], '')} disabled={placed.length === 1}>
          <Maximize2 aria-hidden /> Show only this pane
        </MenuItem>
        <MenuItem onSelect={() => onPlace(closePane(placed, name), '')} disabled={placed.length === 1}>
          <X aria-hidden /> Close this pane
        </MenuItem>
        <MenuItem onSelect={onReset} disabled={!isChanged}>
          <RotateCcw aria-hidden /> Reset the layout
        </MenuItem>
      </Menu>
    </h2>
  )
}
