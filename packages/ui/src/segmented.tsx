'use client'
import * as ToggleGroup from 'radix-ui/toggle-group'
import type { ReactNode } from 'react'

export type SegmentedProps<T extends string> = {
  label: string
  value: T
  onChange: (value: T) => void
  options: ReadonlyArray<{ value: T; label: ReactNode; name?: string }>
}

/** One of a few: always exactly one is chosen; arrow keys move between them. */
export function Segmented<T extends string>({ label, value, onChange, options }: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next)
        if (chosen) onChange(chosen.value)
      }}
      className="inline-flex h-7 shrink-0 items-stretch self-start rounded-md border border-line-strong bg-surface p-px"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          aria-label={option.name}
          className="inline-flex items-center gap-1 rounded-sm px-2 whitespace-nowrap text-ink-2 text-sm hover:text-ink data-[state=on]:bg-accent-soft data-[state=on]:font-medium data-[state=on]:text-accent [&_svg]:size-3.5"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
