import * as Slot from 'radix-ui/slot'
import type { ComponentProps } from 'react'
import { cx } from './class-names.ts'

const VARIANTS = {
  primary: 'bg-accent-solid text-on-accent border-transparent hover:bg-accent-solid-hover',
  secondary: 'bg-surface text-ink border-line-strong hover:bg-hover',
  ghost: 'bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-line-strong hover:bg-bad-soft',
} as const

const SIZES = { sm: 'h-6 px-2 text-sm gap-1', md: 'h-7 px-2.5 gap-1.5', lg: 'h-9 px-4 gap-2' } as const

export type ButtonProps = ComponentProps<'button'> & {
  variant?: keyof typeof VARIANTS
  size?: keyof typeof SIZES
  /** Renders its only child (a link, say) with the looks of a button. */
  asChild?: boolean
  /** Square, for an icon alone: give it an `aria-label`. */
  icon?: boolean
}

const ICON_SIZES = { sm: 'size-6', md: 'size-7', lg: 'size-9' } as const

export function Button({ variant = 'secondary', size = 'md', asChild = false, icon = false, className, type, ...rest }: ButtonProps) {
  const Component = asChild ? Slot.Root : 'button'
  return (
    <Component
      {...(asChild ? {} : { type: type ?? 'button' })}
      className={cx(
        'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md border font-medium disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0',
        VARIANTS[variant],
        icon ? cx(ICON_SIZES[size], 'p-0') : SIZES[size],
        className,
      )}
      {...rest}
    />
  )
}
