'use client'
import { RECIPES } from '@sonde/contract'
import { Button, EmptyState, Field, formatPlural, formatSpan, HostText, Input, Kbd, Notice, StateDot } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { useModKey } from '../shell/mod-key.tsx'
import { useHasRole } from '../shell/person-context.tsx'
import { isModEnter, useKeyDown } from '../shell/shortcuts.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { type CaptureDraft, formatDraft, parseDraft, specOf } from './draft.ts'
import { FilterFields } from './filter-fields.tsx'
import { HostPicker } from './host-picker.tsx'
import { PlanPanel } from './plan-panel.tsx'
import { recipeFit } from './recipe-fit.ts'
import { RecipePicker } from './recipe-picker.tsx'
import { Section } from './section.tsx'
import { TimingFields } from './timing-fields.tsx'

export function NewCapturePage() {
  const trpc = useTRPC()
  const router = useRouter()
  const mod = useModKey()
  const queryClient = useQueryClient()
  const operator = useHasRole('operator')
  const params = useSearchParams()
  const [draft, setDraft] = useState<CaptureDraft>(() => parseDraft(new URLSearchParams(params)))
  const hosts = useQuery(trpc.hosts.list.queryOptions({}))
  const start = useMutation(
    trpc.captures.start.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.captures.list.pathKey() })
        router.push(`/captures/${id}`)
      },
    }),
  )

  // The form is in the URL, so that "look at this with me" is a link, too.
  const query = formatDraft(draft)
  useEffect(() => {
    const url = `${window.location.pathname}${query ? `?${query}` : ''}`
    if (window.location.pathname === '/captures/new' && url !== `${window.location.pathname}${window.location.search}`)
      window.history.replaceState(null, '', url)
  }, [query])

  // With one host there is nothing to choose; done once, so that it can be un-picked.
  const preselected = useRef(false)
  useEffect(() => {
    if (preselected.current || !hosts.data) return
    preselected.current = true
    const [only] = hosts.data
    if (hosts.data.length === 1 && only) setDraft((d) => (d.hostIds.length === 0 ? { ...d, hostIds: [only.id] } : d))
  }, [hosts.data])

  const picked = (hosts.data ?? []).filter((host) => draft.hostIds.includes(host.id))
  const unknownHosts = hosts.data ? draft.hostIds.filter((id) => !hosts.data.some((host) => host.id === id)) : []
  const online = picked.filter((host) => host.online).length
  const fit = recipeFit(draft.recipe, picked)
  const made = specOf(draft)
  const recipe = RECIPES[draft.recipe]
  const blocked = !made.ok
    ? made.problem.message
    : picked.length > 0 && fit.able === 0
      ? 'None of the picked hosts can run this recipe.'
      : null
  const canStart = made.ok && blocked === null && unknownHosts.length === 0 && !start.isPending && !start.isSuccess

  const submit = () => {
    if (!made.ok || !canStart) return
    start.mutate({ hostIds: draft.hostIds, spec: made.spec, ...(draft.title.trim() ? { title: draft.title.trim() } : {}) })
  }
  useKeyDown((event) => {
    if (!isModEnter(event)) return
    event.preventDefault()
    submit()
  })

  if (!operator)
    return (
      <EmptyState page title="You may read captures, not start them">
        Ask an administrator for the role “operator”.
      </EmptyState>
    )
  return (
    <div className="mx-auto grid w-full max-w-[1600px] gap-3 p-3 sm:p-4 xl:grid-cols-[minmax(0,1fr)_minmax(380px,520px)]">
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
          <HostPicker hostIds={draft.hostIds} onChange={(hostIds) => setDraft({ ...draft, hostIds })} />
          {unknownHosts.length > 0 ? (
            <Notice
              tone="warn"
              className="mt-2"
              title={`${formatPlural(unknownHosts.length, 'host')} of the link ${unknownHosts.length === 1 ? 'does' : 'do'} not exist any more`}
            >
              <Button size="sm" onClick={() => setDraft({ ...draft, hostIds: draft.hostIds.filter((id) => !unknownHosts.includes(id)) })}>
                Go on without
              </Button>
            </Notice>
          ) : null}
        </Section>
        <Section step={2} title="Recipe">
          <RecipePicker recipe={draft.recipe} hosts={picked} onChange={(next) => setDraft({ ...draft, recipe: next })} />
        </Section>
        <Section step={3} title="How long">
          <TimingFields
            durationMs={draft.durationMs}
            rateHz={draft.rateHz}
            sampling={recipe.collectors.includes('stacks')}
            cpuCount={picked.reduce((sum, host) => sum + host.facts.cpuCount, 0)}
            onChange={(timing) => setDraft({ ...draft, ...timing })}
          />
        </Section>
        <Section step={4} title="Of what">
          <FilterFields
            draft={draft}
            hosts={picked}
            problem={!made.ok && made.problem.field === 'filter' ? made.problem.message : null}
            onChange={(filter) => setDraft({ ...draft, filter })}
          />
        </Section>
      </div>
      <div className="flex min-w-0 flex-col gap-3 xl:sticky xl:top-14 xl:max-h-[calc(100dvh-68px)] xl:self-start xl:overflow-auto">
        <section aria-label="Start" className="flex flex-col gap-3 rounded-md border border-line bg-surface p-3">
          <Field label="Title (optional)">
            {(ids) => (
              <Input
                {...ids}
                value={draft.title}
                maxLength={120}
                placeholder="What are you looking into?"
                onChange={(event) => setDraft({ ...draft, title: event.target.value })}
              />
            )}
          </Field>
          <div className="flex items-center gap-2">
            <Button
              variant="primary"
              size="lg"
              onClick={submit}
              disabled={!canStart}
              data-testid="start-capture"
              aria-describedby="start-note"
            >
              <Play aria-hidden /> {start.isPending || start.isSuccess ? 'Starting…' : 'Start'}
              <span aria-hidden className="ml-1 text-sm">
                {mod === '⌘' ? '⌘↵' : 'Ctrl ↵'}
              </span>
            </Button>
            <p id="start-note" className="min-w-0 text-ink-2">
              {blocked ?? (
                <>
                  {recipe.title} of {formatPlural(picked.length, 'host')} for {formatSpan(draft.durationMs)}
                </>
              )}
            </p>
          </div>
          {picked.length > online ? (
            <p className="flex items-center gap-1.5 text-sm text-warn">
              <StateDot kind="warn" /> {formatPlural(picked.length - online, 'host is', 'hosts are')} not connected. It is waited for, then
              given up.
            </p>
          ) : null}
          {start.error ? (
            <Notice tone="bad" title="It was not started">
              <HostText wrap text={errorText(start.error)} />
            </Notice>
          ) : null}
          <span className="sr-only">
            Press <Kbd>{mod}</Kbd> <Kbd>Enter</Kbd> to start.
          </span>
        </section>
        <PlanPanel hostIds={draft.hostIds} spec={made.ok ? made.spec : null} />
      </div>
    </div>
  )
}
