'use client'
import type { HostView } from '@sonde/contract'
import { useQuery } from '@tanstack/react-query'
import { useShare } from '../share/share-context.tsx'
import { useTRPC } from '../trpc/client.tsx'

const NONE: readonly HostView[] = []

/** Labels and facts of the enrolled hosts, as they are now; none while they load, or where they may not be read. */
export function useHostViews(): readonly HostView[] {
  const trpc = useTRPC()
  const isShared = useShare() !== null
  const { data } = useQuery({ ...trpc.hosts.list.queryOptions({}), staleTime: 60_000, enabled: !isShared })
  return data ?? NONE
}
