'use client'
import { type HostView, instrumentTitle } from '@sonde/contract'
import { Button, EmptyState, formatPlural, formatSpan, HostText, Notice } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { hostFit, needsOf, needsOfRecipe } from '../hosts/host-fit.ts'
import { useHasRole } from '../shell/person-context.tsx'
import { isModEnter, isTyping, useKeyDown } from '../shell/shortcuts.ts'
import { useTRPC } from '../trpc/client.tsx'
import { type CaptureDraft, type DraftProblem, formatDraft, instrumentsOf, parseDraft, recipeOf, recipeRateHz, specOf } from './draft.ts'
import type { ScopeProblem } from './filter-draft.ts'
import { FilterFields } from './filter-fields.tsx'
import { ForecastButton, ForecastPanel, useForecast } from './forecast-panel.tsx'
import { HostPicker } from './host-picker.tsx'
import { PlanPanel } from './plan-panel.tsx'
import { RecordSection } from './record-section.tsx'
import { Section } from './section.tsx'
import { StartPanel } from './start-panel.tsx'
import { TimingFields } from './timing-fields.tsx'

export function NewCapturePage() {
  const operator = useHasRole('operator')
  if (!operator)
    return (
      <EmptyState page title="You may read captures, not start them">
        Ask an administrator for the role “operator”.
      </EmptyState>
    )
  return <NewCaptureForm />
}

/** The form in the address, so that "look at this with me" is a link, too. */
function useLinkedDraft(): [CaptureDraft, (change: Partial<CaptureDraft>) => void] {
  const params = useSearchParams()
  const [draft, setDraft] = useState<CaptureDraft>(() => parseDraft(new URLSearchParams(params)))
  const query = formatDraft(draft)
  useEffect(() => {
    const url = `${window.location.pathname}${query ? `?${query}` : ''}`
    if (window.location.pathname === '/captures/new' && url !== `${window.location.pathname}${window.location.search}`)
      window.history.replaceState(null, '', url)
  }, [query])
  return [draft, (change) => setDraft((current) => ({ ...current, ...change }))]
}

/** How many of the hosts can run what is drafted so far. */
function fitOf(draft: CaptureDraft, hosts: readonly HostView[]) {
  if (draft.way === 'recipe') return hostFit(needsOfRecipe(recipeOf(draft)), hosts)
  const made = instrumentsOf(draft)
  return hostFit(made.ok ? needsOf(made.instruments) : { capabilities: [], kinds: [], collectors: [] }, hosts)
}

/** What is recorded, in a few words for the line beside Start. */
function whatOf(draft: CaptureDraft): string {
  if (draft.way === 'recipe') return recipeOf(draft).title
  const made = instrumentsOf(draft)
  const words = made.ok ? made.instruments.map(instrumentTitle).join(', ') : ''
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const isScopeProblem = (problem: DraftProblem): problem is ScopeProblem =>
  problem.field === 'filter' || problem.field === 'uid' || problem.field === 'cpus'

function NewCaptureForm() {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [draft, change] = useLinkedDraft()
  const hosts = useQuery(trpc.hosts.list.queryOptions({}))
  const start = useMutation(
    trpc.captures.start.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() })
        router.push(`/captures/${id}`)
      },
    }),
  )

  // With one host there is nothing to choose; done once, so that it can be un-picked.
  const preselected = useRef(false)
  useEffect(() => {
    if (preselected.current || !hosts.data) return
    preselected.current = true
    const [only] = hosts.data
    if (hosts.data.length === 1 && only && draft.hostIds.length === 0) change({ hostIds: [only.id] })
  })

  const picked = (hosts.data ?? []).filter((host) => draft.hostIds.includes(host.id))
  const unknownHosts = hosts.data ? draft.hostIds.filter((id) => !hosts.data.some((host) => host.id === id)) : []
  const online = picked.filter((host) => host.online).length
  const fit = fitOf(draft, picked)
  const made = specOf(draft)
  const spec = made.ok ? made.spec : null
  const problem = made.ok ? null : made.problem
  const blocked = problem
    ? problem.message
    : picked.length > 0 && fit.able === 0
      ? `None of the picked hosts can run this${draft.way === 'recipe' ? ' recipe' : ''}.`
      : null
  const starting = start.isPending || start.isSuccess
  const canStart = spec !== null && blocked === null && unknownHosts.length === 0 && !starting
  const forecast = useForecast(draft.hostIds, spec)

  const submit = () => {
    if (spec === null || !canStart) return
    start.mutate({ hostIds: draft.hostIds, spec, ...(draft.title.trim() ? { title: draft.title.trim() } : {}) })
  }
  useKeyDown((event) => {
    if (isModEnter(event)) {
      event.preventDefault()
      submit()
    } else if (event.key === '/' && !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const box = document.querySelector<HTMLInputElement>('[data-shortcut="/"]')
      if (!box) return
      event.preventDefault()
      box.focus()
      box.scrollIntoView({ block: 'nearest' })
    }
  })

  const usualRate = draft.way === 'recipe' ? recipeRateHz(recipeOf(draft)) : null
  return (
    <div className="mx-auto grid w-full max-w-[1600px] gap-3 p-3 sm:p-4 xl:grid-cols-[minmax(0,1fr)_minmax(380px,480px)]">
      <h1 className="font-semibold text-xl xl:col-span-2">New capture</h1>
      <div className="flex min-w-0 flex-col gap-3">
        <Section
          step={1}
          title="Hosts"
          aside={
            <span role="status" className="text-ink-2" data-testid="picked-hosts">
              {picked.length === 0
                ? 'none picked'
                : `${formatPlural(picked.length, 'host')}, ${online} online${fit.able < picked.length ? `, ${picked.length - fit.able} unsupported` : ''}`}
            </span>
          }
        >
          <HostPicker hostIds={draft.hostIds} onChange={(hostIds) => change({ hostIds })} />
          {unknownHosts.length > 0 ? (
            <Notice
              tone="warn"
              className="mt-2"
              title={`${formatPlural(unknownHosts.length, 'host')} of the link ${unknownHosts.length === 1 ? 'does' : 'do'} not exist any more`}
            >
              <Button size="sm" onClick={() => change({ hostIds: draft.hostIds.filter((id) => !unknownHosts.includes(id)) })}>
                Go on without
              </Button>
            </Notice>
          ) : null}
        </Section>
        <RecordSection step={2} draft={draft} hosts={picked} problem={problem} onChange={change} />
        <Section step={3} title="How long">
          <TimingFields
            durationMs={draft.durationMs}
            rateHz={usualRate === null ? null : (draft.rateHz ?? usualRate)}
            cpuCount={picked.reduce((sum, host) => sum + host.facts.cpuCount, 0)}
            onChange={({ durationMs, rateHz }) =>
              change({
                ...(durationMs === undefined ? {} : { durationMs }),
                ...(rateHz === undefined ? {} : { rateHz: rateHz === usualRate ? null : rateHz }),
              })
            }
          />
        </Section>
        <Section step={4} title="Of what">
          <FilterFields
            scope={draft.scope}
            hosts={picked}
            problem={problem !== null && isScopeProblem(problem) ? problem : null}
            onChange={(scope) => change({ scope })}
          />
        </Section>
      </div>
      <div className="flex min-w-0 flex-col gap-3 xl:sticky xl:top-14 xl:max-h-[calc(100dvh-68px)] xl:self-start xl:overflow-auto">
        <StartPanel
          title={draft.title}
          onTitle={(title) => change({ title })}
          summary={
            <>
              <HostText text={whatOf(draft)} /> of {formatPlural(picked.length, 'host')} for {formatSpan(draft.durationMs)}
            </>
          }
          blocked={blocked}
          canStart={canStart}
          starting={starting}
          offlineHosts={picked.length - online}
          error={start.error}
          onStart={submit}
          beside={<ForecastButton forecast={forecast} disabled={spec === null} />}
        />
        <ForecastPanel forecast={forecast} />
        <PlanPanel hostIds={draft.hostIds} spec={spec} />
      </div>
    </div>
  )
}
