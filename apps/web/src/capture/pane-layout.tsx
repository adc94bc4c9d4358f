'use client'
import { MAX_PANES, type PaneName } from '@sonde/contract'
import { TabPanels } from '@sonde/ui'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { Group, type GroupImperativeHandle, Panel, Separator } from 'react-resizable-panels'
import { useIsNarrow } from './use-is-narrow.ts'

export type PlacedPane = { name: PaneName; title: string; node: ReactNode }

export type PaneLayoutProps = {
  panes: readonly PlacedPane[]
  /** Width of the left pane, height of the upper right one, in percent. */
  split: number
  rows: number
  /** Which pane is open where not all fit; '' for the first of them. */
  open: PaneName | ''
  onSplit: (split: number) => void
  onRows: (rows: number) => void
  onOpen: (name: PaneName) => void
}

const within = (percent: number): number => Math.min(85, Math.max(15, Math.round(percent)))

/**
 * One pane alone, two side by side, three with the second and third one above the other; any further one shares the third's place, in
 * tabs. Where it is narrow two stand one above the other, and more are tabs.
 */
export function PaneLayout({ panes, split, rows, open, onSplit, onRows, onOpen }: PaneLayoutProps) {
  const isNarrow = useIsNarrow()
  const [first, second, ...others] = panes
  const columns = useSplit('left', 'right', split, second !== undefined)
  const lines = useSplit('upper', 'lower', rows, others.length > 0)
  if (!first) return null
  if (isNarrow) {
    if (panes.length >= MAX_PANES) return <PaneTabs panes={panes} open={open} onOpen={onOpen} className="h-[80dvh] min-h-[420px]" />
    return (
      <div className="flex flex-col gap-2.5">
        <div className={second ? 'h-[62dvh] min-h-[360px]' : 'h-[75dvh] min-h-[420px]'}>{first.node}</div>
        {second ? <div className="h-[75dvh] min-h-[360px]">{second.node}</div> : null}
      </div>
    )
  }
  return (
    <Group
      orientation="horizontal"
      className="min-h-[320px] flex-1"
      groupRef={columns}
      defaultLayout={second ? { left: split, right: 100 - split } : { left: 100 }}
      onLayoutChanged={(layout, { isUserInteraction }) => {
        if (isUserInteraction && layout.left !== undefined) onSplit(within(layout.left))
      }}
    >
      <Panel id="left" minSize="15%" className="min-h-0">
        {first.node}
      </Panel>
      {second ? (
        <>
          <Separator
            id="panes-separator"
            aria-label="Width of the panes"
            className="group flex w-2.5 items-center justify-center outline-none focus-visible:outline-2 focus-visible:outline-accent"
          >
            <span
              aria-hidden
              className="h-8 w-1 rounded-full bg-line-strong group-hover:bg-accent group-data-[separator=active]:bg-accent"
            />
          </Separator>
          <Panel id="right" minSize="15%" className="min-h-0">
            <Group
              orientation="vertical"
              className="h-full"
              groupRef={lines}
              defaultLayout={others.length > 0 ? { upper: rows, lower: 100 - rows } : { upper: 100 }}
              onLayoutChanged={(layout, { isUserInteraction }) => {
                if (isUserInteraction && layout.upper !== undefined) onRows(within(layout.upper))
              }}
            >
              <Panel id="upper" minSize="15%" className="min-h-0">
                {second.node}
              </Panel>
              {others.length > 0 ? (
                <>
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
                </>
              ) : null}
            </Group>
          </Panel>
        </>
      ) : null}
    </Group>
  )
}

/** A group whose panels follow the link also after it is there: "back", and a reset of the layout. */
function useSplit(before: string, after: string, percent: number, isSplit: boolean): RefObject<GroupImperativeHandle | null> {
  const group = useRef<GroupImperativeHandle>(null)
  useEffect(() => {
    if (!isSplit || !group.current) return
    const now = group.current.getLayout()
    if (now[before] === undefined || now[after] === undefined || within(now[before]) === percent) return
    group.current.setLayout({ [before]: percent, [after]: 100 - percent })
  }, [before, after, percent, isSplit])
  return group
}

function PaneTabs({ panes, open, onOpen, className }: Pick<PaneLayoutProps, 'panes' | 'open' | 'onOpen'> & { className: string }) {
  return (
    <TabPanels
      label="Results"
      panels={panes.map(({ name, title, node }) => ({ value: name, title, content: node }))}
      open={open}
      onOpen={onOpen}
      className={className}
    />
  )
}
