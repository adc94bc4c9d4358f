'use client'
import { type CaptureView, type CaptureViewState, transformsOf } from '@sonde/contract'
import { formatCount, formatWeight } from '@sonde/flamegraph'
import { type FunctionsAnswer, useEngineAnswer } from '@sonde/flamegraph/react'
import { Button, EmptyState, formatExact, Notice, SkeletonRows } from '@sonde/ui'
import { type RefObject, useRef, useState } from 'react'
import { CsvButton } from '../downloads/csv-button.tsx'
import { errorText } from '../trpc/errors.ts'
import { flameTotal, flameWords } from './flame-words.ts'
import { functionCsv } from './function-csv.ts'
import { FunctionDetails } from './function-details.tsx'
import { functionSource } from './function-source.ts'
import { FunctionSourceSwitch } from './function-source-switch.tsx'
import { ASKED_ROWS, FunctionsTable } from './functions-table.tsx'
import { NameSearch } from './name-search.tsx'
import { NoSamplesSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import { useShowBeside } from './pane-menu.tsx'
import { NothingLeft, TransformNote } from './transform-losses.tsx'
import { UntimedNote } from './untimed-note.tsx'
import { useAppliedTransforms } from './use-applied-transforms.ts'
import type { CaptureResults } from './use-capture-results.ts'
import { useSampleSelection } from './use-sample-selection.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

const SLICES = 60

export type FunctionsPaneProps = {
  capture: CaptureView
  results: Pick<CaptureResults, 'profile' | 'offcpu'>
  /** What the time axis of every pane covers, ms. */
  domainMs: number
  view: CaptureViewState
  update: UpdateView
  searchRef: RefObject<HTMLInputElement | null> | null
}

/** Every function of the selection with what it took: what the flame graph shows, to read, sort and search. */
export function FunctionsPane({ capture, results, domainMs, view, update, searchRef }: FunctionsPaneProps) {
  const kind = functionSource(capture, view)
  const words = flameWords(capture.spec, kind)
  const result = results[kind]
  const profile = result.data
  const ownSearch = useRef<HTMLInputElement>(null)
  const searchBox = searchRef ?? ownSearch
  const showSandwich = useShowBeside('sandwich')
  const [offset, setOffset] = useState(0)
  const selection = useSampleSelection(profile, view)
  const question = {
    selection,
    transforms: transformsOf(view).transforms,
    search: { text: view.search, regex: view.regex },
    sort: view.tableSort,
    dir: view.tableDir,
    offset,
    limit: ASKED_ROWS,
    slices: SLICES,
    span: selection.window ?? { fromUs: 0, toUs: Math.max(domainMs, profile?.meta.durationMs ?? 0) * 1_000 },
    selected: view.fn,
  }
  const answer = useEngineAnswer(profile, 'functions', question)
  const { data } = answer
  const applied = useAppliedTransforms(profile, selection, view)
  const removeTransforms = () => update({ transforms: '', undone: '' }, 'push')
  const isEmpty = data !== undefined && data.all.count === 0 && data.functions === 0

  return (
    <Pane
      testId="functions-pane"
      title="Functions"
      tools={
        <>
          <NameSearch
            ref={searchBox}
            className="min-w-36 flex-1"
            label="Search the table of functions"
            view={view}
            update={update}
            isUnusable={data !== undefined && data.error !== ''}
          />
          <FunctionSourceSwitch capture={capture} view={view} update={update} />
          {profile && data && data.matching > 0 ? (
            <CsvButton
              capture={capture}
              part={kind === 'offcpu' ? 'offcpu-functions' : 'functions'}
              what="the table of functions"
              make={() => functionCsv(question, profile.meta.unit, (page) => profile.engine.ask('functions', page))}
            />
          ) : null}
        </>
      }
      foot={
        data && profile && !isEmpty ? (
          <>
            <Foot answer={data} total={flameTotal(profile, totalsOf(data), words).short} unit={profile.meta.unit} />
            <UntimedNote profile={profile} view={view} />
            <TransformNote applied={applied} unit={profile.meta.unit} onRemoveAll={removeTransforms} />
          </>
        ) : undefined
      }
    >
      {result.error && !profile ? (
        <Failure title="The functions could not be loaded" text={errorText(result.error)} />
      ) : answer.error && !data ? (
        <Failure title="The functions could not be added up" text={answer.error instanceof Error ? answer.error.message : ''} />
      ) : result.isLoading || answer.isLoading ? (
        <SkeletonRows label="Loading the functions" rows={10} />
      ) : !profile || !data || profile.sampleRows === 0 ? (
        <Waiting capture={capture} what={words.what} idle={words.idle} />
      ) : isEmpty && applied && applied.selected.weight > 0 ? (
        <NothingLeft applied={applied} unit={profile.meta.unit} onRemoveAll={removeTransforms} />
      ) : isEmpty ? (
        <NoSamplesSelected what={words.what} text={words.nothingOf} selection={selection} view={view} update={update} />
      ) : (
        <>
          {data.matching === 0 ? (
            <EmptyState
              title={data.error === '' ? (data.functions === 0 ? 'No functions' : 'No function matches') : 'The search cannot be used'}
              className="flex-1"
              action={view.search === '' ? undefined : <Button onClick={() => update({ search: '' }, 'replace')}>Clear the search</Button>}
            >
              {data.error !== ''
                ? data.error
                : data.functions === 0
                  ? 'The samples of this selection are without frames: nothing is known of where they were taken.'
                  : `None of ${formatExact(data.functions)} functions of this selection has such a name.`}
            </EmptyState>
          ) : (
            <FunctionsTable
              key={kind}
              answer={data}
              profile={profile}
              words={words}
              view={view}
              update={update}
              onOffset={setOffset}
              onSandwich={showSandwich && ((key) => showSandwich({ fn: key, fnOf: kind, callerZoom: '', calleeZoom: '' }))}
              onSearch={() => searchBox.current?.focus()}
            />
          )}
          {data.selected ? (
            <FunctionDetails kind={kind} rows={data.selected} all={data.all} profile={profile} words={words} view={view} update={update} />
          ) : view.fn !== '' && !answer.isStale ? (
            <p className="shrink-0 border-line border-t px-2 py-1 text-ink-2 text-sm">
              The selected function is not in this selection.{' '}
              <button type="button" className="text-accent underline" onClick={() => update({ fn: '' }, 'replace')}>
                Select none
              </button>
            </p>
          ) : null}
        </>
      )}
    </Pane>
  )
}

const totalsOf = ({ all }: FunctionsAnswer) => ({ total: [all.weight], count: [all.count] })

function Foot({ answer, total, unit }: { answer: FunctionsAnswer; total: string; unit: Parameters<typeof formatWeight>[1] }) {
  const { matching, functions, error, all } = answer
  return (
    <>
      <span data-testid="functions-count">
        {matching === functions ? formatCount(functions) : `${formatCount(matching)} of ${formatCount(functions)}`}{' '}
        {functions === 1 ? 'function' : 'functions'} · {total}
      </span>
      {all.withoutFrames > 0 ? (
        <span className="text-ink-3" title="Nothing is known of where these were taken, so no function has them.">
          {formatWeight(all.withoutFrames, unit)} without frames
        </span>
      ) : null}
      {error !== '' && matching > 0 ? <span className="text-warn">{error}</span> : null}
    </>
  )
}

function Failure({ title, text }: { title: string; text: string }) {
  return (
    <div className="p-3">
      <Notice tone="bad" title={title}>
        {text}
      </Notice>
    </div>
  )
}
