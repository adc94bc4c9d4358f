'use client'
import type { CaptureViewState, TimeWindow } from '@sonde/contract'
import { Button, formatPlural } from '@sonde/ui'
import { MessageSquare } from 'lucide-react'
import { pinnedNotes } from './note-threads.ts'
import { useNotes, useNotesStore } from './notes-store.ts'
import { pinView } from './pin-view.ts'

/** Beside a selected stretch of time: adds a note on it, or shows those that are on some of it. */
export function WindowNotesButton({ window, view }: { window: TimeWindow; view: CaptureViewState }) {
  const store = useNotesStore()
  const { windows } = pinnedNotes(useNotes((state) => state.comments))
  if (!store) return null
  const here = windows.filter(({ pin }) => pin.on === 'window' && pin.fromMs < window.toMs && pin.toMs > window.fromMs)
  const [fromMs, toMs] = [Math.round(window.fromMs), Math.round(window.toMs)]
  const label = here.length > 0 ? `${formatPlural(here.length, 'note')} on this time` : 'Add a note on this time'
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-label={label}
      title={label}
      onClick={() => store.open({ on: 'window', fromMs, toMs, view: pinView(view) }, here[0]?.id ?? null)}
    >
      <MessageSquare aria-hidden /> {here.length > 0 ? here.length : 'Note'}
    </Button>
  )
}
