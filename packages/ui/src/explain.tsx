'use client'
import { type ReactNode, useRef } from 'react'
import { TONES, type Tone } from './badge.tsx'
import { cx } from './class-names.ts'
import { useExplanation } from './use-explanation.tsx'

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
  const button = useRef<HTMLButtonElement>(null)
  const { props, panel, show } = useExplanation(
    button,
    <>
      <p>{what}</p>
      {remedy ? <p className="mt-1 text-ink-2">{remedy}</p> : null}
    </>,
  )
  return (
    <>
      <button
        ref={button}
        type="button"
        data-testid={testId}
        {...props}
        onClick={(event) => {
          event.preventDefault()
          show()
        }}
        className={cx(
          'inline-flex h-[18px] max-w-full cursor-help! items-center gap-1 whitespace-nowrap rounded-sm px-1.5 font-medium text-xs',
          TONES[tone],
          className,
        )}
      >
        {children}
      </button>
      {panel}
    </>
  )
}
