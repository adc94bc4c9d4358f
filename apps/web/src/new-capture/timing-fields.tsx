'use client'
import { DURATION_MS, RATE_HZ } from '@sonde/contract'
import { Button, Field, formatCount, Input } from '@sonde/ui'
import { useEffect, useState } from 'react'

type NumberFieldProps = {
  value: number
  min: number
  max: number
  onChange: (value: number) => void
  presets: readonly number[]
  unit: string
  label: string
  hint: string
}

/** A number with presets. What is typed may be out of range while typing; it is put right when the field is left. */
function NumberField({ value, min, max, onChange, presets, unit, label, hint }: NumberFieldProps) {
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  const number = Number(text)
  const wrong = text.trim() === '' || !Number.isFinite(number) || number < min || number > max
  return (
    <Field label={label} hint={hint} error={wrong ? `From ${min} to ${max} ${unit}.` : null}>
      {(ids) => (
        <div className="flex flex-wrap items-center gap-1">
          <div className="flex w-24 items-center gap-1.5">
            <Input
              {...ids}
              inputMode="numeric"
              value={text}
              onChange={(event) => {
                setText(event.target.value)
                const next = Number(event.target.value)
                if (event.target.value.trim() !== '' && next >= min && next <= max) onChange(Math.round(next))
              }}
              onBlur={() => setText(String(value))}
              className="text-right"
            />
            <span className="text-ink-2">{unit}</span>
          </div>
          {presets.map((preset) => (
            <Button
              key={preset}
              size="sm"
              variant={preset === value ? 'secondary' : 'ghost'}
              aria-pressed={preset === value}
              aria-label={`${label} ${preset} ${unit}`}
              onClick={() => onChange(preset)}
            >
              {preset}
            </Button>
          ))}
        </div>
      )}
    </Field>
  )
}

export type TimingFieldsProps = {
  durationMs: number
  rateHz: number
  sampling: boolean
  cpuCount: number
  onChange: (timing: { durationMs?: number; rateHz?: number }) => void
}

export function TimingFields({ durationMs, rateHz, sampling, cpuCount, onChange }: TimingFieldsProps) {
  const most = Math.round((durationMs / 1_000) * rateHz * cpuCount)
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <NumberField
        label="Duration"
        unit="s"
        value={Math.round(durationMs / 1_000)}
        min={DURATION_MS.min / 1_000}
        max={DURATION_MS.max / 1_000}
        presets={[5, 10, 30, 60, 300]}
        onChange={(seconds) => onChange({ durationMs: seconds * 1_000 })}
        hint="The first results show while it runs. Cancelling keeps what was recorded."
      />
      {sampling ? (
        <NumberField
          label="Sampling rate"
          unit="Hz"
          value={rateHz}
          min={RATE_HZ.min}
          max={RATE_HZ.max}
          presets={[49, 99, 199, 499]}
          onChange={(rate) => onChange({ rateHz: rate })}
          hint={
            cpuCount > 0 ? `Per CPU; at most ${formatCount(most)} samples if all ${cpuCount} CPUs are busy.` : 'Samples per second and CPU.'
          }
        />
      ) : (
        <p className="self-center text-ink-2">Every system call is counted; there is no rate to choose.</p>
      )}
    </div>
  )
}
