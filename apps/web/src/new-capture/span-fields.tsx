'use client'
import { type EventProbe, type HostView, type Probe, probeLabel, probeShortLabel } from '@sonde/contract'
import { Button, Field, HostText, Segmented, Select } from '@sonde/ui'
import { X } from 'lucide-react'
import { ConditionInput } from './condition-input.tsx'
import type { SpanDraft } from './instrument-draft.ts'
import { type FieldInfo, fieldsOfEvent } from './probe-fields.ts'
import { EVENT_KINDS } from './probe-kind-words.ts'
import { ProbeSlot } from './probe-slot.tsx'
import { automaticSpan, likelyMatch, likelyStarts } from './span-pair.ts'
import type { ProbeDetails } from './use-probe-details.ts'

const MATCHES = [
  { value: 'thread', label: 'the same thread' },
  { value: 'fields', label: 'the same values' },
] as const
const MAX_PAIRS = 3

export type SpanFieldsProps = {
  end: EventProbe | null
  start: SpanDraft
  hosts: readonly HostView[]
  details: ProbeDetails
  onChange: (change: { probe?: EventProbe; start?: SpanDraft }) => void
}

const isEventProbe = (probe: Probe): probe is EventProbe => probe.kind !== 'pmu'

/** From where to where a span goes, and how its end finds its start. A function or a system call has both ends by itself. */
export function SpanFields({ end, start, hosts, details, onChange }: SpanFieldsProps) {
  const automatic = end === null ? null : automaticSpan(end)
  const from = start.probe ?? automatic?.start ?? null
  const setStart = (change: Partial<SpanDraft>) => onChange({ start: { ...start, ...change } })
  const beginAt = (probe: EventProbe) => setStart({ probe, match: end === null ? [] : likelyMatch(probe, end) })
  const suggestions = end === null || start.probe !== null || automatic !== null ? [] : likelyStarts(end).filter(details.isKnown)
  return (
    <>
      {start.probe === null && automatic !== null ? null : (
        <ProbeSlot
          label="From"
          probe={start.probe}
          hosts={hosts}
          details={details}
          kinds={EVENT_KINDS}
          empty="What begins the span?"
          chooseEnd
          onChange={(probe) => isEventProbe(probe) && beginAt(probe)}
          {...(automatic !== null ? { onRemove: () => setStart({ probe: null, match: [] }), removeLabel: 'Begin at its own entry' } : {})}
        />
      )}
      {suggestions.length > 0 ? (
        <div className="flex flex-wrap items-center gap-1 pl-12">
          <span className="text-ink-2 text-sm">Perhaps</span>
          {suggestions.map((probe) => (
            <Button key={probeLabel(probe)} size="sm" onClick={() => beginAt(probe)}>
              <HostText text={probeShortLabel(probe)} mono />
            </Button>
          ))}
        </div>
      ) : null}
      <ProbeSlot
        label={start.probe === null && automatic !== null ? 'Of' : 'To'}
        probe={end}
        hosts={hosts}
        details={details}
        kinds={EVENT_KINDS}
        empty="What ends it?"
        chooseEnd={start.probe !== null}
        onChange={(probe) => isEventProbe(probe) && onChange({ probe })}
      />
      {start.probe === null && automatic !== null ? (
        <p className="flex flex-wrap items-center gap-x-2 pl-12 text-ink-2">
          {'at' in automatic.start ? 'from its own entry to its own return' : 'from sys_enter to sys_exit of the same call'}
          <Button size="sm" variant="ghost" onClick={() => setStart({ probe: automatic.start })}>
            Begin elsewhere
          </Button>
        </p>
      ) : null}
      {start.probe !== null && end !== null ? (
        <MatchFields
          start={start}
          startFields={fieldsOfEvent(start.probe, details.of(start.probe)).map(asStart)}
          endFields={fieldsOfEvent(end, details.of(end))}
          onChange={setStart}
        />
      ) : null}
      {from === null ? null : (
        <ConditionInput
          label="Only spans that begin with"
          value={start.when}
          onChange={(when) => setStart({ when })}
          fields={fieldsOfEvent(from, details.of(from))}
          complete={details.isKnown(from)}
          placeholder="nothing in particular"
        />
      )}
    </>
  )
}

/** An argument of the start is called `start.NAME` where the two ends meet. */
const asStart = (field: FieldInfo): FieldInfo => ({ ...field, ref: field.ref.replace(/^args\./, 'start.') })

function MatchFields({
  start,
  startFields,
  endFields,
  onChange,
}: {
  start: SpanDraft
  startFields: readonly FieldInfo[]
  endFields: readonly FieldInfo[]
  onChange: (change: Partial<SpanDraft>) => void
}) {
  const numbers = (fields: readonly FieldInfo[]) => fields.filter((field) => field.sort === 'number')
  const firstPair = { start: numbers(startFields)[0]?.ref ?? 'tid', end: numbers(endFields)[0]?.ref ?? 'tid' }
  const setPair = (index: number, change: Partial<SpanDraft['match'][number]>) =>
    onChange({ match: start.match.map((pair, i) => (i === index ? { ...pair, ...change } : pair)) })
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="sr-only">How the end finds its start</legend>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-2">The end belongs to the start with</span>
        <Segmented
          label="How the end finds its start"
          value={start.match.length === 0 ? 'thread' : 'fields'}
          onChange={(by) => onChange({ match: by === 'thread' ? [] : [firstPair] })}
          options={MATCHES}
        />
      </div>
      {start.match.map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a pair has no other name than its place
        <div key={index} className="flex flex-wrap items-end gap-2">
          <PairSelect
            label="At the start"
            value={pair.start}
            fields={numbers(startFields)}
            onChange={(ref) => setPair(index, { start: ref })}
          />
          <span aria-hidden className="pb-1 text-ink-3">
            =
          </span>
          <PairSelect label="At the end" value={pair.end} fields={numbers(endFields)} onChange={(ref) => setPair(index, { end: ref })} />
          {start.match.length > 1 ? (
            <Button
              variant="ghost"
              icon
              aria-label={`Do not compare ${pair.start}`}
              onClick={() => onChange({ match: start.match.filter((_, i) => i !== index) })}
            >
              <X />
            </Button>
          ) : null}
          {index === start.match.length - 1 && start.match.length < MAX_PAIRS ? (
            <Button variant="ghost" onClick={() => onChange({ match: [...start.match, firstPair] })}>
              and another
            </Button>
          ) : null}
        </div>
      ))}
    </fieldset>
  )
}

function PairSelect({
  label,
  value,
  fields,
  onChange,
}: {
  label: string
  value: string
  fields: readonly FieldInfo[]
  onChange: (ref: string) => void
}) {
  return (
    <div className="w-52">
      <Field label={label}>
        {(ids) => (
          <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
            {fields.some((field) => field.ref === value) ? null : <option value={value}>{value}</option>}
            {fields.map((field) => (
              <option key={field.ref} value={field.ref}>
                {field.ref} · {field.type}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  )
}
