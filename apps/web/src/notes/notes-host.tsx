'use client'
import type { CaptureView } from '@sonde/contract'
import { useSearchParams } from 'next/navigation'
import { lazy, Suspense, useEffect } from 'react'
import type { UpdateView } from '../capture/use-view-state.ts'
import { type NotesStore, useNotes } from './notes-store.ts'
import { useNotesFeed } from './use-notes-feed.ts'

const NotesDrawer = lazy(async () => ({ default: (await import('./notes-drawer.tsx')).NotesDrawer }))

/** What keeps a capture's notes up to date, and shows them when they are asked for: by the button, a mark, or `note=ID` in the link. */
export function NotesHost({ store, capture, update }: { store: NotesStore; capture: CaptureView; update: UpdateView }) {
  useNotesFeed(store, capture.id)
  const opened = useNotes((state) => state.opened, store)
  const asked = useSearchParams().get('note')
  useEffect(() => {
    if (asked !== null) store.open(null, asked.slice(0, 64))
  }, [asked, store])
  if (!opened) return null
  return (
    <Suspense>
      <NotesDrawer store={store} opened={opened} capture={capture} update={update} />
    </Suspense>
  )
}
