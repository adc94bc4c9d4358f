import { cx } from '@sonde/ui'
import type { ReactNode } from 'react'
import { TABLE_HEAD } from './sort-head.tsx'

/** The head of a column that the rows are not sorted by. */
export function ColumnHead({ children, numeric = false, title }: { children: ReactNode; numeric?: boolean; title?: string | undefined }) {
  return (
    <th scope="col" className={cx(TABLE_HEAD, 'px-2', numeric && 'text-right')} title={title}>
      {children}
    </th>
  )
}
