'use client'
import { type DeploySummary, deployTime } from '@sonde/contract'
import {
  Button,
  Confirm,
  CopyButton,
  Fact,
  Facts,
  formatPlural,
  formatTimestamp,
  HostText,
  LabelChip,
  Notice,
  Panel,
  SkeletonRows,
  StateDot,
  TimeAgo,
} from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, Trash2, X } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { lazy, Suspense, useState } from 'react'
import { NotLoaded } from '../shell/not-loaded.tsx'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { DEPLOY_STATE_WORDS, isDeployLive, saidBy } from './deploy-words.ts'
import { PairPanel } from './pair-panel.tsx'
import { useDecide } from './proposed-deploys.tsx'
import { RecordForm } from './record-form.tsx'

const ConfirmDeployDialog = lazy(async () => ({ default: (await import('./confirm-deploy-dialog.tsx')).ConfirmDeployDialog }))

/** What was deployed, where and by whom; what was recorded before and after it, and what that says. */
export function DeployPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const deploy = useQuery({
    ...trpc.deploys.get.queryOptions({ id }),
    refetchInterval: (query) => (query.state.data && isDeployLive(query.state.data) ? 2_000 : 10_000),
  })
  if (deploy.error && !deploy.data) return <NotLoaded error={deploy.error} what="deploy" all={{ href: '/deploys', label: 'All deploys' }} />
  if (!deploy.data) return <SkeletonRows label="Loading the deploy" rows={8} />
  const { pairs, state } = deploy.data
  const decided = state === 'started' || state === 'finished'
  return (
    <div className="mx-auto flex w-full max-w-[1200px] flex-col gap-3 p-3 sm:p-4">
      <Header deploy={deploy.data} />
      {pairs.map((pair) => (
        <PairPanel key={pair.id} deploy={deploy.data} pair={pair} />
      ))}
      {decided && pairs.length === 0 ? <NothingRecorded deploy={deploy.data} /> : null}
      {decided ? <RecordForm deploy={deploy.data} /> : null}
      <AboutDeploy deploy={deploy.data} />
    </div>
  )
}

function Header({ deploy }: { deploy: DeploySummary }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const operator = useHasRole('operator')
  const admin = useHasRole('admin')
  const [confirming, setConfirming] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const decide = useDecide()
  const state = DEPLOY_STATE_WORDS[deploy.state]
  const finish = useMutation(
    trpc.deploys.mark.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.deploys.pathKey() }),
      onError: (error) => toast.error('It was not marked', { description: errorText(error) }),
    }),
  )
  const remove = useMutation(
    trpc.deploys.delete.mutationOptions({
      onSuccess: async () => {
        router.push('/deploys')
        await queryClient.invalidateQueries({ queryKey: trpc.deploys.list.pathKey() })
      },
      onError: (error) => toast.error('It was not deleted', { description: errorText(error) }),
    }),
  )
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="flex min-w-0 max-w-full items-baseline gap-2 font-semibold text-xl">
        <HostText text={deploy.service} />
        <HostText text={deploy.version} className="font-mono font-normal" />
      </h1>
      <span className="inline-flex items-center gap-1.5" data-testid="deploy-state">
        <StateDot kind={state.dot} /> {state.word}
      </span>
      <TimeAgo date={deployTime(deploy)} className="text-ink-2" />
      <div className="flex-1" />
      {deploy.state === 'started' && operator ? (
        <Button
          variant="primary"
          disabled={finish.isPending}
          onClick={() => finish.mutate({ service: deploy.service, version: deploy.version, state: 'finished' })}
        >
          <Check aria-hidden /> It is done
        </Button>
      ) : null}
      {deploy.state === 'proposed' && operator ? (
        <>
          <Button variant="primary" onClick={() => setConfirming(true)}>
            <Check aria-hidden /> Confirm
          </Button>
          <Button disabled={decide.isPending} onClick={() => decide.mutate({ id: deploy.id, decision: 'dismiss' })}>
            <X aria-hidden /> Dismiss
          </Button>
        </>
      ) : null}
      {admin ? (
        <Button variant="danger" icon aria-label="Delete this marker" title="Delete this marker" onClick={() => setDeleting(true)}>
          <Trash2 aria-hidden />
        </Button>
      ) : null}
      <CopyButton text={() => `${window.location.origin}/deploys/${deploy.id}`} label="Copy link to this deploy">
        Copy link
      </CopyButton>
      <Suspense>{confirming ? <ConfirmDeployDialog deploy={deploy} open onOpenChange={setConfirming} /> : null}</Suspense>
      <Confirm
        open={deleting}
        onOpenChange={setDeleting}
        title="Delete this marker?"
        description="The captures before and after it stay; what is planned is not recorded any more."
        action="Delete"
        onConfirm={() => remove.mutate({ id: deploy.id })}
      />
    </div>
  )
}

/** What is missing, and what to do about it. */
function NothingRecorded({ deploy }: { deploy: DeploySummary }) {
  if (deploy.hosts.length === 0)
    return (
      <Notice tone="warn" title="No host has the labels of this deploy">
        Without hosts nothing can be recorded. Give the hosts of <HostText text={deploy.service} /> the label service=
        <HostText text={deploy.service} /> (SONDE_LABELS of their agents), or name hosts in the marker.
      </Notice>
    )
  return (
    <Notice tone="neutral" title="Nothing was recorded around this deploy">
      {deploy.state === 'started'
        ? 'Record it below: once now, and once when the deploy is over.'
        : 'Record it below, beside an earlier capture with the same settings, if there is one.'}{' '}
      A{' '}
      <Link href="/rules" className="text-accent underline">
        rule
      </Link>{' '}
      for deploys of this service does so by itself.
    </Notice>
  )
}

function AboutDeploy({ deploy }: { deploy: DeploySummary }) {
  const router = useRouter()
  return (
    <Panel title="About this deploy">
      <Facts>
        <Fact name="Who">
          <HostText text={saidBy(deploy)} />
        </Fact>
        {deploy.startedAt ? (
          <Fact name={deploy.source === 'noticed' ? 'Noticed' : 'Began'}>{formatTimestamp(deploy.startedAt)}</Fact>
        ) : null}
        {deploy.finishedAt ? <Fact name="Finished">{formatTimestamp(deploy.finishedAt)}</Fact> : null}
        {deploy.sha ? (
          <Fact name="Commit">
            <HostText text={deploy.sha} mono />
          </Fact>
        ) : null}
        {deploy.url ? (
          <Fact name="CI run">
            <a href={deploy.url} target="_blank" rel="noopener noreferrer nofollow" className="text-accent underline">
              <HostText text={deploy.url} />
            </a>
          </Fact>
        ) : null}
        {deploy.note ? (
          <Fact name="Note">
            <HostText text={deploy.note} wrap />
          </Fact>
        ) : null}
        {deploy.noticed ? (
          <Fact name="Noticed build">
            <HostText text={deploy.noticed.path} mono wrap />: <HostText text={deploy.noticed.previousBuildId} mono wrap /> →{' '}
            <HostText text={deploy.noticed.buildId} mono wrap />
          </Fact>
        ) : null}
        {deploy.labels && Object.keys(deploy.labels).length > 0 ? (
          <Fact name="Labels">
            <span className="flex flex-wrap gap-1">
              {Object.entries(deploy.labels).map(([key, value]) => (
                <LabelChip
                  key={key}
                  name={key}
                  value={value}
                  onSelect={() => router.push(`/hosts?q=${encodeURIComponent(`${key}=${value}`)}`)}
                />
              ))}
            </span>
          </Fact>
        ) : null}
        <Fact name="Hosts">
          {deploy.hosts.length === 0 ? (
            'none'
          ) : (
            <details>
              <summary className="cursor-pointer">{formatPlural(deploy.hosts.length, 'host')}</summary>
              <ul className="max-h-64 overflow-auto">
                {deploy.hosts.map((host) => (
                  <li key={host.id}>
                    <Link href={`/hosts/${host.id}`} className="hover:underline">
                      <HostText text={host.name} />
                    </Link>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </Fact>
      </Facts>
    </Panel>
  )
}
