'use client'
import type { ProbeKind } from '@sonde/contract'
import { Button, Fact, Facts, formatExact, HostText, Panel, Skeleton } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import Link from 'next/link'
import { formatOwn } from '../new-capture/own-link.ts'
import { PROBE_KIND_WORDS } from '../new-capture/probe-kind-words.ts'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

const IN_CATALOGUE: readonly ProbeKind[] = ['tracepoint', 'kprobe', 'pmu']

/** How much this host offers to probe, by the catalogues that its agent sent. */
export function ProbesPanel({ hostId }: { hostId: string }) {
  const operator = useHasRole('operator')
  return (
    <Panel
      title="What can be probed"
      actions={
        operator ? (
          <Button asChild size="sm">
            <Link href={`/captures/new?host=${hostId}&own=${formatOwn([])}`}>
              <Search aria-hidden /> Find a probe
            </Link>
          </Button>
        ) : null
      }
    >
      <Facts>
        {IN_CATALOGUE.map((kind) => (
          <Fact key={kind} name={PROBE_KIND_WORDS[kind].many}>
            <KindCount hostId={hostId} kind={kind} />
          </Fact>
        ))}
        <Fact name="Programs and libraries">
          <span className="text-ink-2">functions and USDT probes are listed when one is picked</span>
        </Fact>
      </Facts>
    </Panel>
  )
}

function KindCount({ hostId, kind }: { hostId: string; kind: ProbeKind }) {
  const trpc = useTRPC()
  const found = useQuery({
    ...trpc.probes.search.queryOptions({ hostIds: [hostId], text: '', kinds: [kind], limit: 1 }),
    staleTime: 60_000,
    refetchInterval: (query) => (query.state.data?.hosts.some((host) => host.state === 'building') ? 2_000 : false),
  })
  if (found.error && !found.data) return <HostText wrap text={errorText(found.error)} className="text-bad" />
  if (!found.data) return <Skeleton className="h-5 w-20" />
  const [host] = found.data.hosts
  if (host?.state === 'building') return <span className="text-ink-2">the agent is still reading them</span>
  if (host?.state === 'unavailable') return <HostText wrap text={host.message ?? 'not known'} className="text-warn" />
  const [hit] = found.data.hits
  const obstacle = hit !== undefined && hit.onHosts === 0 ? hit.missing[0]?.reason : undefined
  return (
    <>
      {formatExact(found.data.total)}
      {obstacle === undefined ? null : (
        <span className="text-warn">
          {' known by name; none can be attached: '}
          <HostText wrap text={obstacle} />
        </span>
      )}
    </>
  )
}
