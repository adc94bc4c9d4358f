'use client'
import { Tooltip as RadixTooltip } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { TONES, type Tone } from './badge.tsx'
import { cx } from './class-names.ts'

const PANEL = 'z-50 max-w-80 rounded-md border border-line bg-raised px-2.5 py-2 text-ink text-sm shadow-overlay'

export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <RadixTooltip.Provider delayDuration={250} skipDelayDuration={300}>
      {children}
    </RadixTooltip.Provider>
  )
}

/** Names or explains the control it wraps, on hover and focus. The child must be focusable. */
export function Tooltip({
  content,
  children,
  side = 'bottom',
}: {
  content: ReactNode
  children: ReactNode
  side?: 'top' | 'bottom' | 'left' | 'right'
}) {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content side={side} sideOffset={4} collisionPadding={8} className={PANEL}>
          {content}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  )
}

export type ExplainProps = {
  children: ReactNode
  /** What it means, in a sentence. */
  what: ReactNode
  /** What would fix it, in a sentence. */
  remedy?: ReactNode
  tone?: Tone
  className?: string
  testId?: string
}

/** A badge that explains itself on hover, focus and tap. */
export function Explain({ children, what, remedy, tone = 'warn', className, testId }: ExplainProps) {
  const [open, setOpen] = useState(false)
  return (
    <RadixTooltip.Root open={open} onOpenChange={setOpen}>
      <RadixTooltip.Trigger asChild>
        <button
          type="button"
          data-testid={testId}
          // Radix closes on press, which would make it useless on a touch screen.
          onPointerDown={(event) => event.preventDefault()}
          onClick={(event) => {
            event.preventDefault()
            setOpen(true)
          }}
          className={cx(
            'inline-flex h-[18px] max-w-full cursor-help! items-center gap-1 whitespace-nowrap rounded-sm px-1.5 font-medium text-xs',
            TONES[tone],
            className,
          )}
        >
          {children}
        </button>
      </RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content side="bottom" sideOffset={4} collisionPadding={8} className={PANEL}>
          <p>{what}</p>
          {remedy ? <p className="mt-1 text-ink-2">{remedy}</p> : null}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  )
}
