'use client'
import type { CaptureView } from '@sonde/contract'
import { useQuery } from '@tanstack/react-query'
import { isLive } from '../captures/capture-state.ts'
import { useTRPC } from '../trpc/client.tsx'
import { isRefusal } from '../trpc/errors.ts'

/** The capture of a side, kept up to date while it runs; nothing is asked for while no side is chosen. */
export function useSideCapture(id: string | undefined): { capture: CaptureView | undefined; error: unknown } {
  const trpc = useTRPC()
  const query = useQuery({
    ...trpc.captures.get.queryOptions({ id: id ?? '' }),
    enabled: id !== undefined,
    refetchInterval: (q) => (q.state.data && isLive(q.state.data.state) && !isRefusal(q.state.error) ? 3_000 : false),
  })
  return { capture: isRefusal(query.error) ? undefined : query.data, error: query.error }
}
