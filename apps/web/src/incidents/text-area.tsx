import { cx } from '@sonde/ui'
import type { ComponentProps } from 'react'

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      maxLength={10_000}
      className={cx(
        'w-full min-w-0 rounded-md border border-line-strong bg-surface px-2 py-1 text-base text-ink placeholder:text-ink-3 hover:border-ink-3',
        className,
      )}
      {...rest}
    />
  )
}
