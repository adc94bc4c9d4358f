'use client'
import type { CaptureView } from '@sonde/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef } from 'react'
import { isLive } from '../captures/capture-state.ts'
import { useShare } from '../share/share-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { isRefusal } from '../trpc/errors.ts'

export type LiveCapture = {
  /** Undefined while it loads, and where the server refuses it (any more): see `error`. */
  capture: CaptureView | undefined
  error: unknown
  /** Live updates are wanted and do not come at the moment; the page asks every few seconds instead. */
  isDisconnected: boolean
  /** Server clock minus this clock, ms: elapsed times must not depend on the reader's clock. */
  clockOffsetMs: number
}

/** The capture as it is now: fetched once, then kept up to date over server-sent events until everything is final. */
export function useCapture(id: string): LiveCapture {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const isShared = useShare() !== null
  const watching = useRef(false)
  const query = useQuery({
    ...trpc.captures.get.queryOptions({ id }),
    refetchInterval: (q) => {
      if (!q.state.data || isRefusal(q.state.error)) return false
      // Nothing is watched through a link, whose token must not stand in an address; and one that ends is to be noticed.
      if (isShared) return isLive(q.state.data.state) ? 2_000 : 4_000
      return isLive(q.state.data.state) && !watching.current ? 3_000 : false
    },
  })
  // Deleted while somebody watches: nothing of it may be shown any more, nor is it "running" for ever.
  const refused = isRefusal(query.error)
  const live = query.data !== undefined && isLive(query.data.state) && !refused
  const subscription = useSubscription(
    trpc.captures.watch.subscriptionOptions(
      { id },
      { enabled: live && !isShared, onData: (view) => queryClient.setQueryData(trpc.captures.get.queryKey({ id }), view) },
    ),
  )
  watching.current = subscription.status === 'pending'

  // The list shows the final state as soon as the reader goes back to it.
  const wasLive = useRef(live)
  useEffect(() => {
    if (wasLive.current && !live) void queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() })
    wasLive.current = live
  }, [live, queryClient, trpc])

  const offset = useRef({ at: 0, ms: 0 })
  if (query.data && offset.current.at !== query.dataUpdatedAt)
    offset.current = { at: query.dataUpdatedAt, ms: query.data.serverNow.getTime() - query.dataUpdatedAt }
  return {
    capture: refused ? undefined : query.data,
    error: query.error,
    isDisconnected: live && ((!isShared && subscription.status === 'error') || query.failureCount > 0),
    clockOffsetMs: offset.current.ms,
  }
}
