'use client'
import * as ToggleGroup from 'radix-ui/toggle-group'
import type { ReactNode } from 'react'

export type ChipsProps<T extends string> = {
  label: string
  value: T
  onChange: (value: T) => void
  options: ReadonlyArray<{ value: T; label: ReactNode; title?: string | undefined }>
}

/** One of several, in chips that wrap on a narrow screen: always exactly one is chosen; arrow keys move between them. */
export function Chips<T extends string>({ label, value, onChange, options }: ChipsProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next)
        if (chosen) onChange(chosen.value)
      }}
      className="flex flex-wrap gap-1"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          title={option.title}
          className="inline-flex h-6 items-center gap-1 rounded-full border border-line px-2.5 text-ink-2 text-sm hover:border-line-strong hover:text-ink data-[state=on]:border-accent-line data-[state=on]:bg-accent-soft data-[state=on]:font-medium data-[state=on]:text-accent"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
