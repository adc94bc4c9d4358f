import { Field, Select } from '@sonde/ui'
import type { FieldInfo } from './probe-fields.ts'

/** One field of the probe, or none. A field that is not among them (any more) stays, so that nothing is changed behind a person's back. */
export function FieldSelect({
  label,
  none,
  value,
  fields,
  onChange,
}: {
  label: string
  /** What no field means. */
  none: string
  value: string
  fields: readonly FieldInfo[]
  onChange: (ref: string) => void
}) {
  const isUnknown = value !== '' && !fields.some((field) => field.ref === value)
  return (
    <Field label={label} error={isUnknown ? `${value} is not known here.` : null}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{none}</option>
          {isUnknown ? <option value={value}>{value}</option> : null}
          {fields.map((field) => (
            <option key={field.ref} value={field.ref}>
              {field.ref} · {field.type}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
