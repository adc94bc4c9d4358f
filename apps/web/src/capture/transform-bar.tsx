'use client'
import {
  type CaptureViewState,
  formatTransforms,
  MAX_TRANSFORMS,
  redoTransform,
  transformsOf,
  undoTransform,
  withoutTransform,
} from '@sonde/contract'
import type { AppliedTransforms } from '@sonde/flamegraph/react'
import { Button, cx, formatPlural, HostText } from '@sonde/ui'
import { Redo2, Undo2, X } from 'lucide-react'
import { useModKey } from '../shell/mod-key.tsx'
import { chipWords } from './transform-words.ts'
import type { UpdateView } from './use-view-state.ts'

/** The transforms of the stacks as chips, in the order of their application; nothing where there are none and none were. */
export function TransformBar({
  applied,
  view,
  update,
}: {
  /** What they did; of an earlier list while a new one is being applied. */
  applied: AppliedTransforms | undefined
  view: CaptureViewState
  update: UpdateView
}) {
  const mod = useModKey()
  const { transforms, unreadable } = transformsOf(view)
  if (transforms.length === 0 && unreadable === 0 && view.undone === '') return null
  const undo = undoTransform(view)
  const redo = redoTransform(view)
  const steps = new Map(applied?.transforms.map((transform, i) => [formatTransforms([transform]), applied.steps[i]]))
  return (
    <div className="flex shrink-0 items-start gap-1 border-line border-b px-1.5 py-1 text-sm" data-testid="transform-bar">
      <ul aria-label="Transforms" className="flex max-h-20 min-w-0 flex-1 flex-wrap items-center gap-1 overflow-y-auto">
        {transforms.map((transform, i) => {
          const words = chipWords(transform.kind)
          const step = steps.get(formatTransforms([transform]))
          const isMissing = step?.isFound === false
          const name = step?.isFound ? step.name || 'no name' : isMissing ? 'not found' : '…'
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: the same transform may stand there twice, and its place is what it is
              key={i}
              data-testid="transform-chip"
              title={isMissing ? 'There is no such function, library or place in these stacks: it changes nothing.' : undefined}
              className={cx(
                'inline-flex h-6 min-w-0 max-w-full items-center gap-1 rounded-full border border-line bg-raised pl-2.5',
                isMissing && 'border-dashed text-ink-3',
              )}
            >
              <span className="whitespace-nowrap text-ink-2">{words}</span>
              <HostText text={name} mono={step?.isFound === true} className="max-w-56 truncate" />
              <button
                type="button"
                aria-label={`Remove: ${words} ${name}`}
                title="Remove"
                onClick={() => update(withoutTransform(view, i), 'push')}
                className="inline-flex size-6 shrink-0 items-center justify-center rounded-full text-ink-3 hover:bg-hover hover:text-ink [&_svg]:size-3"
              >
                <X aria-hidden />
              </button>
            </li>
          )
        })}
        {unreadable > 0 ? (
          <li className="text-warn">
            {unreadable === 1
              ? '1 transform of this link cannot be read and is left out'
              : `${unreadable} transforms of this link cannot be read and are left out`}
          </li>
        ) : null}
        {transforms.length >= MAX_TRANSFORMS ? (
          <li className="text-ink-2">{formatPlural(MAX_TRANSFORMS, 'transform')}: no more can be added</li>
        ) : null}
        {transforms.length === 0 && unreadable === 0 ? <li className="px-1 text-ink-3">No transforms</li> : null}
      </ul>
      <Button
        size="sm"
        variant="ghost"
        icon
        aria-label="Undo the last transform"
        title={`Undo the last transform (${mod} Z)`}
        disabled={!undo}
        onClick={() => undo && update(undo, 'push')}
      >
        <Undo2 />
      </Button>
      <Button
        size="sm"
        variant="ghost"
        icon
        aria-label="Redo the transform"
        title={`Redo the transform (${mod} Shift Z)`}
        disabled={!redo}
        onClick={() => redo && update(redo, 'push')}
      >
        <Redo2 />
      </Button>
      {transforms.length + unreadable > 1 ? (
        <Button size="sm" variant="ghost" onClick={() => update({ transforms: '', undone: '' }, 'push')}>
          Remove all
        </Button>
      ) : null}
    </div>
  )
}
