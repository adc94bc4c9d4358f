import type { ComponentProps, ReactNode } from 'react'
import { cx } from './class-names.ts'

/** A compact table in a box that scrolls sideways on its own when the screen is narrow. */
export function Table({ className, label, children, ...rest }: ComponentProps<'table'> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="relative overflow-x-auto rounded-md border border-line bg-surface" aria-label={label} tabIndex={0}>
      <table className={cx('w-full border-collapse text-left', className)} aria-label={label} {...rest}>
        {children}
      </table>
    </section>
  )
}

export function Th({ className, numeric = false, ...rest }: ComponentProps<'th'> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={cx(
        'h-8 whitespace-nowrap border-line border-b bg-inset px-3 font-medium text-ink-3 text-sm',
        numeric && 'text-right',
        className,
      )}
      {...rest}
    />
  )
}

export function Td({ className, numeric = false, ...rest }: ComponentProps<'td'> & { numeric?: boolean }) {
  return (
    <td
      className={cx(
        'h-9 border-line border-b px-3 py-1 align-middle group-last:border-b-0',
        numeric && 'whitespace-nowrap text-right',
        className,
      )}
      {...rest}
    />
  )
}

export function Tr({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr className={cx('group hover:bg-hover/60', className)} {...rest} />
}

/** Name and value pairs, as a description list in a grid. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return <dl className={cx('grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-1.5', className)}>{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}

/** A titled box of a page. */
export function Panel({
  title,
  actions,
  children,
  className,
  flush = false,
}: {
  title: string
  actions?: ReactNode
  children: ReactNode
  className?: string
  flush?: boolean
}) {
  return (
    <section className={cx('min-w-0 rounded-md border border-line bg-surface', className)} aria-label={title}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-2 border-line border-b px-3 py-1.5">
        <h2 className="font-semibold">{title}</h2>
        {actions}
      </header>
      <div className={flush ? '' : 'p-3'}>{children}</div>
    </section>
  )
}
