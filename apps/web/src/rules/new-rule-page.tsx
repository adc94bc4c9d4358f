'use client'
import { EmptyState, Notice, SkeletonRows } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { type CaptureDraft, draftOfSpec, parseDraft } from '../new-capture/draft.ts'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { emptyRuleDraft } from './rule-draft.ts'
import { RuleForm } from './rule-form.tsx'

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** `?from=CAPTURE`: what that one recorded, on its hosts. Else the parameters of the form of a new capture. */
export function NewRulePage() {
  const operator = useHasRole('operator')
  const params = useSearchParams()
  const from = params.get('from')
  if (!operator)
    return (
      <EmptyState page title="You may read rules, not make them">
        Ask an administrator for the role “operator”.
      </EmptyState>
    )
  return from === null ? <NewRule capture={parseDraft(new URLSearchParams(params))} /> : <RuleOfCapture id={from} />
}

function RuleOfCapture({ id }: { id: string }) {
  const trpc = useTRPC()
  const capture = useQuery(trpc.captures.get.queryOptions({ id }))
  if (capture.error)
    return (
      <EmptyState page title="There is no such capture">
        {errorText(capture.error)}
      </EmptyState>
    )
  if (!capture.data) return <SkeletonRows label="Loading the settings" rows={8} />
  if (capture.data.source)
    return (
      <EmptyState page title="No rule can record this">
        It was imported from a file, not recorded by a host.
      </EmptyState>
    )
  return (
    <NewRule
      capture={draftOfSpec(
        capture.data.spec,
        capture.data.targets.map((target) => target.hostId),
      )}
    />
  )
}

function NewRule({ capture }: { capture: CaptureDraft }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [draft, setDraft] = useState(() => emptyRuleDraft('UTC', capture))
  // The server does not know the reader's time zone, and what it renders is what the browser takes over.
  useEffect(() => setDraft((current) => ({ ...current, schedule: { ...current.schedule, timeZone: ownTimeZone() } })), [])
  const create = useMutation(
    trpc.rules.create.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.rules.list.queryKey() })
        router.push(`/rules/${id}`)
      },
    }),
  )
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <h1 className="font-semibold text-xl">New rule</h1>
      {capture.scope.filter.kind === 'pid' ? (
        <Notice tone="warn" title="It recorded one process by its number">
          A rule outlives that process: choose it by name, cgroup or container below.
        </Notice>
      ) : null}
      <RuleForm
        draft={draft}
        onChange={(change) => setDraft((current) => ({ ...current, ...change }))}
        enabled
        saveLabel="Make the rule"
        saving={create.isPending || create.isSuccess}
        error={create.error}
        firedToday={0}
        onSave={(rule) => create.mutate(rule)}
      />
    </div>
  )
}
