import type { CommentPin, CommentView } from '@sonde/contract'

export type NoteThread = { first: CommentView; answers: CommentView[] }

/** Threads in the order in which they were begun, with their answers. */
export function noteThreads(notes: readonly CommentView[]): NoteThread[] {
  const threads = new Map(
    notes.filter((note) => note.replyTo === null).map((note) => [note.id, { first: note, answers: [] as CommentView[] }]),
  )
  for (const note of notes) if (note.replyTo !== null) threads.get(note.replyTo)?.answers.push(note)
  return [...threads.values()]
}

/** What the table of system calls calls the row that a pin is on. */
export const rowOfPin = (pin: CommentPin): string | null =>
  pin.on === 'syscall' && pin.process !== '' && pin.nr !== null ? `${pin.process}:${pin.nr}` : null

export type PinnedNotes = {
  /** Of threads that are not resolved, by the row of the table: the first notes. */
  rows: ReadonlyMap<string, readonly CommentView[]>
  frames: readonly CommentView[]
  windows: readonly CommentView[]
}

const known = new WeakMap<readonly CommentView[], PinnedNotes>()
const NOTHING: PinnedNotes = { rows: new Map(), frames: [], windows: [] }

/** Where the notes are that are marked in the panes; the same answer for the same list. */
export function pinnedNotes(comments: readonly CommentView[] | null | undefined): PinnedNotes {
  if (!comments) return NOTHING
  const before = known.get(comments)
  if (before) return before
  const open = comments.filter((note) => note.replyTo === null && note.resolvedAt === null)
  const rows = new Map<string, CommentView[]>()
  for (const note of open) {
    const row = rowOfPin(note.pin)
    if (row !== null) rows.set(row, [...(rows.get(row) ?? []), note])
  }
  const made = {
    rows,
    frames: open.filter((note) => note.pin.on === 'frame'),
    windows: open.filter((note) => note.pin.on === 'window'),
  }
  known.set(comments, made)
  return made
}
