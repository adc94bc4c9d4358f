'use client'
import type { DeployPair, DeployVerdict } from '@sonde/contract'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

export type VerdictAnswer =
  | { state: 'known'; verdict: DeployVerdict }
  | { state: 'none' }
  | { state: 'asked' }
  | { state: 'failed'; message: string }

/** The verdict of a pair: the one that is kept, or made now where both captures have ended and `ask` says so. */
export function useDeployVerdict(deployId: string, pair: DeployPair | undefined, ask = true): VerdictAnswer {
  const trpc = useTRPC()
  const ready = pair !== undefined && pair.before.capture?.endedAt != null && pair.after.capture?.endedAt != null
  const made = useQuery({
    ...trpc.deploys.verdict.queryOptions({ id: deployId, pairId: pair?.id ?? '' }),
    enabled: ask && ready && pair.verdict === null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  })
  if (!ready) return { state: 'none' }
  const verdict = pair.verdict ?? made.data
  if (verdict) return { state: 'known', verdict }
  if (!ask) return { state: 'none' }
  return made.error ? { state: 'failed', message: errorText(made.error) } : { state: 'asked' }
}
