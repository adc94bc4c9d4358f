'use client'
import { Button, Field, Input } from '@sonde/ui'
import { type ReactNode, useEffect, useState } from 'react'

export type NumberFieldProps = {
  value: number
  min: number
  max: number
  onChange: (value: number) => void
  presets?: readonly number[]
  unit: string
  label: string
  hint?: ReactNode
}

/** A whole number with presets. What is typed may be out of range while typing; it is put right when the field is left. */
export function NumberField({ value, min, max, onChange, presets = [], unit, label, hint }: NumberFieldProps) {
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  const number = Number(text)
  const wrong = text.trim() === '' || !Number.isFinite(number) || number < min || number > max
  return (
    <Field
      label={label}
      hint={hint}
      error={wrong ? `From ${min.toLocaleString('en-US')} to ${max.toLocaleString('en-US')} ${unit}.` : null}
    >
      {(ids) => (
        <div className="flex flex-wrap items-center gap-1">
          <div className="flex items-center gap-1.5">
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
              style={{ width: `${Math.max(4, String(max).length) + 3}ch` }}
              className="text-right"
            />
            <span className="whitespace-nowrap text-ink-2">{unit}</span>
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
