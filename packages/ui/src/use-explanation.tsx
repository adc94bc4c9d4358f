'use client'
import { lazy, type PointerEvent, type ReactNode, type RefObject, Suspense, useEffect, useId, useRef, useState } from 'react'
import type { FloatingPanelProps } from './floating-panel.tsx'

const load = () => import('./floating-panel.tsx')
const FloatingPanel = lazy(async () => ({ default: (await load()).FloatingPanel }))

/** A pointer that only passes by asks for nothing; one on its way to the panel has not left yet. */
const OPEN_AFTER_MS = 250
const CLOSE_AFTER_MS = 120

/** For the control that is explained. */
export type ExplainedProps = {
  'aria-describedby': string | undefined
  onPointerEnter: (event: PointerEvent) => void
  onPointerLeave: () => void
  onFocus: () => void
  onBlur: () => void
}

/**
 * An explanation beside a control: on hover, on focus, and when `show` says so. The control stays the same element, with what it
 * spreads from `props`; `panel` goes beside it.
 */
export function useExplanation(
  anchor: RefObject<HTMLElement | null>,
  content: ReactNode,
  side: FloatingPanelProps['side'] = 'bottom',
): { props: ExplainedProps; panel: ReactNode; show: () => void } {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const turn = (open: boolean, afterMs: number) => {
    clearTimeout(timer.current)
    if (afterMs === 0) setOpen(open)
    else timer.current = setTimeout(() => setOpen(open), afterMs)
  }
  const props: ExplainedProps = {
    'aria-describedby': isOpen ? id : undefined,
    onPointerEnter: (event) => {
      void load()
      if (event.pointerType === 'mouse') turn(true, OPEN_AFTER_MS)
    },
    onPointerLeave: () => turn(false, CLOSE_AFTER_MS),
    onFocus: () => {
      if (anchor.current?.matches(':focus-visible')) turn(true, 0)
    },
    onBlur: () => turn(false, 0),
  }
  const panel = isOpen ? (
    <Suspense>
      <FloatingPanel
        id={id}
        anchor={anchor}
        side={side}
        onClose={() => turn(false, 0)}
        onPointerEnter={() => turn(true, 0)}
        onPointerLeave={() => turn(false, CLOSE_AFTER_MS)}
      >
        {content}
      </FloatingPanel>
    </Suspense>
  ) : null
  return { props, panel, show: () => turn(true, 0) }
}
