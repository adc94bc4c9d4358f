'use client'
import type { CommentPin, CommentView, PresentPerson } from '@sonde/contract'
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { randomId } from './random-id.ts'

/** Which notes the drawer was asked for: what a new one would be on (null: the whole capture, or a draft's), and the one to show. */
export type OpenedNotes = { pin: CommentPin | null; noteId: string | null }

export type NotesState = {
  /** Null while they are not known. */
  comments: readonly CommentView[] | null
  /** One's own, on their way to the server. */
  pending: readonly CommentView[]
  present: readonly PresentPerson[]
  /** Share links that are open somewhere. */
  links: number
  opened: OpenedNotes | null
  /** Live updates are wanted and do not come at the moment. */
  isLost: boolean
  /** Of the notes on frames of a graph that is shown, by the note's id: whether it has the frame. */
  found: { profile: ReadonlyMap<string, boolean> | null; offcpu: ReadonlyMap<string, boolean> | null }
}

const EMPTY: NotesState = {
  ...{ comments: null, pending: [], present: [], links: 0, opened: null, isLost: false },
  found: { profile: null, offcpu: null },
}

/** The notes of the capture whose page is open, and what the page shows of them. */
export class NotesStore {
  /** Names this page to the server: somebody with several open counts once. */
  readonly page = randomId()
  state: NotesState = EMPTY
  /** Counts what came from the server, so that an older answer does not replace a newer one. */
  received = 0
  private opener: Element | null = null
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  set(patch: Partial<NotesState>): void {
    this.state = { ...this.state, ...patch }
    for (const listener of this.listeners) listener()
  }

  /** What the server says; a part that is left out has not changed. */
  take(event: {
    comments?: readonly CommentView[] | undefined
    present?: readonly PresentPerson[] | undefined
    links?: number | undefined
  }): void {
    this.received++
    const { comments = this.state.comments, present = this.state.present, links = this.state.links } = event
    const pending = this.state.pending.filter((note) => !comments?.some((one) => one.id === note.id))
    this.set({ comments, present, links, pending })
  }

  open(pin: CommentPin | null = null, noteId: string | null = null): void {
    if (!this.state.opened) this.opener = document.activeElement
    this.set({ opened: { pin, noteId } })
  }

  /** The focus goes back to where it was, and the link leads to no note any more. */
  close(): void {
    this.set({ opened: null })
    leaveNote()
    if (this.opener instanceof HTMLElement && this.opener.isConnected) this.opener.focus({ preventScroll: true })
  }
}

function leaveNote(): void {
  const query = new URLSearchParams(window.location.search)
  if (!query.has('note')) return
  query.delete('note')
  window.history.replaceState(null, '', `${window.location.pathname}${query.size > 0 ? `?${query}` : ''}`)
}

const NotesContext = createContext<NotesStore | null>(null)
/** What is below it shows and takes notes. */
export const NotesProvider = NotesContext.Provider

/** Null where there are no notes: on pages of share links. */
export const useNotesStore = (): NotesStore | null => useContext(NotesContext)

export function useNewNotesStore(): NotesStore {
  return useState(() => new NotesStore())[0]
}

const noListener = () => () => {}

/** A part of the state as it is now; `part` returns what is in it, nothing that it makes. Undefined where there are no notes. */
export function useNotes<T>(part: (state: NotesState) => T, store = useNotesStore()): T | undefined {
  const read = () => (store ? part(store.state) : undefined)
  return useSyncExternalStore(store?.subscribe ?? noListener, read, read)
}

/** Tells the drawer whether a graph has the frames that notes are on. */
export function useReportFound(kind: 'profile' | 'offcpu', found: ReadonlyMap<string, boolean> | null): void {
  const store = useNotesStore()
  useEffect(() => {
    if (!store) return
    store.set({ found: { ...store.state.found, [kind]: found } })
    return () => store.set({ found: { ...store.state.found, [kind]: null } })
  }, [store, kind, found])
}
