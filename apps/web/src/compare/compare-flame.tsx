'use client'
import type { CompareView, Verdict } from '@sonde/contract'
import type { Answered, FlameGraphHandle, LoadedProfile } from '@sonde/flamegraph/react'
import { Button, HostText, Notice, Segmented } from '@sonde/ui'
import { ArrowDownFromLine, ArrowUpFromLine, RotateCcw } from 'lucide-react'
import { type RefObject, useRef } from 'react'
import { NameSearch } from '../capture/name-search.tsx'
import { errorText } from '../trpc/errors.ts'
import { DiffGraph } from './diff-graph.tsx'
import { Loading } from './graph-parts.tsx'
import { SideGraph } from './side-graph.tsx'
import type { UpdateCompareView } from './use-comparison.ts'
import { useMarkedFunction } from './use-marked-function.ts'

const LAYOUTS = [
  { value: 'icicle', name: 'Icicle: from the top down', label: <ArrowDownFromLine aria-hidden /> },
  { value: 'flame', name: 'Flame: from the bottom up', label: <ArrowUpFromLine aria-hidden /> },
] as const
const WIDTHS = [
  { value: 'both', label: 'mean', name: 'Widths: the mean of both sides' },
  { value: 'a', label: 'A', name: 'Widths: as on side A' },
  { value: 'b', label: 'B', name: 'Widths: as on side B' },
] as const

export type CompareFlameProps = {
  profile: Answered<LoadedProfile>
  verdict: Verdict | undefined
  view: CompareView
  updateView: UpdateCompareView
  searchRef: RefObject<HTMLInputElement | null>
}

/** The flame graphs of a comparison: both sides in one, coloured by what differs, or one of each. */
export function CompareFlame({ profile: answer, verdict, view, updateView, searchRef }: CompareFlameProps) {
  const profile = answer.data
  const marked = useMarkedFunction(profile, view.fn)
  const first = useRef<FlameGraphHandle>(null)
  const graphs = { verdict, view, updateView, searchRef, marked }
  return (
    <section
      aria-label="Flame graph"
      data-testid="compare-flame"
      className="flex min-w-0 flex-col rounded-md border border-line bg-surface"
    >
      <div className="@container flex min-h-10 flex-wrap items-center gap-1.5 border-line border-b px-2 py-1.5 print:hidden">
        <Segmented
          label="Flame graphs"
          value={view.graph}
          onChange={(graph) => updateView({ graph }, 'replace')}
          options={[
            { value: 'diff', label: 'Difference' },
            { value: 'sides', label: 'Side by side' },
          ]}
        />
        {view.graph === 'diff' ? (
          <span className="flex items-center gap-1 text-ink-2 text-sm">
            wide as <Segmented label="Widths" value={view.width} onChange={(width) => updateView({ width }, 'replace')} options={WIDTHS} />
          </span>
        ) : null}
        <NameSearch
          ref={searchRef}
          className="min-w-40 flex-1 basis-full @min-[640px]:basis-0"
          label="Search the flame graphs and the functions"
          view={view}
          update={updateView}
          isUnusable={false}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            if (event.shiftKey) first.current?.previousMatch()
            else first.current?.nextMatch()
          }}
        />
        <Segmented label="Layout" value={view.layout} onChange={(layout) => updateView({ layout }, 'replace')} options={LAYOUTS} />
        <Button
          aria-pressed={view.invert}
          onClick={() => updateView({ invert: !view.invert, zoom: '' }, 'push')}
          className="aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent"
        >
          Invert
        </Button>
        {view.zoom === '' ? null : (
          <Button icon aria-label="Reset the zoom" title="Reset the zoom (0)" onClick={() => updateView({ zoom: '' }, 'push')}>
            <RotateCcw />
          </Button>
        )}
      </div>
      {answer.error && !profile ? (
        <div className="p-3">
          <Notice tone="bad" title="The two cannot be drawn together">
            <HostText wrap text={answer.error instanceof Error ? answer.error.message : errorText(answer.error)} />
          </Notice>
        </div>
      ) : !profile ? (
        <Loading />
      ) : (
        <div aria-busy={answer.isStale} className={answer.isStale ? 'opacity-60' : undefined}>
          {view.graph === 'diff' ? (
            <DiffGraph {...graphs} profile={profile} graphRef={first} />
          ) : (
            <div className="grid min-w-0 min-[900px]:grid-cols-2 min-[900px]:divide-x min-[900px]:divide-line">
              <SideGraph {...graphs} profile={profile} side="a" graphRef={first} />
              <SideGraph {...graphs} profile={profile} side="b" graphRef={null} />
            </div>
          )}
        </div>
      )}
    </section>
  )
}
