'use client'
import { type QueryKey, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

/** Results are fetched at most so often while they grow. */
const MIN_GAP_MS = 900

export type Result<T> = { data: T | undefined; error: unknown; isLoading: boolean }

/**
 * A result that grows while the capture runs: loaded when `version` passes what is shown, one request at a time, the old one
 * staying on screen until the new one is there. A version that moves faster than the server answers starves nothing.
 */
export function useResult<T>(key: QueryKey, version: number, enabled: boolean, load: (signal: AbortSignal) => Promise<T>): Result<T> {
  const wanted = useRef(version)
  wanted.current = version
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const asked = wanted.current
      return { version: asked, atMs: Date.now(), value: await load(signal) }
    },
    enabled: enabled && version > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 120_000,
    refetchOnWindowFocus: false,
    // Profiles are megabytes of typed arrays; comparing them deeply would cost more than drawing them.
    structuralSharing: false,
  })
  const shown = query.data?.version ?? version
  const shownAtMs = query.data?.atMs ?? 0
  const { isFetching, isError, refetch } = query
  useEffect(() => {
    if (!enabled || isFetching || version <= shown) return
    const timer = setTimeout(() => void refetch(), isError ? 5_000 : Math.max(0, shownAtMs + MIN_GAP_MS - Date.now()))
    return () => clearTimeout(timer)
  }, [enabled, isFetching, isError, version, shown, shownAtMs, refetch])
  return { data: query.data?.value, error: query.error, isLoading: enabled && version > 0 && query.data === undefined && !isError }
}
