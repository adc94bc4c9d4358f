'use client'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { useTimeCursor } from './time-cursor.tsx'

/** A stretch of time, ms. */
export type TimeSpan = { fromMs: number; toMs: number }

/** `extended`: one more step of a selection by keys; not a step that "back" should undo by itself. */
export type SelectTime = (window: TimeSpan | null, how: 'new' | 'extended') => void

export type TimeBrushOptions = {
  /** What the axis covers, from 0. */
  domainMs: number
  /** A selection snaps to multiples of it. */
  stepMs: number
  /** Where the axis lies in the element, CSS px. */
  plot: { left: number; width: number }
  window: TimeSpan | null
  /** A stretch was selected, or (null) none any more. Without it time is only pointed at. */
  onWindow?: SelectTime | undefined
}

/** A press that moves less is a click, not a selection. */
const DRAG_PX = 4

/**
 * Pointing at and selecting time in a chart. Drag selects, Escape or a double click clears. Keys: arrows move the moment (Home, End: to
 * the ends), with Shift they select from where it was.
 */
export function useTimeBrush({ domainMs, stepMs, plot, window, onWindow }: TimeBrushOptions) {
  const [cursorMs, setCursor] = useTimeCursor()
  const [dragged, setDragged] = useState<TimeSpan | null>(null)
  const press = useRef<{ x: number; ms: number } | null>(null)
  /** Where a selection by keys began. */
  const anchor = useRef<number | null>(null)

  const msAt = (event: PointerEvent<Element>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - box.left - plot.left) / Math.max(1, plot.width)
    return Math.min(domainMs, Math.max(0, share * domainMs))
  }
  const spanOf = (a: number, b: number): TimeSpan => snapSpan(Math.min(a, b), Math.max(a, b), stepMs, domainMs)

  const onPointerDown = (event: PointerEvent<Element>) => {
    if (event.button !== 0 || !onWindow) return
    press.current = { x: event.clientX, ms: msAt(event) }
  }
  const onPointerMove = (event: PointerEvent<Element>) => {
    const ms = msAt(event)
    setCursor(ms)
    const from = press.current
    if (!from || (dragged === null && Math.abs(event.clientX - from.x) < DRAG_PX)) return
    if (dragged === null) event.currentTarget.setPointerCapture(event.pointerId)
    setDragged(spanOf(from.ms, ms))
  }
  const onPointerUp = () => {
    press.current = null
    if (dragged) onWindow?.(dragged, 'new')
    setDragged(null)
  }
  const onPointerCancel = () => {
    press.current = null
    setDragged(null)
  }
  const onPointerLeave = () => {
    if (press.current === null) setCursor(null)
  }
  const onDoubleClick = () => onWindow?.(null, 'new')

  const onKeyDown = (event: KeyboardEvent<Element>) => {
    const at = cursorMs ?? (window ? window.fromMs : 0)
    const target = keyTarget(event.key, at, stepMs, domainMs)
    if (target !== null) {
      event.preventDefault()
      event.stopPropagation()
      if (event.shiftKey && onWindow) {
        const how = anchor.current === null ? 'new' : 'extended'
        anchor.current ??= at
        onWindow(spanOf(anchor.current, target), how)
      } else anchor.current = null
      setCursor(target)
    } else if (event.key === 'Escape' && (window || cursorMs !== null)) {
      event.stopPropagation()
      anchor.current = null
      setCursor(null)
      if (window) onWindow?.(null, 'new')
    }
  }
  const onBlur = () => {
    anchor.current = null
    setCursor(null)
  }

  return {
    cursorMs,
    /** What to mark: the selection under way, else the one that stands. */
    shown: dragged ?? window,
    isDragging: dragged !== null,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onPointerLeave, onDoubleClick, onKeyDown, onBlur },
  }
}

/** To whole steps, at least one, within the domain. */
export function snapSpan(fromMs: number, toMs: number, stepMs: number, domainMs: number): TimeSpan {
  const last = Math.max(0, Math.ceil(domainMs / stepMs) - 1) * stepMs
  const from = Math.min(last, Math.max(0, Math.floor(fromMs / stepMs) * stepMs))
  return { fromMs: from, toMs: Math.max(from + stepMs, Math.min(last + stepMs, Math.ceil(toMs / stepMs) * stepMs)) }
}

/** The middle of the step that a key leads to; null for other keys. */
function keyTarget(key: string, atMs: number, stepMs: number, domainMs: number): number | null {
  const last = Math.max(0, Math.ceil(domainMs / stepMs) - 1)
  const bin = Math.min(last, Math.floor(atMs / stepMs))
  const to = key === 'ArrowLeft' ? bin - 1 : key === 'ArrowRight' ? bin + 1 : key === 'Home' ? 0 : key === 'End' ? last : Number.NaN
  return Number.isNaN(to) ? null : (Math.min(last, Math.max(0, to)) + 0.5) * stepMs
}
