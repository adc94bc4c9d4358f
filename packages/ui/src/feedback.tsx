import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('rounded-sm bg-hover', className)} />
}

/** Rows that hold the place of a table while it loads. */
export function SkeletonRows({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-3">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={row} className="h-5" />
      ))}
    </div>
  )
}

/** Why there is nothing here, and what to do about it. */
export function EmptyState({
  title,
  children,
  action,
  icon,
  className,
  page = false,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
  icon?: ReactNode
  className?: string
  /** It is all that the page says, so its title is the page's heading. */
  page?: boolean
}) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className={cx('mx-auto flex max-w-lg flex-col items-center gap-2 px-6 py-12 text-center', className)}>
      {icon ? <div className="text-ink-3 [&_svg]:size-5">{icon}</div> : null}
      <Heading className="font-semibold text-lg">{title}</Heading>
      {children ? <div className="text-ink-2 text-pretty">{children}</div> : null}
      {action ? <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  )
}

/** A notice in the flow of a page. */
export function Notice({
  tone,
  title,
  children,
  className,
}: {
  tone: 'warn' | 'bad' | 'neutral'
  title: ReactNode
  children?: ReactNode
  className?: string
}) {
  const Icon = tone === 'bad' ? CircleAlert : TriangleAlert
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'note'}
      className={cx('flex gap-2 rounded-md border border-line bg-surface px-3 py-2', className)}
    >
      {tone === 'neutral' ? null : <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', tone === 'bad' ? 'text-bad' : 'text-warn')} />}
      <div className="min-w-0">
        <div className="font-medium">{title}</div>
        {children ? <div className="text-ink-2">{children}</div> : null}
      </div>
    </div>
  )
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line-strong bg-inset px-1 font-sans text-ink-2 text-xs">
      {children}
    </kbd>
  )
}

export type ProgressBarProps = { share: number | null; label: string; tone?: 'accent' | 'neutral' | 'warn' | 'bad'; className?: string }

const PROGRESS_TONES = { accent: 'bg-accent', neutral: 'bg-bar', warn: 'bg-warn', bad: 'bg-bad' } as const

/** 0..1, or null where nobody knows how long it will take. */
export function ProgressBar({ share, label, tone = 'accent', className }: ProgressBarProps) {
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
      className={cx('h-1 overflow-hidden rounded-full bg-bar-track', className)}
    >
      <div className={cx('h-full', PROGRESS_TONES[tone], percent === null && 'animate-live')} style={{ width: `${percent ?? 100}%` }} />
    </div>
  )
}

/** A level that is read at a glance, with its number beside it: CPU busy, memory used. */
export function Meter({ share, text, label, warnAt = 0.85 }: { share: number; text: string; label: string; warnAt?: number }) {
  const percent = Math.min(100, Math.max(0, share * 100))
  return (
    <div className="flex items-center gap-2">
      <div aria-hidden className="h-1.5 w-14 shrink-0 overflow-hidden rounded-full bg-bar-track">
        <div className={cx('h-full', share >= warnAt ? 'bg-warn' : 'bg-bar')} style={{ width: `${percent}%` }} />
      </div>
      <span className="whitespace-nowrap">
        <span className="sr-only">{label}: </span>
        {text}
      </span>
    </div>
  )
}

const DOTS = {
  idle: 'bg-bar',
  live: 'bg-accent animate-live',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  hollow: 'border border-bar bg-transparent',
} as const
export type DotKind = keyof typeof DOTS

/** A state in a dot; always beside the word for it, never alone. */
export function StateDot({ kind, className }: { kind: DotKind; className?: string }) {
  return <span aria-hidden className={cx('inline-block size-2 shrink-0 rounded-full', DOTS[kind], className)} />
}
