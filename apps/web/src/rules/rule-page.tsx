'use client'
import type { RuleFiring, RuleView } from '@sonde/contract'
import {
  Badge,
  Button,
  Confirm,
  EmptyState,
  formatExact,
  formatTimestamp,
  HostText,
  Notice,
  Panel,
  SkeletonRows,
  Table,
  Td,
  Th,
  TimeAgo,
  Tr,
} from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Play, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { AlertAddress } from './alert-address.tsx'
import { EnabledSwitch, useMayChange } from './enabled-switch.tsx'
import { ownTimeZone } from './new-rule-page.tsx'
import { draftOfRule } from './rule-draft.ts'
import { RuleForm } from './rule-form.tsx'
import { hostsWords, OUTCOME_TONES } from './rule-words.ts'

export function RulePage({ id }: { id: string }) {
  const trpc = useTRPC()
  const rule = useQuery({ ...trpc.rules.get.queryOptions({ id }), refetchInterval: 5_000 })
  if (rule.error && !rule.data)
    return (
      <EmptyState
        page
        title="There is no such rule"
        action={
          <Button asChild>
            <Link href="/rules">All rules</Link>
          </Button>
        }
      >
        {errorText(rule.error)}
      </EmptyState>
    )
  if (!rule.data) return <SkeletonRows label="Loading the rule" rows={8} />
  return <Rule {...rule.data} />
}

function Rule({ rule, firings, firingCount }: { rule: RuleView; firings: RuleFiring[]; firingCount: number }) {
  const mayChange = useMayChange(rule)
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <RuleHead rule={rule} mayChange={mayChange} />
      {rule.disabledReason ? (
        <Notice tone="warn" title="It turned itself off">
          <HostText wrap text={rule.disabledReason} />
        </Notice>
      ) : null}
      {rule.trigger.kind === 'alert' ? <AlertAddress rule={rule} mayChange={mayChange} /> : null}
      <History firings={firings} count={firingCount} />
      {mayChange ? <Change key={rule.id} rule={rule} /> : null}
    </div>
  )
}

function RuleHead({ rule, mayChange }: { rule: RuleView; mayChange: boolean }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const fire = useMutation(
    trpc.rules.fire.mutationOptions({
      onSuccess: async (fired) => {
        await queryClient.invalidateQueries({ queryKey: trpc.rules.pathKey() })
        if (fired.outcome !== 'started') toast.error('Nothing was started', { description: fired.message })
        else toast.success('A capture was started')
      },
      onError: (error) => toast.error('It was not fired', { description: errorText(error) }),
    }),
  )
  const remove = useMutation(
    trpc.rules.delete.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.rules.list.queryKey() })
        router.push('/rules')
      },
      onError: (error) => toast.error('It was not deleted', { description: errorText(error) }),
    }),
  )
  return (
    <header className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h1 className="min-w-0 max-w-full font-semibold text-xl">
          <HostText text={rule.name} />
        </h1>
        <EnabledSwitch rule={rule} disabled={!mayChange} />
        <div className="flex-1" />
        {mayChange ? (
          <>
            <Button
              onClick={() => fire.mutate({ id: rule.id })}
              disabled={fire.isPending}
              title="As if it had been triggered, also while it is off or cools down"
            >
              <Play aria-hidden /> Fire now
            </Button>
            <Button variant="ghost" icon aria-label="Delete the rule" onClick={() => setDeleting(true)}>
              <Trash2 />
            </Button>
          </>
        ) : null}
      </div>
      <p className="flex flex-wrap gap-x-2 text-ink-2">
        <HostText wrap text={rule.triggerWords} className="text-ink" />
        <span aria-hidden>·</span>
        <HostText wrap text={hostsWords(rule.hosts)} />
        <span aria-hidden>·</span>
        <span>
          {rule.firedToday} of {rule.maxPerDay} in 24 hours
        </span>
        {rule.nextDueAt ? (
          <>
            <span aria-hidden>·</span>
            <span className="tabular-nums">next {formatTimestamp(rule.nextDueAt)}</span>
          </>
        ) : null}
      </p>
      <p className="text-ink-3 text-sm">
        Made by <HostText text={rule.createdBy.name} /> <TimeAgo date={rule.createdAt} />, changed by{' '}
        <HostText text={rule.updatedBy.name} /> <TimeAgo date={rule.updatedAt} />
      </p>
      <Confirm
        open={deleting}
        onOpenChange={setDeleting}
        title="Delete this rule?"
        description="Its history goes with it. The captures that it started stay."
        action="Delete"
        onConfirm={() => remove.mutate({ id: rule.id })}
      />
    </header>
  )
}

function History({ firings, count }: { firings: RuleFiring[]; count: number }) {
  return (
    <Panel title="History" flush={firings.length > 0}>
      {firings.length === 0 ? (
        <p className="text-ink-2">It has not been asked yet. “Fire now” tries it.</p>
      ) : (
        <>
          <Table label="History of the rule">
            <thead>
              <tr>
                <Th>When</Th>
                <Th>Outcome</Th>
                <Th>Why</Th>
                <Th>Capture</Th>
              </tr>
            </thead>
            <tbody>
              {firings.map((firing) => (
                <Tr key={firing.id} data-testid="rule-firing">
                  <Td className="whitespace-nowrap align-top">
                    <TimeAgo date={firing.lastAt} />
                    {firing.times > 1 ? <span className="block text-ink-3 text-sm">{formatExact(firing.times)} times</span> : null}
                  </Td>
                  <Td className="align-top">
                    <Badge tone={OUTCOME_TONES[firing.outcome]}>{firing.outcome}</Badge>
                  </Td>
                  <Td className="max-w-[32rem] align-top">
                    {firing.refusal ? (
                      <HostText
                        wrap
                        text={`${firing.refusal.charAt(0).toUpperCase()}${firing.refusal.slice(1)}. `}
                        className="font-medium"
                      />
                    ) : null}
                    <HostText wrap text={firing.cause} className={firing.refusal ? 'text-ink-2' : ''} />
                  </Td>
                  <Td className="max-w-64 align-top">
                    {firing.capture ? (
                      <Link href={`/captures/${firing.capture.id}`} className="text-accent hover:underline">
                        <HostText text={firing.capture.title} />
                      </Link>
                    ) : firing.outcome === 'started' ? (
                      <span className="text-ink-3">deleted</span>
                    ) : null}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
          {count > firings.length ? (
            <p className="p-2 text-ink-3 text-sm">
              The latest {firings.length} of {formatExact(count)}.
            </p>
          ) : null}
        </>
      )}
    </Panel>
  )
}

function Change({ rule }: { rule: RuleView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [draft, setDraft] = useState(() => draftOfRule(rule, ownTimeZone()))
  const update = useMutation(
    trpc.rules.update.mutationOptions({
      onSuccess: async () => {
        toast.success('Saved')
        await queryClient.invalidateQueries({ queryKey: trpc.rules.pathKey() })
      },
    }),
  )
  return (
    <>
      <h2 className="mt-2 font-semibold text-lg">Change it</h2>
      <RuleForm
        draft={draft}
        onChange={(change) => setDraft((current) => ({ ...current, ...change }))}
        enabled={rule.enabled}
        saveLabel="Save the rule"
        saving={update.isPending}
        error={update.error}
        firedToday={rule.firedToday}
        onSave={(input) => update.mutate({ id: rule.id, rule: input })}
      />
    </>
  )
}
