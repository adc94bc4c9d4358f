'use client'
import { type DOMAttributes, type ReactNode, type RefObject, useId, useRef } from 'react'
import { cx } from './class-names.ts'

export type PictureBoxProps = {
  boxRef: RefObject<HTMLDivElement | null>
  /** What the picture shows, for who cannot see it; the numbers stand in a table elsewhere. */
  label: string
  roleDescription: string
  /** What the keys do. */
  help: ReactNode
  /** What is at the cursor, for a live region; '' for nothing. */
  words: string
  /** The same beside it, while pointer or focus are here, given where the box lies in the window. */
  tip: ((rect: DOMRect) => ReactNode) | null
  isSelectable: boolean
  handlers: DOMAttributes<HTMLDivElement> & { onPointerLeave: () => void; onBlur: () => void }
  className?: string | undefined
  testId?: string | undefined
  children: ReactNode
}

/** What surrounds a picture that is pointed at and selected in: one tab stop, its keys, its words. The cursor may be another picture's: then this one is silent. */
export function PictureBox(props: PictureBoxProps) {
  const { boxRef, label, roleDescription, help, words, tip, isSelectable, handlers, className, testId, children } = props
  const isHere = useRef(false)
  const helpId = useId()
  const rect = boxRef.current?.getBoundingClientRect()
  return (
    <div
      ref={boxRef}
      role="application"
      aria-roledescription={roleDescription}
      aria-label={label}
      aria-describedby={helpId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture is one tab stop, its keys move the cursor
      tabIndex={0}
      data-testid={testId}
      className={cx(
        'relative min-h-0 min-w-0 touch-pan-y select-none overflow-hidden focus-visible:-outline-offset-2',
        isSelectable && 'cursor-crosshair',
        className,
      )}
      {...handlers}
      onPointerEnter={() => {
        isHere.current = true
      }}
      onPointerLeave={() => {
        isHere.current = false
        handlers.onPointerLeave()
      }}
      onFocus={() => {
        isHere.current = true
      }}
      onBlur={() => {
        isHere.current = false
        handlers.onBlur()
      }}
    >
      {children}
      <p id={helpId} className="sr-only">
        {help}
      </p>
      <p role="status" aria-live="polite" className="sr-only">
        {isHere.current ? words : ''}
      </p>
      {isHere.current && rect && tip ? tip(rect) : null}
    </div>
  )
}
