'use client'
import type { CommentView } from '@sonde/contract'
import { Button, Confirm, cx, formatTimestamp, HostText, Menu, MenuItem, TimeAgo } from '@sonde/ui'
import { Ellipsis, Link2, PencilLine, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useHasRole, usePerson } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { errorText } from '../trpc/errors.ts'
import { NoteEditor } from './note-editor.tsx'
import { noteHref } from './note-href.ts'
import { NoteText } from './note-text.tsx'
import { PersonBadge } from './person-badge.tsx'
import { viewOfPin } from './pin-words.ts'
import type { NoteActions } from './use-note-actions.ts'

/** Longer notes begin folded. */
const FOLDED_CHARACTERS = 900
const FOLDED_LINES = 12

export type NoteCardProps = {
  note: CommentView
  actions: NoteActions
  spanMs: number
  /** It was asked for: shown at once, and marked. */
  isShown: boolean
  isPending: boolean
  onView: (query: string) => void
}

/** One note: who, when, what, and what can be done with it. */
export function NoteCard({ note, actions, spanMs, isShown, isPending, onView }: NoteCardProps) {
  const me = usePerson()
  const admin = useHasRole('admin')
  const box = useRef<HTMLElement>(null)
  const [isEdited, setEdited] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  const isLong = note.text.length > FOLDED_CHARACTERS || note.text.split('\n').length > FOLDED_LINES
  const [isFolded, setFolded] = useState(isLong && !isShown)
  const isMine = note.author.id === me.id
  useEffect(() => {
    if (!isShown) return
    box.current?.scrollIntoView({ block: 'nearest' })
    box.current?.focus({ preventScroll: true })
  }, [isShown])

  // One's own, just sent: it may stand below what is on the screen.
  useEffect(() => {
    if (isPending) box.current?.scrollIntoView({ block: 'nearest' })
  }, [isPending])

  if (note.deletedAt) return <p className="text-ink-3 italic">This note was deleted.</p>
  const remove = () =>
    actions.remove(note.id).catch((error: unknown) => toast.error('It was not deleted', { description: errorText(error) }))
  const copyLink = async () => {
    const url = `${window.location.origin}${noteHref(note.captureId, note.id, viewOfPin(note.pin))}`
    await navigator.clipboard?.writeText(url).then(
      () => toast.success('Link copied'),
      () => toast.error('The browser did not allow copying'),
    )
  }
  return (
    <article
      ref={box}
      tabIndex={-1}
      aria-label={`Note by ${note.author.name}`}
      data-testid="note"
      className={cx('flex flex-col gap-1 rounded-sm outline-offset-4', isShown && 'outline-2 outline-accent', isPending && 'opacity-60')}
    >
      <header className="flex min-w-0 items-center gap-1.5">
        <PersonBadge person={note.author} />
        <HostText text={note.author.name} className="font-medium" />
        <span className="min-w-0 flex-1 truncate text-ink-3 text-sm">
          {isPending ? 'sending…' : <TimeAgo date={note.createdAt} />}
          {note.editedAt ? <span title={formatTimestamp(note.editedAt)}> · edited</span> : null}
        </span>
        {isPending ? null : (
          <Menu
            trigger={
              <Button size="sm" icon variant="ghost" aria-label={`More for the note by ${note.author.name}`}>
                <Ellipsis />
              </Button>
            }
          >
            <MenuItem onSelect={() => void copyLink()}>
              <Link2 aria-hidden /> Copy link to this note
            </MenuItem>
            {isMine ? (
              <MenuItem onSelect={() => setEdited(true)}>
                <PencilLine aria-hidden /> Edit
              </MenuItem>
            ) : null}
            {isMine || admin ? (
              <MenuItem tone="danger" onSelect={() => setDeleting(true)}>
                <Trash2 aria-hidden /> Delete
              </MenuItem>
            ) : null}
          </Menu>
        )}
      </header>
      {isEdited ? (
        <NoteEditor
          captureId={note.captureId}
          of={`edit-${note.id}`}
          label="Edit the note"
          action="Save"
          initialText={note.text}
          focusOn={note.id}
          onCancel={() => setEdited(false)}
          onSubmit={async (text) => {
            await actions.edit(note.id, text)
            setEdited(false)
          }}
        />
      ) : (
        <>
          <div className={cx(isFolded && 'max-h-44 overflow-hidden')}>
            <NoteText note={note} onView={onView} spanMs={spanMs} />
          </div>
          {isLong ? (
            <button
              type="button"
              aria-expanded={!isFolded}
              className="min-h-6 self-start text-accent text-sm underline"
              onClick={() => setFolded(!isFolded)}
            >
              {isFolded ? 'Show all of it' : 'Show less'}
            </button>
          ) : null}
        </>
      )}
      <Confirm
        open={isDeleting}
        onOpenChange={setDeleting}
        title="Delete this note?"
        description="Its text is gone for good, for everyone. Answers to it stay."
        action="Delete"
        onConfirm={() => void remove()}
      />
    </article>
  )
}
