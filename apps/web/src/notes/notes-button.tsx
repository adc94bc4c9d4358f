'use client'
import { Button } from '@sonde/ui'
import { MessageSquare } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useNotes, useNotesStore } from './notes-store.ts'

const PresentPeople = lazy(async () => ({ default: (await import('./present-people.tsx')).PresentPeople }))

/** In the header of a capture: who else looks at it, and the button that opens its notes. */
export function NotesButton() {
  const store = useNotesStore()
  const present = useNotes((state) => state.present)
  const links = useNotes((state) => state.links) ?? 0
  const comments = useNotes((state) => state.comments)
  const isOpen = useNotes((state) => state.opened !== null) ?? false
  if (!store) return null
  const count = comments?.filter((note) => note.deletedAt === null).length ?? 0
  return (
    <>
      <Suspense>{present && present.length > 0 ? <PresentPeople people={present} links={links} /> : null}</Suspense>
      <Button
        aria-expanded={isOpen}
        title="Notes on this capture (a)"
        data-testid="open-notes"
        onClick={() => (isOpen ? store.close() : store.open())}
      >
        <MessageSquare aria-hidden /> <span className="sr-only sm:not-sr-only">Notes</span>
        {count > 0 ? <span className="text-ink-2">{count}</span> : null}
      </Button>
    </>
  )
}
