'use client'
import { type CommentPin, parseViewState } from '@sonde/contract'
import { Button, cx, EmptyState, Notice, ScrollBox, SkeletonRows } from '@sonde/ui'
import { X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { captureSpanMs } from '../capture/capture-time.ts'
import { usePerson } from '../shell/person-context.tsx'
import { readDraft } from './note-drafts.ts'
import { NoteEditor } from './note-editor.tsx'
import { NoteThread } from './note-thread.tsx'
import { noteThreads } from './note-threads.ts'
import type { NotesDrawerProps } from './notes-drawer.tsx'
import { useNotes } from './notes-store.ts'
import { PinChip } from './pin-chip.tsx'
import { viewOfPin } from './pin-words.ts'
import { useNoteActions } from './use-note-actions.ts'

const ON_CAPTURE: CommentPin = { on: 'capture' }

/** Threads, and where a new note is written. */
export function NotesPanel({ store, opened, capture, update, isScrolling = false }: NotesDrawerProps & { isScrolling?: boolean }) {
  const comments = useNotes((state) => state.comments, store)
  const pending = useNotes((state) => state.pending, store)
  const found = useNotes((state) => state.found, store)
  const isLost = useNotes((state) => state.isLost, store)
  const actions = useNoteActions(store, capture.id)
  const me = usePerson()
  const spanMs = captureSpanMs(capture)
  const threads = useMemo(() => noteThreads([...(comments ?? []), ...(pending ?? [])]), [comments, pending])
  const pendingIds = useMemo(() => new Set(pending?.map((note) => note.id)), [pending])
  const shownId = opened.noteId
  const shownThread = threads.find(({ first, answers }) => first.id === shownId || answers.some((note) => note.id === shownId))
  const [showsResolved, setShowsResolved] = useState(false)
  const resolved = threads.filter(({ first }) => first.resolvedAt !== null)
  const open = threads.filter(({ first }) => first.resolvedAt === null)

  // Asked for with something to be on; else what an unfinished note was on.
  const [pin, setPin] = useState<CommentPin>(() => opened.pin ?? readDraft(capture.id, 'new')?.pin ?? ON_CAPTURE)
  useEffect(() => {
    if (opened.pin) setPin(opened.pin)
  }, [opened.pin])

  const mentions = comments?.filter((note) => note.mentions.some((person) => person.id === me.id)).length ?? 0
  useEffect(() => {
    if (mentions > 0) void actions.seeMentions().catch(() => null)
  }, [mentions, actions])

  // The newest stand last.
  const end = useRef<HTMLDivElement>(null)
  const isLoaded = comments !== null
  useEffect(() => {
    if (isLoaded && shownId === null) end.current?.scrollIntoView({ block: 'nearest' })
  }, [isLoaded, shownId])

  const onView = (query: string) => update(parseViewState(new URLSearchParams(query)), 'push')
  const thread = (one: (typeof threads)[number]) => (
    <NoteThread
      key={one.first.id}
      thread={one}
      actions={actions}
      spanMs={spanMs}
      shownId={shownId}
      pendingIds={pendingIds}
      isMissing={one.first.pin.on === 'frame' && found?.[one.first.pin.of]?.get(one.first.id) === false}
      onJump={(to) => onView(viewOfPin(to))}
      onView={onView}
    />
  )
  const list = (
    <div className="flex flex-col gap-2.5 p-2.5">
      {isLost ? (
        <Notice tone="warn" title="Live updates are interrupted">
          Notes of others come when the connection is back. What you write is saved as before.
        </Notice>
      ) : null}
      {shownId !== null && comments && !shownThread ? (
        <Notice tone="neutral" title="That note is not there any more">
          It was deleted by who wrote it or by an administrator.
        </Notice>
      ) : null}
      {!comments ? (
        <SkeletonRows label="Loading the notes" rows={4} />
      ) : threads.length === 0 ? (
        <EmptyState title="No notes yet">
          Write what you see, for everyone who opens this capture. The menu of a frame, the details of a system call and a selected stretch
          of time pin a note to what it is about.
        </EmptyState>
      ) : (
        <>
          {resolved.length > 0 ? (
            <button
              type="button"
              aria-expanded={showsResolved}
              className="min-h-6 self-start text-accent text-sm underline"
              onClick={() => setShowsResolved(!showsResolved)}
            >
              {showsResolved ? 'Hide' : 'Show'} {resolved.length} resolved
            </button>
          ) : null}
          <ul className="flex flex-col gap-2.5" data-testid="note-threads">
            {/* One list, so that a thread that is resolved or taken up again stays the same on the page. */}
            {[...resolved.filter((one) => showsResolved || one === shownThread), ...open].map(thread)}
          </ul>
        </>
      )}
      <div ref={end} />
    </div>
  )
  return (
    <>
      {isScrolling ? (
        <ScrollBox label="Notes of this capture" className="min-h-0 flex-1">
          {list}
        </ScrollBox>
      ) : (
        list
      )}
      <div className={cx('border-line border-t bg-surface p-2.5', !isScrolling && 'sticky -bottom-4 -mx-4 -mb-4')}>
        <NoteEditor
          captureId={capture.id}
          of="new"
          label="New note"
          action="Add note"
          pin={pin}
          focusOn={shownId === null ? opened : null}
          onSubmit={async (text) => {
            setPin(ON_CAPTURE)
            await actions.add({ text, pin, replyTo: null }).catch((error: unknown) => {
              setPin(pin)
              throw error
            })
          }}
        >
          <div className="flex min-h-6 items-center gap-1">
            {pin.on === 'capture' ? (
              <span className="text-ink-2 text-sm">On the whole capture</span>
            ) : (
              <>
                <div className="min-w-0 flex-1" data-testid="new-note-pin">
                  <PinChip pin={pin} spanMs={spanMs} onJump={null} />
                </div>
                <Button size="sm" icon variant="ghost" aria-label="On the whole capture instead" onClick={() => setPin(ON_CAPTURE)}>
                  <X />
                </Button>
              </>
            )}
          </div>
        </NoteEditor>
      </div>
    </>
  )
}
