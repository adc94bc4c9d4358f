'use client'
import { type DeploySummary, deployTime } from '@sonde/contract'
import { Button, formatPlural, HostText, TimeAgo } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

const ConfirmDeployDialog = lazy(async () => ({ default: (await import('./confirm-deploy-dialog.tsx')).ConfirmDeployDialog }))

/** New builds that agents noticed, for a person to say what they are. Nothing where there are none. */
export function ProposedDeploys({ service }: { service: string }) {
  const trpc = useTRPC()
  const [confirming, setConfirming] = useState<DeploySummary | null>(null)
  const proposed = useQuery({
    ...trpc.deploys.list.queryOptions({ limit: 100, states: ['proposed'], ...(service ? { service } : {}) }),
    refetchInterval: 10_000,
  })
  const items = proposed.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section aria-label="Noticed on hosts" className="flex flex-col gap-1" data-testid="proposed-deploys">
      <h2 className="font-medium text-ink-3 text-sm">
        Noticed on hosts: another build of a program runs than before
        {proposed.data?.nextCursor ? '; the newest 100' : ''}
      </h2>
      <ul className="rounded-md border border-accent-line bg-surface">
        {items.map((deploy) => (
          <ProposedRow key={deploy.id} deploy={deploy} onConfirm={() => setConfirming(deploy)} />
        ))}
      </ul>
      <Suspense>
        {confirming ? <ConfirmDeployDialog deploy={confirming} open onOpenChange={(open) => (open ? null : setConfirming(null))} /> : null}
      </Suspense>
    </section>
  )
}

function ProposedRow({ deploy, onConfirm }: { deploy: DeploySummary; onConfirm: () => void }) {
  const operator = useHasRole('operator')
  const decide = useDecide()
  const name = `${deploy.service} ${deploy.version}`
  return (
    <li
      data-testid="proposed-deploy"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-3 py-2 last:border-b-0"
    >
      <div className="min-w-0 flex-1 basis-64">
        <Link href={`/deploys/${deploy.id}`} className="inline-flex max-w-full gap-1.5 font-medium hover:underline">
          <HostText text={deploy.service} />
          <HostText text={deploy.version} className="font-mono font-normal text-sm" />
        </Link>
        <div className="flex flex-wrap gap-x-2 text-ink-2 text-sm">
          <TimeAgo date={deployTime(deploy)} />
          <span>
            on {formatPlural(deploy.hosts.length, 'host')}:{' '}
            {deploy.hosts.slice(0, 3).map((host, i) => (
              <span key={host.id}>
                {i > 0 ? ', ' : ''}
                <HostText text={host.name} />
              </span>
            ))}
            {deploy.hosts.length > 3 ? ` and ${deploy.hosts.length - 3} more` : ''}
          </span>
          {deploy.noticed ? <HostText text={deploy.noticed.path} mono className="text-ink-3" /> : null}
        </div>
      </div>
      {operator ? (
        <span className="flex gap-1">
          <Button size="sm" onClick={onConfirm} aria-label={`Confirm ${name}`}>
            <Check aria-hidden /> Confirm
          </Button>
          <Button
            size="sm"
            variant="ghost"
            disabled={decide.isPending}
            onClick={() => decide.mutate({ id: deploy.id, decision: 'dismiss' })}
            aria-label={`Dismiss ${name}`}
          >
            <X aria-hidden /> Dismiss
          </Button>
        </span>
      ) : null}
    </li>
  )
}

/** Confirms or dismisses, and has every list of deploys read again. */
export function useDecide(onDone?: () => void) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return useMutation(
    trpc.deploys.decide.mutationOptions({
      onSuccess: async (_, { decision }) => {
        toast.success(decision === 'confirm' ? 'It is a deploy' : 'Dismissed')
        onDone?.()
        await queryClient.invalidateQueries({ queryKey: trpc.deploys.pathKey() })
      },
      onError: (error) => toast.error('Nothing was decided', { description: errorText(error) }),
    }),
  )
}
