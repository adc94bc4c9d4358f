import type { ReactNode } from 'react'

/** Something that is on or off, with what it means. */
export function CheckField({
  label,
  hint,
  checked,
  onChange,
}: {
  label: string
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  return (
    <label className="flex cursor-pointer items-baseline gap-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 shrink-0 translate-y-0.5 accent-accent"
      />
      <span>
        {label}
        {hint ? <span className="block text-ink-3 text-sm">{hint}</span> : null}
      </span>
    </label>
  )
}
