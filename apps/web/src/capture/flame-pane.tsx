'use client'
import { type CaptureView, type CaptureViewState, parseTransforms } from '@sonde/contract'
import {
  FlameGraph,
  FlameGraphBreadcrumbs,
  type FlameGraphHandle,
  FlameGraphLegend,
  type LoadedProfile,
  useFlameModel,
} from '@sonde/flamegraph/react'
import { GROUP_KIND } from '@sonde/profile'
import { Button, cx, formatPlural, formatShare, Notice, Segmented, Skeleton } from '@sonde/ui'
import { ArrowDownFromLine, ArrowUpFromLine, ChevronDown, ChevronUp, RotateCcw } from 'lucide-react'
import { type RefObject, useMemo, useRef } from 'react'
import { useFrameNotes } from '../notes/use-frame-notes.ts'
import { isRefusal } from '../trpc/errors.ts'
import { DownloadMenu } from './download-menu.tsx'
import { FlameColorSelect, flameColor } from './flame-colors.tsx'
import { FlameTotal } from './flame-total.tsx'
import { transformActions } from './flame-transforms.ts'
import { FlameViewMenu } from './flame-view-menu.tsx'
import { type FlameKind, flameWords } from './flame-words.ts'
import { functionSource } from './function-source.ts'
import { NameSearch } from './name-search.tsx'
import { NoSamplesSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import { processOfThread } from './process-selection.ts'
import { TransformBar } from './transform-bar.tsx'
import { DroppedByTransforms, NothingLeft } from './transform-losses.tsx'
import { UntimedNote } from './untimed-note.tsx'
import type { Result } from './use-result.ts'
import { useSampleSelection } from './use-sample-selection.ts'
import { useSandwichAction } from './use-sandwich-action.ts'
import { useSelectedFunction } from './use-selected-function.ts'
import type { UpdateView } from './use-view-state.ts'
import { useZoomNodes } from './use-zoom-nodes.ts'
import { Waiting } from './waiting.tsx'

const LAYOUTS = [
  { value: 'icicle', name: 'Icicle: from the top down', label: <ArrowDownFromLine aria-hidden /> },
  { value: 'flame', name: 'Flame: from the bottom up', label: <ArrowUpFromLine aria-hidden /> },
] as const
export type FlamePaneProps = {
  capture: CaptureView
  kind: FlameKind
  profile: Result<LoadedProfile>
  view: CaptureViewState
  update: UpdateView
  searchRef: RefObject<HTMLInputElement | null> | null
}

/** Which part of the view is this graph's zoom: two of them may stand side by side. */
const ZOOM_FIELD = { profile: 'zoom', offcpu: 'waitZoom' } as const

export function FlamePane({ capture, kind, profile: result, view, update, searchRef }: FlamePaneProps) {
  const profile = result.data
  const words = flameWords(capture.spec, kind)
  const zoom = view[ZOOM_FIELD[kind]]
  const zoomPatch = (key: string) => ({ [ZOOM_FIELD[kind]]: key })
  const ownSearch = useRef<HTMLInputElement>(null)
  const searchBox = searchRef ?? ownSearch
  const graph = useRef<FlameGraphHandle>(null)
  const selection = useSampleSelection(profile, view)
  const { transforms } = useMemo(() => parseTransforms(view.transforms), [view.transforms])
  const question = {
    group: view.group,
    order: view.order,
    invert: view.invert,
    transforms,
    ...selection,
    against: view.against === 'rest' ? 'rest' : undefined,
  } as const
  const shown = useFlameModel(profile, question, { text: view.search, regex: view.regex })
  const { model, found } = shown
  const tree = model?.tree
  const zoomNodes = useZoomNodes(tree)
  const zoomNode = zoomNodes.nodeOf(zoom)
  const samples = tree?.total[0] ?? 0
  const applied = transforms.length > 0 ? model?.applied : undefined

  const zoomTo = (node: number, cause: 'jump' | 'drift') => {
    if (!tree || !profile) return
    const row = tree.thread[node] ?? -1
    const from = Math.max(0, zoomNode)
    const isWayOut = from >= node && from < (tree.subtreeEnd[node] ?? 0) && from !== 0
    // A click on a process row selects the process; passing through it on the way out does not.
    if (cause === 'jump' && tree.kind[node] === GROUP_KIND.process && row >= 0 && !isWayOut && view.process === '') {
      const key = processOfThread(profile, row)
      if (key) return update({ process: key, zoom: '', waitZoom: '' }, 'push')
    }
    update(zoomPatch(zoomNodes.keyOf(node)), cause === 'jump' ? 'push' : 'replace')
  }
  const marked = useSelectedFunction({ profile, selection, transforms, view, isAsked: functionSource(capture, view) === kind })
  const notes = useFrameNotes({ kind, profile, tree, view, update, zoomField: ZOOM_FIELD[kind], zoomNodes, isStale: shown.isStale })
  const actions = [...notes.actions, ...useSandwichAction(kind), ...transformActions(view, (patch) => update(patch, 'push'))]
  const selectProcess = (threadRow: number) => {
    const key = profile ? processOfThread(profile, threadRow) : null
    if (key) update({ process: key, zoom: '', waitZoom: '' }, 'push')
  }

  const tools = (
    <>
      <NameSearch
        ref={searchBox}
        className="min-w-36 flex-1 basis-full @min-[560px]:basis-0"
        label={kind === 'offcpu' ? 'Search the off-CPU flame graph' : 'Search the flame graph'}
        view={view}
        update={update}
        isUnusable={found.error !== ''}
        onKeyDown={(event, isEmpty) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            if (event.shiftKey) graph.current?.previousMatch()
            else graph.current?.nextMatch()
          } else if (event.key === 'Escape' && isEmpty) {
            event.currentTarget.blur()
            graph.current?.focus()
          }
        }}
      />
      {view.search !== '' && shown.matches ? (
        <span
          role="status"
          data-testid="flame-matches"
          className={cx('inline-flex items-center gap-1 whitespace-nowrap text-sm', found.error ? 'text-bad' : 'text-ink-2')}
        >
          {found.error ? (
            <span className="max-w-64 truncate" title={found.error}>
              {found.error}
            </span>
          ) : (
            <>
              {formatShare(found.matchedShare)}
              <span className="hidden @min-[760px]:inline">in {formatPlural(found.matchedFrames, 'frame')}</span>
              {found.matchedFrames > 0 ? (
                <>
                  <Button size="sm" variant="ghost" icon aria-label="Previous match" onClick={() => graph.current?.previousMatch()}>
                    <ChevronUp />
                  </Button>
                  <Button size="sm" variant="ghost" icon aria-label="Next match" onClick={() => graph.current?.nextMatch()}>
                    <ChevronDown />
                  </Button>
                </>
              ) : null}
            </>
          )}
        </span>
      ) : null}
      <Segmented label="Layout" value={view.layout} onChange={(layout) => update({ layout }, 'replace')} options={LAYOUTS} />
      <FlameViewMenu isTimed={profile?.meta.timed ?? true} isCompared={tree?.diff !== undefined} view={view} update={update} />
      <FlameColorSelect view={view} update={update} tree={tree} />
      {zoom === '' ? null : (
        <Button icon aria-label="Reset the zoom" title="Reset the zoom (0)" onClick={() => update(zoomPatch(''), 'push')}>
          <RotateCcw />
        </Button>
      )}
      {model && profile && samples > 0 ? (
        <DownloadMenu
          {...{ capture, kind, words, profile, selection, model, view, zoomNode }}
          matches={shown.matches}
          transforms={transforms.length}
        />
      ) : null}
    </>
  )

  return (
    <Pane
      testId={kind === 'offcpu' ? 'offcpu-pane' : 'flame-pane'}
      title={words.title}
      tools={tools}
      foot={
        tree && profile && samples > 0 && !shown.error ? (
          <>
            <FlameTotal profile={profile} tree={tree} words={words} />
            <DroppedByTransforms applied={applied} unit={profile.meta.unit} />
            <UntimedNote profile={profile} view={view} />
            {tree.isTimed ? <span>In order of time; time without {words.what} takes no room.</span> : null}
            <span className="flex-1" />
            <FlameGraphLegend tree={tree} colorBy={flameColor(view, tree)} />
          </>
        ) : undefined
      }
    >
      <TransformBar applied={applied} view={view} update={update} />
      {result.error && !profile ? (
        <div className="p-3">
          <Notice tone="bad" title="The flame graph could not be loaded">
            {result.error instanceof Error ? result.error.message : null}
            {isRefusal(result.error) ? null : ' It is asked for again every few seconds.'}
          </Notice>
        </div>
      ) : shown.error ? (
        <div className="p-3">
          <Notice tone="bad" title="The flame graph could not be made">
            {shown.error instanceof Error ? shown.error.message : null}
          </Notice>
        </div>
      ) : result.isLoading || shown.isLoading ? (
        <div className="flex flex-col gap-0.5 p-2" role="status" aria-label="Loading the flame graph">
          {[100, 92, 71, 64, 40, 22].map((width) => (
            <Skeleton key={width} className="h-4" />
          ))}
        </div>
      ) : !model || !tree || !profile || profile.sampleRows === 0 ? (
        <Waiting capture={capture} what={words.what} idle={words.idle} />
      ) : samples === 0 && applied && applied.selected.weight > 0 ? (
        <NothingLeft applied={applied} unit={profile.meta.unit} onRemoveAll={() => update({ transforms: '', undone: '' }, 'push')} />
      ) : samples === 0 ? (
        <NoSamplesSelected what={words.what} text={words.nothingOf} selection={selection} view={view} update={update} />
      ) : (
        <>
          {zoomNode > 0 ? (
            <FlameGraphBreadcrumbs
              tree={tree}
              zoomNode={zoomNode}
              onZoom={(node) => zoomTo(node, 'jump')}
              className="shrink-0 border-line border-b px-1.5 py-0.5"
            />
          ) : zoomNode < 0 && !shown.isStale ? (
            <p className="shrink-0 border-line border-b px-2 py-1 text-ink-2 text-sm">
              The frame that this link zooms to is not in this selection.{' '}
              <button type="button" className="text-accent underline" onClick={() => update(zoomPatch(''), 'replace')}>
                Show all
              </button>
            </p>
          ) : null}
          <div className="min-h-0 flex-1">
            <FlameGraph
              ref={graph}
              model={model}
              matches={shown.matches}
              periodNs={profile.meta.periodNs}
              unit={profile.meta.unit}
              events={words.events}
              layout={view.layout}
              colorBy={flameColor(view, tree)}
              zoomNode={zoomNode}
              onZoom={zoomTo}
              onSelectProcess={selectProcess}
              onOpenSearch={() => searchBox.current?.focus()}
              actions={actions}
              marked={marked}
              noted={notes.noted}
              onNotes={notes.onNotes}
              facts={notes.facts}
              onFindName={(name) => update({ search: name.slice(0, 200), regex: false }, 'replace')}
              ariaLabel={kind === 'offcpu' ? 'Off-CPU flame graph' : 'Flame graph'}
            />
          </div>
        </>
      )}
    </Pane>
  )
}
