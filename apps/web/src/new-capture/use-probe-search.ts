'use client'
import type { BinaryRef, ProbeKind, ProbeSearchResult } from '@sonde/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc/client.tsx'
import { useDebounced } from '../url/use-debounced.ts'

const TYPING_PAUSE_MS = 40
const MOST_HITS = 200

export type ProbeSearch = {
  result: ProbeSearchResult | undefined
  error: unknown
  /** Nothing has been found yet for the first time; later answers replace what is shown. */
  loading: boolean
  /** What is shown is of an older search. */
  stale: boolean
}

export type ProbeSearchRequest = {
  hostIds: readonly string[]
  text: string
  kinds: readonly ProbeKind[]
  /** Where user functions and USDT probes are looked for; null: in the catalogues of the kernel. */
  binary: BinaryRef | null
}

/** What the hosts offer, searched while typing: by the server in their catalogues, or by the hosts in one binary. */
export function useProbeSearch({ hostIds, text, kinds, binary }: ProbeSearchRequest): ProbeSearch {
  const trpc = useTRPC()
  const settled = useDebounced(text.trim(), TYPING_PAUSE_MS)
  const common = { hostIds: [...hostIds], text: settled, kinds: [...kinds], limit: MOST_HITS }
  const options = { placeholderData: keepPreviousData, staleTime: 60_000, retry: false, refetchOnWindowFocus: false }
  const inCatalogue = useQuery({
    ...trpc.probes.search.queryOptions(common),
    ...options,
    enabled: hostIds.length > 0 && binary === null,
    // A catalogue that is being read will be there soon.
    refetchInterval: (query) => (query.state.data?.hosts.some((host) => host.state === 'building') ? 2_000 : false),
  })
  const inBinary = useQuery({
    ...trpc.probes.binary.queryOptions({ ...common, binary: binary ?? { of: 'library', name: 'none' } }),
    ...options,
    enabled: hostIds.length > 0 && binary !== null,
  })
  const query = binary === null ? inCatalogue : inBinary
  return {
    result: query.data,
    error: query.error,
    loading: query.isLoading,
    stale: query.isPlaceholderData || settled !== text.trim(),
  }
}
