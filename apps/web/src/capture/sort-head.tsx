import { cx } from '@sonde/ui'
import type { ReactNode } from 'react'

/** Looks of a header that stays in sight; without padding, so that a button can fill it. */
export const TABLE_HEAD = 'sticky top-0 z-10 h-7 whitespace-nowrap border-line border-b bg-inset text-left font-medium text-ink-3 text-sm'

/** A column's header that sorts by it. */
export function SortHead({
  active,
  onSort,
  numeric = false,
  title,
  children,
}: {
  active: 'asc' | 'desc' | null
  onSort: () => void
  numeric?: boolean
  title?: string
  children: ReactNode
}) {
  return (
    <th scope="col" aria-sort={active === null ? 'none' : active === 'asc' ? 'ascending' : 'descending'} className={cx(TABLE_HEAD, 'p-0')}>
      <button
        type="button"
        title={title}
        onClick={onSort}
        className={cx(
          'flex h-7 w-full items-center gap-0.5 px-2 font-medium hover:text-ink',
          numeric && 'justify-end',
          active !== null && 'text-ink',
        )}
      >
        {children}
        <span aria-hidden className="w-2 text-xs">
          {active === null ? '' : active === 'asc' ? '↑' : '↓'}
        </span>
      </button>
    </th>
  )
}
