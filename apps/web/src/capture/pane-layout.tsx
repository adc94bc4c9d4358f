'use client'
import type { ChunkKind } from '@sonde/contract'
import { TabPanels } from '@sonde/ui'
import type { ReactNode } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { useIsNarrow } from './use-is-narrow.ts'

export type PaneOfCapture = { kind: ChunkKind; title: string; node: ReactNode }

export type PaneLayoutProps = {
  panes: readonly PaneOfCapture[]
  /** Width of the left pane, height of the upper right one, in percent. */
  split: number
  rows: number
  /** Which result is open where not all fit; '' for the first of them. */
  open: ChunkKind | ''
  onSplit: (split: number) => void
  onRows: (rows: number) => void
  onOpen: (kind: ChunkKind) => void
}

const within = (percent: number): number => Math.min(85, Math.max(15, Math.round(percent)))

/**
 * One result alone, two side by side, three with the second and third one above the other; any further one shares the third's place, in
 * tabs. Where it is narrow two stand one above the other, and more are tabs.
 */
export function PaneLayout({ panes, split, rows, open, onSplit, onRows, onOpen }: PaneLayoutProps) {
  const isNarrow = useIsNarrow()
  const [first, second, ...others] = panes
  if (!first) return null
  if (!second) return <div className="min-h-[420px] flex-1 max-[899px]:h-[75dvh] max-[899px]:flex-none">{first.node}</div>
  if (isNarrow) {
    if (others.length > 0) return <PaneTabs panes={panes} open={open} onOpen={onOpen} className="h-[80dvh] min-h-[420px]" />
    return (
      <div className="flex flex-col gap-2.5">
        <div className="h-[62dvh] min-h-[360px]">{first.node}</div>
        <div className="h-[75dvh] min-h-[360px]">{second.node}</div>
      </div>
    )
  }
  return (
    <Group
      orientation="horizontal"
      className="min-h-[320px] flex-1"
      defaultLayout={{ left: split, right: 100 - split }}
      onLayoutChanged={(layout, { isUserInteraction }) => {
        if (isUserInteraction && layout.left !== undefined) onSplit(within(layout.left))
      }}
    >
      <Panel id="left" minSize="15%" className="min-h-0">
        {first.node}
      </Panel>
      <Separator
        id="panes-separator"
        aria-label="Width of the panes"
        className="group flex w-2.5 items-center justify-center outline-none focus-visible:outline-2 focus-visible:outline-accent"
      >
        <span aria-hidden className="h-8 w-1 rounded-full bg-line-strong group-hover:bg-accent group-data-[separator=active]:bg-accent" />
      </Separator>
      <Panel id="right" minSize="15%" className="min-h-0">
        {others.length === 0 ? (
          second.node
        ) : (
          <Group
            orientation="vertical"
            className="h-full"
            defaultLayout={{ upper: rows, lower: 100 - rows }}
            onLayoutChanged={(layout, { isUserInteraction }) => {
              if (isUserInteraction && layout.upper !== undefined) onRows(within(layout.upper))
            }}
          >
            <Panel id="upper" minSize="15%" className="min-h-0">
              {second.node}
            </Panel>
            <Separator
              id="rows-separator"
              aria-label="Height of the panes"
              className="group flex h-2.5 items-center justify-center outline-none focus-visible:outline-2 focus-visible:outline-accent"
            >
              <span
                aria-hidden
                className="h-1 w-8 rounded-full bg-line-strong group-hover:bg-accent group-data-[separator=active]:bg-accent"
              />
            </Separator>
            <Panel id="lower" minSize="15%" className="min-h-0">
              {others.length === 1 ? others[0]?.node : <PaneTabs panes={others} open={open} onOpen={onOpen} className="h-full" />}
            </Panel>
          </Group>
        )}
      </Panel>
    </Group>
  )
}

function PaneTabs({ panes, open, onOpen, className }: Pick<PaneLayoutProps, 'panes' | 'open' | 'onOpen'> & { className: string }) {
  return (
    <TabPanels
      label="Results"
      panels={panes.map(({ kind, title, node }) => ({ value: kind, title, content: node }))}
      open={open}
      onOpen={onOpen}
      className={className}
    />
  )
}
