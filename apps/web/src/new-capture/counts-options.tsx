'use client'
import type { EventProbe, Probe } from '@sonde/contract'
import { Button } from '@sonde/ui'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { ConditionInput } from './condition-input.tsx'
import { FieldSelect } from './field-select.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf } from './instrument-draft.ts'
import { MAX_COUNTED_PROBES, withProbe } from './place-probe.ts'
import { commonFields, exampleCondition, fieldsOfEvent } from './probe-fields.ts'
import { ProbeFinder } from './probe-finder.tsx'
import { EVENT_KINDS } from './probe-kind-words.ts'
import { ProbeSlot } from './probe-slot.tsx'

const isEventProbe = (probe: Probe): probe is EventProbe => probe.kind !== 'pmu'

export function CountsOptions({ draft, hosts, details, onChange }: OptionsProps<DraftOf<'counts'>>) {
  const [adding, setAdding] = useState(false)
  const fields = commonFields(draft.probes.map((probe) => fieldsOfEvent(probe, details.of(probe))))
  const numbers = fields.filter((field) => field.sort === 'number')
  return (
    <>
      {draft.probes.map((probe, index) => (
        <ProbeSlot
          key={JSON.stringify(probe)}
          label={index === 0 ? 'Probe' : 'and'}
          probe={probe}
          hosts={hosts}
          details={details}
          kinds={EVENT_KINDS}
          chooseEnd
          onChange={(next) => isEventProbe(next) && onChange({ ...draft, probes: draft.probes.map((p, i) => (i === index ? next : p)) })}
          {...(draft.probes.length > 1
            ? { onRemove: () => onChange({ ...draft, probes: draft.probes.filter((_, i) => i !== index) }) }
            : {})}
        />
      ))}
      {adding ? (
        <ProbeFinder
          hosts={hosts}
          kinds={EVENT_KINDS}
          label="Find another probe to count"
          autoFocus
          onPick={(hit) => {
            details.remember(hit)
            onChange(withProbe(draft, hit.probe))
            setAdding(false)
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
      {draft.probes.length < MAX_COUNTED_PROBES ? (
        <Button size="sm" variant="ghost" className="self-start" onClick={() => setAdding(!adding)} aria-expanded={adding}>
          <Plus aria-hidden /> {adding ? 'Close' : 'Count another one beside it'}
        </Button>
      ) : null}
      <div className="grid gap-3 sm:grid-cols-2">
        <FieldSelect
          label="A row for each"
          none="process"
          value={draft.groupBy}
          fields={fields}
          onChange={(groupBy) => onChange({ ...draft, groupBy })}
        />
        <FieldSelect
          label="Also add up"
          none="nothing"
          value={draft.sum}
          fields={numbers}
          onChange={(sum) => onChange({ ...draft, sum })}
        />
      </div>
      <ConditionInput
        label="Only events with"
        value={draft.when}
        onChange={(when) => onChange({ ...draft, when })}
        fields={fields}
        complete={draft.probes.every(details.isKnown)}
        placeholder={exampleCondition(fields)}
      />
    </>
  )
}
