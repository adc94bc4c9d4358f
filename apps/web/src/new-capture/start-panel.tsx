'use client'
import { Button, Field, formatPlural, HostText, Input, Kbd, Notice, StateDot } from '@sonde/ui'
import { Play } from 'lucide-react'
import type { ReactNode } from 'react'
import { useModKey } from '../shell/mod-key.tsx'
import { errorText } from '../trpc/errors.ts'

export type StartPanelProps = {
  title: string
  onTitle: (title: string) => void
  /** What a start would do, in a line. */
  summary: ReactNode
  /** Why it cannot be started; null: it can. */
  blocked: string | null
  canStart: boolean
  starting: boolean
  offlineHosts: number
  error: unknown
  onStart: () => void
  /** Stands beside Start. */
  beside: ReactNode
}

/** The end of the form: a title, Start, and why not. */
export function StartPanel({
  title,
  onTitle,
  summary,
  blocked,
  canStart,
  starting,
  offlineHosts,
  error,
  onStart,
  beside,
}: StartPanelProps) {
  const mod = useModKey()
  return (
    <section aria-label="Start" className="flex flex-col gap-3 rounded-md border border-line bg-surface p-3">
      <Field label="Title (optional)">
        {(ids) => (
          <Input
            {...ids}
            value={title}
            maxLength={120}
            placeholder="What are you looking into?"
            onChange={(event) => onTitle(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          variant="primary"
          size="lg"
          onClick={onStart}
          disabled={!canStart}
          data-testid="start-capture"
          aria-describedby="start-note"
        >
          <Play aria-hidden /> {starting ? 'Starting…' : 'Start'}
          <span aria-hidden className="ml-1 text-sm">
            {mod === '⌘' ? '⌘↵' : 'Ctrl ↵'}
          </span>
        </Button>
        {beside}
      </div>
      <p id="start-note" className="min-w-0 text-ink-2" data-testid="start-note">
        {blocked ?? summary}
      </p>
      {offlineHosts > 0 ? (
        <p className="flex items-center gap-1.5 text-sm text-warn">
          <StateDot kind="warn" /> {formatPlural(offlineHosts, 'host is', 'hosts are')} not connected. It is waited for, then given up.
        </p>
      ) : null}
      {error ? (
        <Notice tone="bad" title="It was not started">
          <HostText wrap text={errorText(error)} />
        </Notice>
      ) : null}
      <span className="sr-only">
        Press <Kbd>{mod}</Kbd> <Kbd>Enter</Kbd> to start.
      </span>
    </section>
  )
}
