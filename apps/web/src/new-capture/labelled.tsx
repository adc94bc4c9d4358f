import type { ReactNode } from 'react'

/** A caption over a control that carries its own name (a group of buttons or boxes), set as `Field` sets it. */
export function Labelled({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span aria-hidden className="font-medium text-ink-2 text-sm">
        {label}
      </span>
      {children}
      {hint ? <p className="text-ink-3 text-sm">{hint}</p> : null}
    </div>
  )
}
