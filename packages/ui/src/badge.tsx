import type { ComponentProps, ReactNode } from 'react'
import { cx } from './class-names.ts'
import { HostText } from './host-text.tsx'

export const TONES = {
  neutral: 'bg-hover text-ink-2',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
} as const
export type Tone = keyof typeof TONES

export function Badge({ tone = 'neutral', className, ...rest }: ComponentProps<'span'> & { tone?: Tone }) {
  return (
    <span
      className={cx(
        'inline-flex h-[18px] max-w-full items-center gap-1 whitespace-nowrap rounded-sm px-1.5 font-medium text-xs',
        TONES[tone],
        className,
      )}
      {...rest}
    />
  )
}

/** A label of a host, `env=prod`: key dimmed, value plain. With `onSelect` it is a button. */
export function LabelChip({ name, value, onSelect }: { name: string; value: string; onSelect?: () => void }) {
  const inside = (
    <>
      <HostText text={name} className="text-ink-3" />
      <span className="text-ink-3">=</span>
      <HostText text={value} />
    </>
  )
  const looks = 'inline-flex h-5 max-w-56 items-center rounded-sm border border-line bg-inset px-1 font-mono text-xs text-ink'
  if (!onSelect) return <span className={looks}>{inside}</span>
  return (
    <button
      type="button"
      onClick={onSelect}
      className={cx(looks, 'hover:border-line-strong hover:bg-hover')}
      aria-label={`Search for ${name}=${value}`}
    >
      {inside}
    </button>
  )
}

/** A chosen thing with a way to un-choose it. */
export function SelectionChip({ children, onRemove, removeLabel }: { children: ReactNode; onRemove: () => void; removeLabel: string }) {
  return (
    <span className="inline-flex h-6 max-w-full items-center gap-1 rounded-md border border-accent-line bg-accent-soft pl-2 text-accent text-sm">
      {children}
      <button
        type="button"
        onClick={onRemove}
        aria-label={removeLabel}
        className="inline-flex size-6 items-center justify-center rounded-md hover:bg-surface"
      >
        <svg aria-hidden viewBox="0 0 12 12" className="size-2.5" stroke="currentColor" strokeWidth="1.6">
          <path d="M2 2l8 8M10 2l-8 8" />
        </svg>
      </button>
    </span>
  )
}
