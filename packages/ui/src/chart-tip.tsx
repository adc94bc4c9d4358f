'use client'
import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { cx } from './class-names.ts'

/** What is at a point of a picture, beside it, on the side that has room. `x`, `y`: in the window, px. */
export function ChartTip({ x, y, children }: { x: number; y: number; children: ReactNode }) {
  const isLeft = x > window.innerWidth / 2
  return createPortal(
    <div
      className={cx(
        'pointer-events-none fixed z-50 max-w-96 rounded-md border border-line bg-raised px-2.5 py-1.5 text-ink text-sm shadow-overlay',
        isLeft && '-translate-x-full',
      )}
      style={{ left: isLeft ? x - 12 : x + 12, top: y }}
    >
      {children}
    </div>,
    document.body,
  )
}
