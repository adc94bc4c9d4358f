'use client'
import { formatAgo, HostText, useNowMs } from '@sonde/ui'
import { Logo } from '../shell/logo.tsx'
import type { OpenedLink } from './share-context.tsx'

/** Above a shared capture, in place of the top bar: from whom, until when, and what is not in it. */
export function ShareBar({ link }: { link: OpenedLink['link'] }) {
  const now = useNowMs(60_000)
  const leftOut = [...(link.hosts ? [] : ['host names']), ...(link.args ? [] : ['arguments'])]
  return (
    <header className="flex min-h-11 shrink-0 items-center gap-x-3 border-line border-b bg-surface px-3 py-1.5 print:hidden">
      <span className="flex shrink-0 items-center gap-2 font-semibold text-lg tracking-tight">
        <Logo /> <span className="sr-only sm:not-sr-only">Sonde</span>
      </span>
      <p className="min-w-0 text-ink-2" data-testid="share-bar">
        Shared by <HostText text={link.sharedBy} className="font-medium text-ink" />
        {' · '}
        <span className="whitespace-nowrap">expires {formatAgo(link.expiresAt, now)}</span>
        {leftOut.length > 0 ? ` · ${leftOut.join(' and ')} left out` : ''}
      </p>
    </header>
  )
}
