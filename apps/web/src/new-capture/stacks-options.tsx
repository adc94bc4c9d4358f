'use client'
import { PROBE_KINDS, RATE_HZ, STACK_SIDES } from '@sonde/contract'
import { Field, Segmented, Select } from '@sonde/ui'
import { ConditionInput } from './condition-input.tsx'
import type { OptionsProps } from './instrument-card.tsx'
import type { DraftOf } from './instrument-draft.ts'
import { Labelled } from './labelled.tsx'
import { NumberField } from './number-field.tsx'
import { exampleCondition, fieldsOfProbe } from './probe-fields.ts'
import { ProbeSlot } from './probe-slot.tsx'

export const SIDE_OPTIONS = STACK_SIDES.map((side) => ({ value: side, label: side }))
const WAYS = [
  { value: 'frequency', label: 'by time' },
  { value: 'period', label: 'every n events' },
] as const
const UNITS = ['bytes', 'ns', 'count'] as const

export function StacksOptions({ draft, hosts, details, onChange }: OptionsProps<DraftOf<'stacks'>>) {
  const { probe } = draft
  const isCounter = probe?.kind === 'pmu'
  const fields = probe === null ? [] : fieldsOfProbe(probe, details.of(probe))
  const weights = fields.filter((field) => field.sort === 'number' && /^(args\.|ret$)/.test(field.ref))
  const byTime = isCounter && draft.by === 'frequency'
  return (
    <>
      <ProbeSlot
        label="Probe"
        probe={probe}
        hosts={hosts}
        details={details}
        kinds={PROBE_KINDS}
        chooseEnd
        onChange={(next) => onChange({ ...draft, probe: next, weight: null })}
      />
      <div className="flex flex-wrap items-start gap-x-6 gap-y-3">
        {isCounter ? (
          <Labelled label="Sampled">
            <Segmented label="Sampled" value={draft.by} onChange={(by) => onChange({ ...draft, by })} options={WAYS} />
          </Labelled>
        ) : null}
        {byTime ? (
          <NumberField
            label="Rate"
            unit="Hz per CPU"
            value={draft.hz}
            min={RATE_HZ.min}
            max={RATE_HZ.max}
            presets={[49, 99, 199]}
            onChange={(hz) => onChange({ ...draft, hz })}
          />
        ) : (
          <NumberField
            label="One stack in"
            unit={draft.every === 1 ? 'event' : 'events'}
            value={draft.every}
            min={1}
            max={1_000_000_000}
            presets={isCounter ? [1, 1_000, 100_000] : [1, 10, 100]}
            onChange={(every) => onChange({ ...draft, every })}
          />
        )}
        <Labelled label="Stacks">
          <Segmented
            label="Which side of the stack"
            value={draft.sides}
            onChange={(sides) => onChange({ ...draft, sides })}
            options={SIDE_OPTIONS}
          />
        </Labelled>
      </div>
      {weights.length > 0 || draft.weight !== null ? (
        <div className="flex flex-wrap items-start gap-2">
          <div className="w-64">
            <Field label="Width of a frame">
              {(ids) => (
                <Select
                  {...ids}
                  value={draft.weight?.field ?? ''}
                  onChange={(event) =>
                    onChange({
                      ...draft,
                      weight: event.target.value === '' ? null : { field: event.target.value, unit: draft.weight?.unit ?? 'bytes' },
                    })
                  }
                >
                  <option value="">events</option>
                  {draft.weight !== null && !weights.some((field) => field.ref === draft.weight?.field) ? (
                    <option value={draft.weight.field}>sum of {draft.weight.field}</option>
                  ) : null}
                  {weights.map((field) => (
                    <option key={field.ref} value={field.ref}>
                      sum of {field.ref} · {field.type}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          {draft.weight !== null ? (
            <Labelled label="Unit">
              <Segmented
                label="Unit of the width"
                value={draft.weight?.unit ?? 'bytes'}
                onChange={(unit) => draft.weight !== null && onChange({ ...draft, weight: { ...draft.weight, unit } })}
                options={UNITS.map((unit) => ({ value: unit, label: unit }))}
              />
            </Labelled>
          ) : null}
        </div>
      ) : null}
      {probe === null || isCounter ? null : (
        <ConditionInput
          label="Only events with"
          value={draft.when}
          onChange={(when) => onChange({ ...draft, when })}
          fields={fields}
          complete={details.isKnown(probe)}
          placeholder={exampleCondition(fields)}
        />
      )}
    </>
  )
}
