'use client'
import { PANES, PRESENCE_BEAT_MS, type PresentPerson } from '@sonde/contract'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState } from 'react'
import { useTRPC, useTRPCClient } from '../trpc/client.tsx'
import { isRefusal } from '../trpc/errors.ts'
import type { NotesStore } from './notes-store.ts'
import { useIsVisible } from './use-is-visible.ts'

/** A move from pane to pane is told once it rests, ms. */
const PANE_RESTS_MS = 1_000

/** Keeps the store as the server has it for as long as the page can be seen, and says so: who watches is present. */
export function useNotesFeed(store: NotesStore, captureId: string): void {
  const trpc = useTRPC()
  const isVisible = useIsVisible()
  const [isRefused, setRefused] = useState(false)
  const { status, error } = useSubscription(
    trpc.comments.watch.subscriptionOptions(
      { captureId, page: store.page },
      {
        enabled: isVisible && !isRefused,
        onData: (event) => store.take(event),
        onError: (reason) => setRefused(isRefusal(reason)),
      },
    ),
  )
  const isLost = isVisible && (status === 'error' || (status === 'connecting' && error !== null))
  useEffect(() => store.set({ isLost }), [store, isLost])
  usePresenceBeats(store, captureId, status === 'pending')
}

function usePresenceBeats(store: NotesStore, captureId: string, isWatching: boolean): void {
  const client = useTRPCClient()
  const pane = useRef<PresentPerson['pane']>('')
  useEffect(() => {
    if (!isWatching) return
    // A beat that is lost is followed by the next one.
    const beat = () => void client.comments.present.mutate({ captureId, page: store.page, pane: pane.current }).catch(() => null)
    const every = setInterval(beat, PRESENCE_BEAT_MS)
    let resting: ReturnType<typeof setTimeout> | undefined
    const onMove = (event: Event) => {
      const at = paneOf(event.target)
      if (at === null || at === pane.current) return
      pane.current = at
      clearTimeout(resting)
      resting = setTimeout(beat, PANE_RESTS_MS)
    }
    if (pane.current !== '') beat()
    document.addEventListener('pointerover', onMove, { passive: true })
    document.addEventListener('focusin', onMove)
    return () => {
      clearInterval(every)
      clearTimeout(resting)
      document.removeEventListener('pointerover', onMove)
      document.removeEventListener('focusin', onMove)
    }
  }, [client, store, captureId, isWatching])
}

function paneOf(target: EventTarget | null): PresentPerson['pane'] | null {
  const name = target instanceof Element ? target.closest('[data-pane]')?.getAttribute('data-pane') : null
  return PANES.find((pane) => pane === name) ?? null
}
