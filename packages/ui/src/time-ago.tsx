'use client'
import { formatAgo, formatTimestamp } from './format.ts'
import { useNowMs } from './now.ts'

/** "5 min ago", with the exact moment and zone in its title. */
export function TimeAgo({ date, className }: { date: Date; className?: string }) {
  const now = useNowMs(15_000)
  return (
    <time dateTime={date.toISOString()} title={formatTimestamp(date)} className={className} suppressHydrationWarning>
      {formatAgo(date, now)}
    </time>
  )
}
