'use client'
import type { CommentPin, CommentView } from '@sonde/contract'
import { Button, cx, HostText } from '@sonde/ui'
import { Check, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { toast } from '../shell/toast.ts'
import { errorText } from '../trpc/errors.ts'
import { NoteCard } from './note-card.tsx'
import { NoteEditor } from './note-editor.tsx'
import type { NoteThread as Thread } from './note-threads.ts'
import { PinChip } from './pin-chip.tsx'
import type { NoteActions } from './use-note-actions.ts'

export type NoteThreadProps = {
  thread: Thread
  actions: NoteActions
  spanMs: number
  /** The note that was asked for. */
  shownId: string | null
  pendingIds: ReadonlySet<string>
  isMissing: boolean
  onJump: (pin: CommentPin) => void
  onView: (query: string) => void
}

/** A note on something, and what was answered. */
export function NoteThread({ thread, actions, spanMs, shownId, pendingIds, isMissing, onJump, onView }: NoteThreadProps) {
  const { first, answers } = thread
  const [isAnswering, setAnswering] = useState(false)
  const isPending = pendingIds.has(first.id)
  const isResolved = first.resolvedAt !== null
  const resolve = () =>
    actions.resolve(first.id, !isResolved).catch((error: unknown) => toast.error('It was not changed', { description: errorText(error) }))
  const card = (note: CommentView) => (
    <NoteCard
      key={note.id}
      note={note}
      actions={actions}
      spanMs={spanMs}
      isShown={note.id === shownId}
      isPending={pendingIds.has(note.id)}
      onView={onView}
    />
  )
  return (
    <li
      data-testid="note-thread"
      className={cx('flex flex-col gap-2 rounded-md border p-2.5', isResolved ? 'border-line bg-inset' : 'border-line-strong bg-raised')}
    >
      <PinChip pin={first.pin} spanMs={spanMs} isMissing={isMissing} onJump={() => onJump(first.pin)} />
      {card(first)}
      {answers.length > 0 ? <div className="ml-3 flex flex-col gap-2 border-line border-l pl-2.5">{answers.map(card)}</div> : null}
      {isAnswering ? (
        <NoteEditor
          captureId={first.captureId}
          of={first.id}
          label="Answer"
          action="Answer"
          focusOn={first.id}
          onCancel={() => setAnswering(false)}
          onSubmit={async (text) => {
            await actions.add({ text, pin: first.pin, replyTo: first.id })
            setAnswering(false)
          }}
        />
      ) : isPending ? null : (
        <div className="flex flex-wrap items-center gap-1">
          <Button size="sm" variant="ghost" onClick={() => setAnswering(true)}>
            Answer
          </Button>
          {first.deletedAt === null ? (
            <Button size="sm" variant="ghost" onClick={() => void resolve()}>
              {isResolved ? <RotateCcw aria-hidden /> : <Check aria-hidden />} {isResolved ? 'Take up again' : 'Resolve'}
            </Button>
          ) : null}
          {first.resolvedBy ? (
            <span className="inline-flex min-w-0 items-baseline gap-1 text-ink-3 text-sm">
              resolved by <HostText text={first.resolvedBy.name} />
            </span>
          ) : null}
        </div>
      )}
    </li>
  )
}
