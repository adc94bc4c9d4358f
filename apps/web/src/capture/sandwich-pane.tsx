'use client'
import { type CaptureView, type CaptureViewState, transformsOf } from '@sonde/contract'
import { formatShare, formatWeight } from '@sonde/flamegraph'
import { type FrameAction, type LoadedProfile, type SandwichAnswer, useEngineAnswer } from '@sonde/flamegraph/react'
import { Button, EmptyState, Notice, SkeletonRows } from '@sonde/ui'
import { type RefObject, useRef } from 'react'
import { errorText } from '../trpc/errors.ts'
import { type FlameWords, flameWords } from './flame-words.ts'
import { FunctionPicker } from './function-picker.tsx'
import { functionSource } from './function-source.ts'
import { FunctionSourceSwitch } from './function-source-switch.tsx'
import { FunctionText } from './function-text.tsx'
import { NoSamplesSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import { SandwichHalf } from './sandwich-half.tsx'
import { TransformNote } from './transform-losses.tsx'
import { UntimedNote } from './untimed-note.tsx'
import { useAppliedTransforms } from './use-applied-transforms.ts'
import type { CaptureResults } from './use-capture-results.ts'
import { useSampleSelection } from './use-sample-selection.ts'
import { functionKeyOf } from './use-sandwich-action.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

export type SandwichPaneProps = {
  capture: CaptureView
  results: Pick<CaptureResults, 'profile' | 'offcpu'>
  view: CaptureViewState
  update: UpdateView
  searchRef: RefObject<HTMLInputElement | null> | null
}

/** One function between those that call it and those that it calls. */
export function SandwichPane({ capture, results, view, update, searchRef }: SandwichPaneProps) {
  const kind = functionSource(capture, view)
  const words = flameWords(capture.spec, kind)
  const result = results[kind]
  const profile = result.data
  const ownPicker = useRef<HTMLInputElement>(null)
  const picker = searchRef ?? ownPicker
  const selection = useSampleSelection(profile, view)
  const { transforms } = transformsOf(view)
  const applied = useAppliedTransforms(profile, selection, view)
  const answer = useEngineAnswer(profile, 'sandwich', view.fn === '' ? null : { selection, transforms, function: view.fn })
  const { data } = answer
  const centre = (key: string) => update({ fn: key, fnOf: kind, callerZoom: '', calleeZoom: '' }, 'push')
  const actions: FrameAction[] = [
    {
      keys: 's',
      label: (tree, node) => (node > 0 && functionKeyOf(tree, node) !== null ? 'Make this the centre' : null),
      run: (tree, node) => centre(functionKeyOf(tree, node) ?? ''),
    },
  ]
  const choose = <Button onClick={() => picker.current?.focus()}>Choose a function</Button>

  return (
    <Pane
      testId="sandwich-pane"
      title="Callers and callees"
      isStale={answer.isStale && data !== undefined}
      tools={
        <>
          <FunctionPicker ref={picker} profile={profile} selection={selection} transforms={transforms} onPick={centre} />
          <FunctionSourceSwitch capture={capture} view={view} update={update} />
        </>
      }
      foot={
        data && profile && data.total > 0 ? (
          <>
            <span title="Stacks in which the function calls itself are divided at its outermost call: deeper calls of it are among its callees. So every sample counts once in each half.">
              Shares in the graphs are of the function’s total. Recursion: divided at the outermost call.
            </span>
            <UntimedNote profile={profile} view={view} />
            <TransformNote applied={applied} unit={profile.meta.unit} onRemoveAll={() => update({ transforms: '', undone: '' }, 'push')} />
          </>
        ) : undefined
      }
    >
      {result.error && !profile ? (
        <Failure title="The stacks could not be loaded" text={errorText(result.error)} />
      ) : answer.error && !data ? (
        <Failure title="Callers and callees could not be found" text={answer.error instanceof Error ? answer.error.message : ''} />
      ) : result.isLoading ? (
        <SkeletonRows label="Loading the stacks" rows={8} />
      ) : !profile || profile.sampleRows === 0 ? (
        <Waiting capture={capture} what={words.what} idle={words.idle} />
      ) : view.fn === '' ? (
        <EmptyState title="No function is chosen" action={choose}>
          Choose one here, in the table of functions, or in a flame graph: open the menu of a frame, or press s on it. Its callers stand
          above it then, its callees below.
        </EmptyState>
      ) : data === undefined ? (
        <SkeletonRows label="Looking for callers and callees" rows={8} />
      ) : data === null ? (
        <EmptyState title="This function is not here" action={choose}>
          {transforms.length > 0
            ? 'The transforms of the flame graph have left nothing of it, or it was never in this capture.'
            : 'The link is of a function that no stack of this capture has (yet).'}
        </EmptyState>
      ) : data.total === 0 && data.callees.tree.length === 1 ? (
        <>
          <Centre answer={data} profile={profile} words={words} />
          <NoSamplesSelected
            what={words.what}
            text="This function was on no stack while it was watched."
            selection={selection}
            view={view}
            update={update}
          />
        </>
      ) : (
        <>
          <SandwichHalf
            half="callers"
            model={data.callers}
            zoom={view.callerZoom}
            onZoom={(callerZoom, how) => update({ callerZoom }, how)}
            {...{ profile, words, actions, colorBy: view.color, onOpenSearch: () => picker.current?.focus() }}
          />
          <Centre answer={data} profile={profile} words={words} />
          <SandwichHalf
            half="callees"
            model={data.callees}
            zoom={view.calleeZoom}
            onZoom={(calleeZoom, how) => update({ calleeZoom }, how)}
            {...{ profile, words, actions, colorBy: view.color, onOpenSearch: () => picker.current?.focus() }}
          />
        </>
      )}
    </Pane>
  )
}

/** The function in the middle, with what it took of the whole selection. */
function Centre({ answer, profile, words }: { answer: SandwichAnswer; profile: LoadedProfile; words: FlameWords }) {
  const { unit } = profile.meta
  const { self, total, count, all } = answer
  return (
    <div
      data-testid="sandwich-centre"
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-0.5 border-line border-y bg-surface px-2 py-1"
    >
      <span className="min-w-0 font-medium">
        <FunctionText kind={answer.kind} name={answer.name} module={answer.module} />
      </span>
      <span className="whitespace-nowrap text-ink-2 text-sm">
        self {formatWeight(self, unit)}, {formatShare(self, all)}
      </span>
      <span className="whitespace-nowrap text-ink-2 text-sm">
        total {formatWeight(total, unit)}, {formatShare(total, all)}
        {unit !== 'samples' && words.events ? ` ${words.events.how} ${formatWeight(count, 'count')} ${words.events.many}` : ''}
      </span>
    </div>
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
