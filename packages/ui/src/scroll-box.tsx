import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

/** A box that scrolls on its own, and so has to be reachable by keyboard and to have a name. */
export function ScrollBox({
  label,
  className,
  children,
  testId,
}: {
  label: string
  className?: string
  children: ReactNode
  testId?: string
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} data-testid={testId} className={cx('relative overflow-auto', className)}>
      {children}
    </section>
  )
}
