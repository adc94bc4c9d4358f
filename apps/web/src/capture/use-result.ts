'use client'
import { keepPreviousData, type QueryKey, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { isRefusal } from '../trpc/errors.ts'
import { nextLoadInMs } from './next-load.ts'

/** `isStale`: what is shown answers an earlier question (another selection, another filter); the new answer is on its way. */
export type Result<T> = { data: T | undefined; error: unknown; isLoading: boolean; isStale: boolean }

export type ResultOptions<T> = {
  key: QueryKey
  /** How much of it there is; 0 for nothing yet. */
  version: number
  /** The capture records it at all. */
  enabled: boolean
  load: (signal: AbortSignal) => Promise<T>
  /** While the answer to another key is awaited, the last one stays on screen. For keys that name one capture's one result. */
  keepPrevious?: boolean
}

/**
 * A result that grows while the capture runs: loaded when `version` passes what is shown, one request at a time, the old one
 * staying on screen until the new one is there. A version that moves faster than the server answers starves nothing.
 */
export function useResult<T>({ key, version, enabled, load, keepPrevious = false }: ResultOptions<T>): Result<T> {
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
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
  })
  const { data, error, isFetching, isError, isPlaceholderData, refetch } = query
  useEffect(() => {
    if (!enabled) return
    const waitMs = nextLoadInMs({ version, shown: data ?? null, isFetching, isError, isRefused: isRefusal(error) }, Date.now())
    if (waitMs === null) return
    const timer = setTimeout(() => void refetch(), waitMs)
    return () => clearTimeout(timer)
  }, [enabled, isFetching, isError, error, version, data, refetch])
  return { data: data?.value, error, isLoading: enabled && version > 0 && data === undefined && !isError, isStale: isPlaceholderData }
}
