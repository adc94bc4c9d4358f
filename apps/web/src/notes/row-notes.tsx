'use client'
import type { CaptureViewState } from '@sonde/contract'
import { Button, formatPlural } from '@sonde/ui'
import { MessageSquare } from 'lucide-react'
import type { SyscallLine } from '../capture/syscall-rows.ts'
import { pinnedNotes } from './note-threads.ts'
import { type NotesStore, useNotes, useNotesStore } from './notes-store.ts'
import { pinView } from './pin-view.ts'

function openAt(store: NotesStore, line: SyscallLine, view: CaptureViewState, noteId: string | null): void {
  const { process, name, comm, hostName: host } = line
  const nr = Number(line.key.slice(process.length + 1))
  const back = pinView({ ...view, row: line.key, syscallsAs: 'table' })
  store.open({ on: 'syscall', process, nr, name, comm, host, view: back }, noteId)
}

const useRowNotes = (line: SyscallLine) => pinnedNotes(useNotes((state) => state.comments)).rows.get(line.key) ?? []

/** The mark of a row of the syscall table that has notes. */
export function RowNoteMark({ line, view }: { line: SyscallLine; view: CaptureViewState }) {
  const store = useNotesStore()
  const notes = useRowNotes(line)
  if (!store || notes.length === 0) return null
  return (
    <button
      type="button"
      aria-label={`${formatPlural(notes.length, 'note')} on ${line.name} by ${line.comm} ${line.pid}`}
      title={formatPlural(notes.length, 'note')}
      data-testid="row-notes"
      onClick={() => openAt(store, line, view, notes[0]?.id ?? null)}
      className="ml-auto inline-flex h-6 shrink-0 items-center gap-0.5 rounded-sm px-1 text-accent text-sm hover:bg-hover"
    >
      <MessageSquare aria-hidden className="size-3" />
      {notes.length}
    </button>
  )
}

/** Adds a note on a row of the syscall table, or shows those that it has. */
export function RowNotesButton({ line, view }: { line: SyscallLine; view: CaptureViewState }) {
  const store = useNotesStore()
  const notes = useRowNotes(line)
  if (!store) return null
  return (
    <Button size="sm" className="self-start" onClick={() => openAt(store, line, view, notes[0]?.id ?? null)}>
      <MessageSquare aria-hidden /> {notes.length > 0 ? formatPlural(notes.length, 'note') : 'Add a note'}
    </Button>
  )
}
