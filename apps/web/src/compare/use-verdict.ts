'use client'
import type { Comparison } from '@sonde/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc/client.tsx'
import { isRefusal } from '../trpc/errors.ts'

const LIVE_EVERY_MS = 10_000

/** What the server finds between the two sides; while another comparison is worked out, the last one stays (`isPlaceholderData`). */
export function useVerdict(comparison: Comparison, { isLive, enabled }: { isLive: boolean; enabled: boolean }) {
  const trpc = useTRPC()
  return useQuery({
    ...trpc.comparisons.verdict.queryOptions(comparison),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    structuralSharing: false,
    refetchInterval: (query) => (isLive && !isRefusal(query.state.error) ? LIVE_EVERY_MS : false),
  })
}
