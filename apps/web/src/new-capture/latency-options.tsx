'use client'
import type { EventProbe } from '@sonde/contract'
import { ConditionInput } from './condition-input.tsx'
import { FieldSelect } from './field-select.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf, SpanDraft } from './instrument-draft.ts'
import { type FieldInfo, fieldsOfEvent, fieldsOfSpan } from './probe-fields.ts'
import { SpanFields } from './span-fields.tsx'
import { automaticSpan } from './span-pair.ts'
import type { ProbeDetails } from './use-probe-details.ts'

/** Both ends of a span as they will be attached, and what its end knows. */
export function spanFieldsOf(end: EventProbe | null, start: SpanDraft, details: ProbeDetails): { fields: FieldInfo[]; complete: boolean } {
  if (end === null) return { fields: [], complete: false }
  const pair = start.probe === null ? automaticSpan(end) : { start: start.probe, end }
  if (pair === null) return { fields: fieldsOfEvent(end, details.of(end)), complete: false }
  return {
    fields: fieldsOfSpan(pair.start, details.of(pair.start), pair.end, details.of(pair.end)),
    complete: details.isKnown(pair.start) && details.isKnown(pair.end),
  }
}

export function LatencyOptions({ draft, hosts, details, onChange }: OptionsProps<DraftOf<'latency'>>) {
  const { fields, complete } = spanFieldsOf(draft.probe, draft.start, details)
  return (
    <>
      <SpanFields
        end={draft.probe}
        start={draft.start}
        hosts={hosts}
        details={details}
        onChange={(change) => onChange({ ...draft, ...change })}
      />
      <ConditionInput
        label="Only spans that end with"
        value={draft.when}
        onChange={(when) => onChange({ ...draft, when })}
        fields={fields}
        complete={complete}
        placeholder="duration > 10ms && ret < 0"
      />
      <div className="sm:w-1/2">
        <FieldSelect
          label="A histogram for each"
          none="process"
          value={draft.groupBy}
          fields={fields.filter((field) => field.ref !== 'duration')}
          onChange={(groupBy) => onChange({ ...draft, groupBy })}
        />
      </div>
    </>
  )
}
