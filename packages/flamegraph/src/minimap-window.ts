import type { Span } from './camera.ts'
import { type Screen, visibleRows } from './draw.ts'
import { formatShare } from './format.ts'

/** What of the whole graph is on screen, in shares of its width and height, 0..1. */
export type ShownWindow = { left: number; right: number; top: number; bottom: number }

/** @param rows of the whole graph */
export function shownWindow(span: Span, whole: Span, screen: Screen, rows: number): ShownWindow {
  const { firstRow, lastRow } = visibleRows(screen)
  const [near, far] = [firstRow / Math.max(1, rows), Math.min(1, lastRow / Math.max(1, rows))]
  const [top, bottom] = screen.orientation === 'icicle' ? [near, far] : [1 - far, 1 - near]
  return { left: span.x0 / whole.x1, right: span.x1 / whole.x1, top, bottom }
}

export const sameWindow = (a: ShownWindow, b: ShownWindow): boolean =>
  a.left === b.left && a.right === b.right && a.top === b.top && a.bottom === b.bottom

const percent = (share: number): string => `${Math.round(share * 1e5) / 1e3}%`

/** Puts the window on the minimap where it belongs, and has the map say so to who cannot see it. */
export function placeWindow(map: HTMLElement, frame: HTMLElement, { left, right, top, bottom }: ShownWindow): void {
  Object.assign(frame.style, { left: percent(left), width: percent(right - left), top: percent(top), height: percent(bottom - top) })
  map.setAttribute('aria-valuenow', String(Math.round(((left + right) / 2) * 100)))
  const isAll = left <= 0 && right >= 1
  map.setAttribute(
    'aria-valuetext',
    isAll ? 'the whole width' : `${formatShare(right - left, 1)} of the width, from ${formatShare(left, 1)} to ${formatShare(right, 1)}`,
  )
}
