'use client'
import { PRESENCE_BEAT_MS } from '@sonde/contract'
import { useEffect } from 'react'
import { useTRPCClient } from '../trpc/client.tsx'
import { useIsVisible } from './use-is-visible.ts'

/** The page of a share link says that it is looked at, for as long as it can be seen. */
export function useLinkBeats(captureId: string): void {
  const client = useTRPCClient()
  const isVisible = useIsVisible()
  useEffect(() => {
    if (!isVisible) return
    // A beat that is lost is followed by the next one.
    const beat = () => void client.comments.presentByLink.mutate({ id: captureId }).catch(() => null)
    beat()
    const every = setInterval(beat, PRESENCE_BEAT_MS)
    return () => clearInterval(every)
  }, [client, captureId, isVisible])
}
