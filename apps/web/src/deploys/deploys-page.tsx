'use client'
import { type DeploySummary, deployTime } from '@sonde/contract'
import { Button, EmptyState, HostText, Notice, Select, SkeletonRows } from '@sonde/ui'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { CloudUpload, Plus } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { lazy, Suspense, useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { DeployRow } from './deploy-row.tsx'
import { dayOf, dayTitle, firstToCompare, isDeployLive } from './deploy-words.ts'
import { ProposedDeploys } from './proposed-deploys.tsx'

const MarkDeployDialog = lazy(async () => ({ default: (await import('./mark-deploy-dialog.tsx')).MarkDeployDialog }))
const PAGE_SIZE = 50
/** Verdicts that are asked for at once. */
const COMPARE_AT_ONCE = 5

/** Deploys by the day, newest first; those that agents noticed and nobody has confirmed above them. */
export function DeploysPage() {
  const trpc = useTRPC()
  const operator = useHasRole('operator')
  const service = useSearchParams().get('service') ?? ''
  const [marking, setMarking] = useState(false)
  const services = useQuery(trpc.deploys.services.queryOptions())
  const pages = useInfiniteQuery({
    ...trpc.deploys.list.infiniteQueryOptions(
      { limit: PAGE_SIZE, states: ['started', 'finished'], ...(service ? { service } : {}) },
      { getNextPageParam: (page) => page.nextCursor ?? undefined },
    ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(isDeployLive)) ? 3_000 : 15_000),
  })
  const deploys = pages.data?.pages.flatMap((page) => page.items)
  const toCompare = firstToCompare(deploys ?? [], COMPARE_AT_ONCE)
  const filter = (next: string) => window.history.replaceState(null, '', next ? `/deploys?service=${encodeURIComponent(next)}` : '/deploys')
  const mark = operator ? (
    <Button variant="primary" onClick={() => setMarking(true)}>
      <Plus aria-hidden /> Mark a deploy
    </Button>
  ) : null

  return (
    <div className="mx-auto flex w-full max-w-[1200px] flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 font-semibold text-xl">Deploys</h1>
        <div className="flex items-center gap-2 text-ink-2">
          <span aria-hidden>Service</span>
          <Select aria-label="Service" className="w-48" value={service} onChange={(event) => filter(event.target.value)}>
            <option value="">all</option>
            {[...new Set([...(services.data ?? []), ...(service ? [service] : [])])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </div>
        <div className="flex-1" />
        {mark}
      </div>
      <ProposedDeploys service={service} />
      {pages.error && !deploys ? (
        <Notice tone="bad" title="The deploys could not be loaded">
          <HostText wrap text={errorText(pages.error)} />
        </Notice>
      ) : !deploys ? (
        <SkeletonRows label="Loading deploys" />
      ) : deploys.length === 0 ? (
        service ? (
          <EmptyState title="No deploy of this service" action={<Button onClick={() => filter('')}>All services</Button>} />
        ) : (
          <EmptyState icon={<CloudUpload />} title="No deploy yet" action={mark}>
            A deploy is a marker in time. CI posts one to <code className="font-mono text-sm">/api/v1/deploys</code> with a token, before
            and after the rollout; captures before and after it, on the same hosts, say what got slower.
          </EmptyState>
        )
      ) : (
        <>
          {byDay(deploys).map(({ day, title, items }) => (
            <section key={day} aria-label={title} className="flex flex-col gap-1">
              <h2 className="font-medium text-ink-3 text-sm">{title}</h2>
              <ul className="rounded-md border border-line bg-surface">
                {items.map((deploy) => (
                  <DeployRow key={deploy.id} deploy={deploy} ask={toCompare.has(deploy.id)} />
                ))}
              </ul>
            </section>
          ))}
          {pages.hasNextPage ? (
            <div className="flex justify-center">
              <Button onClick={() => pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
                {pages.isFetchingNextPage ? 'Loading…' : 'Show older ones'}
              </Button>
            </div>
          ) : null}
        </>
      )}
      <Suspense>{marking ? <MarkDeployDialog open onOpenChange={setMarking} /> : null}</Suspense>
    </div>
  )
}

function byDay(deploys: readonly DeploySummary[]): { day: string; title: string; items: DeploySummary[] }[] {
  const days: { day: string; title: string; items: DeploySummary[] }[] = []
  for (const deploy of deploys) {
    const at = deployTime(deploy)
    const day = dayOf(at)
    const last = days.at(-1)
    if (last?.day === day) last.items.push(deploy)
    else days.push({ day, title: dayTitle(at), items: [deploy] })
  }
  return days
}
