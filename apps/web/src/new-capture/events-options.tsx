'use client'
import { EVENT_LIMITS, type EventProbe, type Probe } from '@sonde/contract'
import { cx } from '@sonde/ui'
import { CheckField } from './check-field.tsx'
import { ConditionInput } from './condition-input.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf } from './instrument-draft.ts'
import { Labelled } from './labelled.tsx'
import { spanFieldsOf } from './latency-options.tsx'
import { NumberField } from './number-field.tsx'
import { emptySpan } from './place-probe.ts'
import { exampleCondition, type FieldInfo, fieldsOfEvent } from './probe-fields.ts'
import { EVENT_KINDS } from './probe-kind-words.ts'
import { ProbeSlot } from './probe-slot.tsx'
import { SpanFields } from './span-fields.tsx'

const isEventProbe = (probe: Probe): probe is EventProbe => probe.kind !== 'pmu'
const MOST_FIELDS = 8
/** These stand in every row anyway. */
const ALWAYS_SHOWN = ['comm', 'pid', 'tid', 'cpu']

export function EventsOptions({ draft, hosts, details, onChange }: OptionsProps<DraftOf<'events'>>) {
  const { probe, start } = draft
  const { fields, complete } =
    start === null
      ? {
          fields: probe === null ? [] : fieldsOfEvent(probe, details.of(probe)),
          complete: probe !== null && details.isKnown(probe),
        }
      : spanFieldsOf(probe, start, details)
  return (
    <>
      {start === null ? (
        <ProbeSlot
          label="Probe"
          probe={probe}
          hosts={hosts}
          details={details}
          kinds={EVENT_KINDS}
          chooseEnd
          onChange={(next) => isEventProbe(next) && onChange({ ...draft, probe: next, fields: [] })}
        />
      ) : (
        <SpanFields end={probe} start={start} hosts={hosts} details={details} onChange={(change) => onChange({ ...draft, ...change })} />
      )}
      <CheckField
        label="A row for each span, with how long it took"
        hint="For a function or a system call: when it returns, with its arguments and its result."
        checked={start !== null}
        onChange={(spans) => onChange({ ...draft, start: spans ? emptySpan() : null, fields: spans ? ['duration'] : [] })}
      />
      <ColumnChoice
        fields={fields.filter((field) => !ALWAYS_SHOWN.includes(field.ref))}
        chosen={draft.fields}
        onChange={(chosen) => onChange({ ...draft, fields: chosen })}
      />
      <ConditionInput
        label={start === null ? 'Only events with' : 'Only spans that end with'}
        value={draft.when}
        onChange={(when) => onChange({ ...draft, when })}
        fields={fields}
        complete={complete}
        placeholder={start === null ? exampleCondition(fields) : 'duration > 10ms && ret < 0'}
      />
      <div className="flex flex-wrap gap-x-6 gap-y-3">
        <NumberField
          label="Keep at most"
          unit="rows per host"
          value={draft.maxRows}
          min={1}
          max={EVENT_LIMITS.maxRows.max}
          onChange={(maxRows) => onChange({ ...draft, maxRows })}
          hint="Beyond that rows are counted, not kept."
        />
        <NumberField
          label="and at most"
          unit="rows per second"
          value={draft.maxPerSecond}
          min={1}
          max={EVENT_LIMITS.maxPerSecond.max}
          onChange={(maxPerSecond) => onChange({ ...draft, maxPerSecond })}
        />
      </div>
    </>
  )
}

/** Columns beside time, CPU, process and thread, in the order in which they were chosen. */
function ColumnChoice({
  fields,
  chosen,
  onChange,
}: {
  fields: readonly FieldInfo[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}) {
  const unknown = chosen.filter((ref) => !fields.some((field) => field.ref === ref))
  const all = [...fields, ...unknown.map((ref) => ({ ref, type: 'not known here' }))]
  return (
    <Labelled label="Columns" hint={`Beside time, CPU, process and thread; at most ${MOST_FIELDS}.`}>
      <fieldset className="flex flex-wrap gap-1" aria-label="Columns">
        {all.map((field) => {
          const isChosen = chosen.includes(field.ref)
          return (
            <label
              key={field.ref}
              title={field.type}
              className={cx(
                'inline-flex h-6 cursor-pointer items-center gap-1.5 rounded-sm border px-1.5 font-mono text-[12px] has-disabled:cursor-not-allowed has-focus-visible:outline-2 has-focus-visible:outline-accent',
                isChosen ? 'border-accent-line bg-accent-soft text-accent' : 'border-line text-ink-2 hover:border-line-strong',
              )}
            >
              <input
                type="checkbox"
                checked={isChosen}
                disabled={!isChosen && chosen.length >= MOST_FIELDS}
                onChange={() => onChange(isChosen ? chosen.filter((ref) => ref !== field.ref) : [...chosen, field.ref])}
                className="size-3 accent-accent"
              />
              {field.ref}
            </label>
          )
        })}
      </fieldset>
    </Labelled>
  )
}
