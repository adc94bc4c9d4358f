'use client'
import { type Probe, type ProbeHit, probeLabel } from '@sonde/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'

const MOST_PROBES = 32

/** A function is described once, whichever of its ends is probed. */
const keyOf = (probe: Probe): string => probeLabel('at' in probe ? { ...probe, at: 'entry' } : probe)

export type ProbeDetails = {
  /** What is known of it; there is an answer for a probe that no host has, too, with the reasons. */
  of: (probe: Probe) => ProbeHit | undefined
  /** Some host has it, so that its arguments are those that there are. */
  isKnown: (probe: Probe) => boolean
  /** What the finder said about a probe that was just picked: true until the hosts' own answer is here. */
  remember: (hit: ProbeHit) => void
}

/** What the picked hosts know about probes that a form already has: arguments for conditions, and where they are missing. */
export function useProbeDetails(hostIds: readonly string[], probes: readonly Probe[]): ProbeDetails {
  const trpc = useTRPC()
  const asked = new Map(
    probes.slice(0, MOST_PROBES).map((probe) => [keyOf(probe), 'at' in probe ? { ...probe, at: 'entry' as const } : probe]),
  )
  const described = useQuery({
    ...trpc.probes.describe.queryOptions({ hostIds: [...hostIds], probes: [...asked.values()] }),
    enabled: hostIds.length > 0 && asked.size > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const found = new Map(described.data?.map((hit) => [keyOf(hit.probe), hit]))
  const [picked, setPicked] = useState<ReadonlyMap<string, ProbeHit>>(new Map())
  const of = (probe: Probe) => found.get(keyOf(probe)) ?? picked.get(keyOf(probe))
  return {
    of,
    isKnown: (probe) => (of(probe)?.onHosts ?? 0) > 0,
    remember: (hit) => setPicked((known) => new Map(known).set(keyOf(hit.probe), hit)),
  }
}
