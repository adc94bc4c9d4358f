'use client'
import { COMMENT_LIMITS, type CommentPin } from '@sonde/contract'
import { Button, formatExact, Kbd } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useModKey } from '../shell/mod-key.tsx'
import { isModEnter } from '../shell/shortcuts.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { MentionSuggestions, useMentionSuggestions } from './mention-suggestions.tsx'
import { handlesOf, showMentions, storeMentions } from './mention-text.ts'
import { readDraft, writeDraft } from './note-drafts.ts'

export type NoteEditorProps = {
  captureId: string
  /** `new`, or the note that is answered or edited: what the draft belongs to. */
  of: string
  label: string
  action: string
  /** As it is stored. */
  initialText?: string
  /** What a new note is on; kept with its draft. */
  pin?: CommentPin | null
  /** Gets the text as it is stored. Where it throws, the text is there again, with the reason. */
  onSubmit: (text: string) => Promise<void>
  onCancel?: () => void
  /** Takes the focus whenever this changes; null: leaves it where it is. */
  focusOn: unknown
  children?: ReactNode
}

/** Where a note is written: mentions are completed, Ctrl+Enter posts, what was written survives a reload and a refusal. */
export function NoteEditor(props: NoteEditorProps) {
  const { captureId, of, label, action, initialText = '', pin = null, onSubmit, onCancel, focusOn, children } = props
  const trpc = useTRPC()
  const mod = useModKey()
  const people = useQuery(trpc.people.names.queryOptions(undefined, { staleTime: 60_000 }))
  const handles = useMemo(() => handlesOf(people.data ?? []), [people.data])
  const draft = useMemo(() => readDraft(captureId, of), [captureId, of])
  const [typed, setTyped] = useState<string | null>(draft?.text ?? null)
  const [error, setError] = useState('')
  const box = useRef<HTMLTextAreaElement>(null)
  const noteId = useId()
  const text = typed ?? showMentions(initialText, handles)
  const stored = storeMentions(text, handles)
  const isTooLong = stored.length > COMMENT_LIMITS.text
  const isReady = stored.trim() !== '' && !isTooLong

  const latest = useRef(typed)
  latest.current = typed
  const sending = useRef(0)
  useEffect(() => {
    // What is on its way is kept as the draft until the server has it.
    if (typed !== null && !(typed === '' && sending.current > 0)) writeDraft(captureId, of, { text: typed, pin })
  }, [captureId, of, typed, pin])
  useEffect(() => {
    if (focusOn !== null) box.current?.focus({ preventScroll: true })
  }, [focusOn])

  const suggestions = useMentionSuggestions({ box, text, handles, onChange: setTyped })
  const submit = async () => {
    if (!isReady) return
    const before = text
    setError('')
    sending.current++
    if (of === 'new') setTyped('')
    try {
      await onSubmit(stored)
      if (of !== 'new' || !latest.current) writeDraft(captureId, of, { text: '', pin: null })
    } catch (reason) {
      setTyped((now) => (now === null || now === '' || now === before ? before : `${before}\n${now}`))
      setError(errorText(reason))
    } finally {
      sending.current--
    }
  }

  return (
    <form
      className="relative flex flex-col gap-1.5"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {children}
      <textarea
        ref={box}
        value={text}
        rows={3}
        dir="auto"
        aria-label={label}
        aria-describedby={noteId}
        aria-invalid={isTooLong || undefined}
        placeholder="What do you see? @ mentions somebody"
        className="field-sizing-content max-h-60 min-h-16 w-full resize-none rounded-md border border-line-strong bg-surface px-2 py-1.5 text-ink placeholder:text-ink-3 hover:border-ink-3 aria-invalid:border-bad"
        {...suggestions.boxProps}
        onChange={(event) => {
          setTyped(event.target.value)
          suggestions.follow(event.target)
        }}
        onKeyDown={(event) => {
          if (suggestions.onKeyDown(event)) return
          if (isModEnter(event.nativeEvent)) {
            event.preventDefault()
            void submit()
          } else if (event.key === 'Escape' && onCancel) {
            event.preventDefault()
            event.stopPropagation()
            onCancel()
          }
        }}
      />
      <MentionSuggestions {...suggestions} />
      {error ? (
        <p role="alert" className="text-bad text-sm">
          It was not saved. {error}
        </p>
      ) : null}
      <div className="flex items-center gap-1.5">
        <p id={noteId} className={`min-w-0 flex-1 text-sm ${isTooLong ? 'text-bad' : 'text-ink-3'}`}>
          {stored.length > COMMENT_LIMITS.text * 0.9 ? (
            `${formatExact(stored.length)} of ${formatExact(COMMENT_LIMITS.text)} characters`
          ) : (
            <>
              <Kbd>{mod}</Kbd> <Kbd>Enter</Kbd>
            </>
          )}
        </p>
        {onCancel ? <Button onClick={onCancel}>Cancel</Button> : null}
        <Button type="submit" variant="primary" disabled={!isReady}>
          {action}
        </Button>
      </div>
    </form>
  )
}
