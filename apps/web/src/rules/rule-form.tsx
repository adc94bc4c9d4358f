'use client'
import { RULE_LIMITS, type RuleInput } from '@sonde/contract'
import { Button, Field, formatPlural, formatSpan, formatTimestamp, HostText, Input, Notice, Panel, SearchInput, Segmented } from '@sonde/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { CaptureDraft } from '../new-capture/draft.ts'
import { recipeOf, recipeRateHz } from '../new-capture/draft.ts'
import { FilterFields } from '../new-capture/filter-fields.tsx'
import { HostPicker } from '../new-capture/host-picker.tsx'
import { NumberField } from '../new-capture/number-field.tsx'
import { RecordSection } from '../new-capture/record-section.tsx'
import { Section } from '../new-capture/section.tsx'
import { TimingFields } from '../new-capture/timing-fields.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'
import { hostsOf, type RuleDraft, ruleOf, triggerOf } from './rule-draft.ts'
import { TriggerFields, TriggerKind } from './trigger-fields.tsx'

export type RuleFormProps = {
  draft: RuleDraft
  onChange: (change: Partial<RuleDraft>) => void
  enabled: boolean
  saveLabel: string
  saving: boolean
  error: unknown
  /** Captures of the last 24 hours, where the rule exists already. */
  firedToday: number
  onSave: (rule: RuleInput) => void
  beside?: ReactNode
}

const HOSTS_BY = [
  { value: 'search', label: 'By search' },
  { value: 'hosts', label: 'Picked' },
] as const

/** When, where, what to record, within which bounds; and beside it what the rule would do now. */
export function RuleForm({ draft, onChange, enabled, saveLabel, saving, error, firedToday, onSave, beside }: RuleFormProps) {
  const trpc = useTRPC()
  const { capture } = draft
  const changeCapture = (change: Partial<CaptureDraft>) => onChange({ capture: { ...capture, ...change } })
  const search = useDebounced(draft.search.trim(), 250)
  const found = useQuery({
    ...trpc.hosts.list.queryOptions(draft.hostsBy === 'search' && search ? { search } : {}),
    placeholderData: keepPreviousData,
  })
  const hosts = (found.data ?? []).filter((host) => (draft.hostsBy === 'search' ? search !== '' : capture.hostIds.includes(host.id)))
  const made = ruleOf(draft, enabled)
  const problem = made.ok ? null : made.problem
  const spec = problem?.part === 'capture' ? problem.problem : null
  const usualRate = capture.way === 'recipe' ? recipeRateHz(recipeOf(capture)) : null
  return (
    <div className="grid gap-3 xl:grid-cols-[minmax(0,1fr)_minmax(340px,420px)]">
      <div className="flex min-w-0 flex-col gap-3">
        <Section step={1} title="When" aside={<TriggerKind draft={draft} onChange={onChange} />}>
          <TriggerFields draft={draft} problem={problem?.part === 'trigger' ? problem.message : null} onChange={onChange} />
        </Section>
        <Section
          step={2}
          title="Hosts"
          aside={
            <Segmented
              label="How hosts are chosen"
              value={draft.hostsBy}
              onChange={(hostsBy) => onChange({ hostsBy })}
              options={HOSTS_BY}
            />
          }
        >
          {draft.hostsBy === 'hosts' ? (
            <HostPicker hostIds={capture.hostIds} onChange={(hostIds) => changeCapture({ hostIds })} />
          ) : (
            <div className="flex flex-col gap-1">
              <SearchInput
                aria-label="Search that finds the hosts"
                placeholder="service=checkout env=prod"
                value={draft.search}
                onChange={(event) => onChange({ search: event.target.value })}
              />
              <p className="text-ink-3 text-sm">
                Looked up anew each time, so that hosts which come later are part of it. Words like key=value match labels, others match
                names and facts.
              </p>
            </div>
          )}
        </Section>
        <RecordSection step={3} draft={capture} hosts={hosts} problem={spec} onChange={changeCapture} />
        <Section step={4} title="How long">
          <TimingFields
            durationMs={capture.durationMs}
            rateHz={usualRate === null ? null : (capture.rateHz ?? usualRate)}
            cpuCount={hosts.reduce((sum, host) => sum + host.facts.cpuCount, 0)}
            onChange={({ durationMs, rateHz }) =>
              changeCapture({
                ...(durationMs === undefined ? {} : { durationMs }),
                ...(rateHz === undefined ? {} : { rateHz: rateHz === usualRate ? null : rateHz }),
              })
            }
          />
        </Section>
        <Section step={5} title="Of what">
          <FilterFields
            scope={capture.scope}
            hosts={hosts}
            problem={spec !== null && (spec.field === 'filter' || spec.field === 'uid' || spec.field === 'cpus') ? spec : null}
            onChange={(scope) => changeCapture({ scope })}
          />
        </Section>
        <Section step={6} title="Bounds">
          <div className="grid gap-3 sm:grid-cols-3">
            <NumberField
              label="Most in 24 hours"
              unit="captures"
              value={draft.maxPerDay}
              min={RULE_LIMITS.maxPerDay.min}
              max={RULE_LIMITS.maxPerDay.max}
              onChange={(maxPerDay) => onChange({ maxPerDay })}
            />
            <NumberField
              label="Cool-down"
              unit="s"
              value={draft.coolDownS}
              min={RULE_LIMITS.coolDownS.min}
              max={RULE_LIMITS.coolDownS.max}
              hint={draft.kind === 'threshold' ? 'From one capture to the next, on the same host.' : 'From one capture to the next.'}
              onChange={(coolDownS) => onChange({ coolDownS })}
            />
            <NumberField
              label="Most hosts"
              unit="hosts"
              value={draft.maxHosts}
              min={RULE_LIMITS.maxHosts.min}
              max={RULE_LIMITS.maxHosts.max}
              onChange={(maxHosts) => onChange({ maxHosts })}
            />
          </div>
        </Section>
      </div>
      <div className="flex min-w-0 flex-col gap-3 xl:sticky xl:top-14 xl:self-start">
        <section aria-label="Save" className="flex flex-col gap-3 rounded-md border border-line bg-surface p-3">
          <Field label="Name">
            {(ids) => (
              <Input
                {...ids}
                value={draft.name}
                maxLength={120}
                placeholder="Nightly profile of checkout"
                onChange={(event) => onChange({ name: event.target.value })}
              />
            )}
          </Field>
          <div className="flex flex-wrap items-center gap-2">
            <Button
              variant="primary"
              size="lg"
              disabled={!made.ok || saving}
              aria-describedby="rule-note"
              onClick={() => made.ok && onSave(made.rule)}
            >
              {saving ? 'Saving…' : saveLabel}
            </Button>
            {beside}
          </div>
          {problem ? (
            <p id="rule-note" className="text-ink-2">
              {problem.message}
            </p>
          ) : (
            <p id="rule-note" className="text-ink-3 text-sm">
              It acts as whoever made it, with the role that they have then. Each host’s own policy still decides.
            </p>
          )}
          {error ? (
            <Notice tone="bad" title="It was not saved">
              <HostText wrap text={errorText(error)} />
            </Notice>
          ) : null}
        </section>
        <DryRun draft={draft} firedToday={firedToday} />
      </div>
    </div>
  )
}

/** What the rule would do now. */
function DryRun({ draft, firedToday }: { draft: RuleDraft; firedToday: number }) {
  const trpc = useTRPC()
  const trigger = triggerOf(draft)
  const hosts = hostsOf(draft)
  const asked = useDebounced(JSON.stringify({ trigger: trigger.ok ? trigger.trigger : null, hosts }), 300)
  const ready = trigger.ok && asked === JSON.stringify({ trigger: trigger.trigger, hosts })
  const preview = useQuery({
    ...trpc.rules.preview.queryOptions(
      trigger.ok
        ? { trigger: trigger.trigger, hosts: hosts ?? { by: 'search', search: 'name-that-no-host-has-0' } }
        : { trigger: NO_TRIGGER, hosts: NO_HOSTS },
    ),
    enabled: ready,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
  const { data } = preview
  return (
    <Panel title="What it would do now">
      {!trigger.ok ? (
        <p className="text-ink-2">{trigger.message}</p>
      ) : preview.error && !data ? (
        <Notice tone="bad" title={errorText(preview.error)} />
      ) : !data ? (
        <p className="text-ink-3">Asking…</p>
      ) : (
        <div className="flex flex-col gap-2" data-testid="rule-preview">
          {data.trigger.ok ? (
            <p className="font-medium">{data.trigger.words}</p>
          ) : (
            <Notice tone="warn" title="This schedule is not taken">
              {data.trigger.message}
            </Notice>
          )}
          {data.nextAt.length > 0 ? (
            <div className="text-ink-2">
              Next, in your time:
              <ul className="tabular-nums">
                {data.nextAt.map((at) => (
                  <li key={at.getTime()}>{formatTimestamp(at)}</li>
                ))}
              </ul>
            </div>
          ) : null}
          <p className="text-ink-2">
            {hosts === null
              ? 'No hosts are chosen yet.'
              : `${formatPlural(data.hosts.matching, 'host matches', 'hosts match')}, ${data.hosts.online} online.`}
            {hosts !== null && data.hosts.online > draft.maxHosts && draft.kind !== 'threshold'
              ? ` The first ${draft.maxHosts} by name would be recorded.`
              : ''}
          </p>
          {hosts !== null && data.hosts.names.length > 0 ? (
            <p className="text-sm">
              <HostText wrap text={data.hosts.names.join(', ')} className="text-ink-2" />
              {data.hosts.online > data.hosts.names.length ? ` and ${data.hosts.online - data.hosts.names.length} more` : ''}
            </p>
          ) : null}
          {hosts !== null && data.blind.hosts > 0 ? (
            <Notice tone="warn" title={`${formatPlural(data.blind.hosts, 'online host cannot', 'online hosts cannot')} measure this`}>
              <HostText wrap text={data.blind.reason ?? ''} />
            </Notice>
          ) : null}
          <p className="text-ink-2">
            {Math.max(0, draft.maxPerDay - firedToday)} of {formatPlural(draft.maxPerDay, 'capture')} left in these 24 hours
            {draft.coolDownS > 0 ? `, ${formatSpan(draft.coolDownS * 1_000)} apart` : ''}.
          </p>
        </div>
      )}
    </Panel>
  )
}

/** Never asked: the query is off while the trigger is none. */
const NO_TRIGGER = { kind: 'schedule', cron: '0 0 1 1 *', timeZone: 'UTC' } as const
const NO_HOSTS = { by: 'search', search: '-' } as const
