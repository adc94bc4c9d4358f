import { cx } from '@sonde/ui'
import type { ReactNode } from 'react'
import { PaneTitle, usePaneName } from './pane-menu.tsx'

/** One of the results: title and tools on top, the picture, facts about it below. */
export function Pane({
  title,
  tools,
  children,
  foot,
  testId,
  isStale = false,
}: {
  title: string
  tools: ReactNode
  children: ReactNode
  foot?: ReactNode
  testId: string
  /** What is shown answers an earlier question; the new answer is on its way. */
  isStale?: boolean
}) {
  return (
    <section
      aria-label={title}
      data-testid={testId}
      data-pane={usePaneName()}
      className="@container flex h-full min-h-0 min-w-0 flex-col overflow-hidden rounded-md border border-line bg-surface print:mt-3 print:h-[150mm] print:break-inside-avoid"
    >
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-1.5 border-line border-b px-2 py-1.5">
        <PaneTitle title={title} />
        <div className="contents print:hidden">{tools}</div>
      </div>
      <div className={cx('flex min-h-0 flex-1 flex-col', isStale && 'opacity-60')} aria-busy={isStale}>
        {children}
      </div>
      {foot ? (
        <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-2 py-1 text-ink-2 text-sm">{foot}</div>
      ) : null}
    </section>
  )
}
