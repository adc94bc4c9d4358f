'use client'
import { type CaptureView, type CaptureViewState, formatPanes, MAX_PANES, type PaneName, parsePanes } from '@sonde/contract'
import { SkeletonRows } from '@sonde/ui'
import { type RefObject, Suspense, useMemo } from 'react'
import { captureSpanMs, gridEndMs } from './capture-time.ts'
import { placedPanes, shownPanes } from './pane-choice.ts'
import { PaneLayout, type PlacedPane } from './pane-layout.tsx'
import { type PaneChoices, PaneMenuProvider } from './pane-menu.tsx'
import { type OfferedPane, panesOf } from './reading-panes.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import type { UpdateView } from './use-view-state.ts'

export type CaptureReadingProps = {
  capture: CaptureView
  results: CaptureResults
  view: CaptureViewState
  update: UpdateView
  /** The text box of the first pane that is searched, and of the first that is filtered: where the keys `/` and `f` lead. */
  searchRef: RefObject<HTMLInputElement | null>
  filterRef: RefObject<HTMLInputElement | null>
}

const DEFAULT_SPLITS = { split: 50, rows: 50 } as const

/** What a capture recorded, in the panes that the link names. */
export function CaptureReading({ capture, results, view, update, searchRef, filterRef }: CaptureReadingProps) {
  const grids = [results.latency, results.counts, results.events, results.counters].map((result) => result.data?.grid)
  // One axis for all panes; a slice may end a little after the duration.
  const domainMs = Math.max(captureSpanMs(capture), ...grids.map(gridEndMs))
  const { offered, recorded } = panesOf(capture)
  const titled = offered.map((pane) => ({ name: pane.name, title: pane.title(capture) }))
  const shown = shownPanes(
    useMemo(() => parsePanes(view.panes), [view.panes]),
    { offered: offered.map((pane) => pane.name), recorded },
  )
  const panes = shown.flatMap((name) => offered.filter((pane) => pane.name === name))
  const first = { search: panes.find((pane) => pane.finder === 'search'), filter: panes.find((pane) => pane.finder === 'filter') }
  const finderRef = (pane: OfferedPane) =>
    pane.finder === null || first[pane.finder] !== pane ? null : pane.finder === 'search' ? searchRef : filterRef

  // Where there is only room for one, the one that was just chosen is the one to see.
  const place = (names: readonly PaneName[], open: PaneName | '', patch: Partial<CaptureViewState> = {}) =>
    update({ ...patch, panes: formatPanes(names), pane: names.length >= MAX_PANES ? open : '' }, 'push')
  const choices: PaneChoices = {
    offered: titled,
    placed: placedPanes(shown, view.pane),
    isChanged: view.panes !== '' || view.split !== DEFAULT_SPLITS.split || view.rows !== DEFAULT_SPLITS.rows,
    onPlace: place,
    onReset: () => update({ panes: '', pane: '', ...DEFAULT_SPLITS }, 'push'),
  }
  return (
    <PaneLayout
      panes={panes.map((pane): PlacedPane => {
        const title = pane.title(capture)
        const props = { capture, results, view, update, domainMs, finderRef: finderRef(pane) }
        return {
          name: pane.name,
          title,
          node: (
            <PaneMenuProvider key={pane.name} name={pane.name} choices={choices}>
              <Suspense fallback={<SkeletonRows label={`Loading ${title}`} rows={6} />}>{pane.render(props)}</Suspense>
            </PaneMenuProvider>
          ),
        }
      })}
      split={view.split}
      rows={view.rows}
      open={view.pane}
      onSplit={(split) => update({ split }, 'replace')}
      onRows={(rows) => update({ rows }, 'replace')}
      onOpen={(pane) => update({ pane }, 'replace')}
    />
  )
}
