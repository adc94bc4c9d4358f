'use client'
import { Button, Input } from '@sonde/ui'
import { useState } from 'react'
import { localMoment, momentOf } from './incident-words.ts'
import { TextArea } from './text-area.tsx'
import { useIncidentChanges } from './use-incident-changes.ts'

/** A note for the timeline: of now, or of when it happened. */
export function NoteForm({ incidentId }: { incidentId: string }) {
  const { addItem } = useIncidentChanges(incidentId)
  const [text, setText] = useState('')
  const [moment, setMoment] = useState<string | null>(null)
  const at = moment === null ? null : momentOf(moment)
  const ready = text.trim() !== '' && !addItem.isPending && (moment === null || at !== null)
  const add = () => {
    if (!ready) return
    addItem.mutate(
      { incidentId, item: { kind: 'note', text, ...(at ? { at } : {}) } },
      {
        onSuccess: () => {
          setText('')
          setMoment(null)
        },
      },
    )
  }
  return (
    <form
      className="flex flex-col gap-2 rounded-md border border-line bg-surface p-3 print:hidden"
      onSubmit={(event) => {
        event.preventDefault()
        add()
      }}
    >
      <TextArea
        aria-label="Note"
        rows={2}
        placeholder="What happened, what was tried, what is thought"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
            event.preventDefault()
            add()
          }
        }}
      />
      <div className="flex flex-wrap items-center gap-2">
        {moment === null ? (
          <Button variant="ghost" onClick={() => setMoment(localMoment(new Date()))}>
            At another time…
          </Button>
        ) : (
          <>
            <Input
              type="datetime-local"
              aria-label="When it happened"
              className="w-52"
              value={moment}
              onChange={(event) => setMoment(event.target.value)}
            />
            <Button variant="ghost" onClick={() => setMoment(null)}>
              Now
            </Button>
          </>
        )}
        <div className="flex-1" />
        <Button type="submit" variant="primary" disabled={!ready}>
          {addItem.isPending ? 'Adding…' : 'Add note'}
        </Button>
      </div>
    </form>
  )
}
