'use client'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { cellAfterKey, cellAtMs, type HeatGrid, type HeatGridCell, msOfCell, spanOfCells } from './offset-heat-grid.ts'
import { useTimeCursor } from './time-cursor.tsx'
import type { SelectTime, TimeSpan } from './use-time-brush.ts'

export type CellBrushOptions = {
  grid: HeatGrid
  /** Where the cells lie in the element, CSS px. */
  plot: { left: number; top: number; width: number; height: number }
  window: TimeSpan | null
  onWindow?: SelectTime | undefined
}

const isSame = (a: HeatGridCell, b: HeatGridCell): boolean => a.column === b.column && a.row === b.row

/**
 * Pointing at and selecting time in cells: a click starts and a click ends (as in FlameScope), or a drag does both. Keys: arrows move,
 * with Shift they select from where they were; Enter is a click. Escape takes back what was begun, then the selection.
 */
export function useCellBrush({ grid, plot, window, onWindow }: CellBrushOptions) {
  const [cursorMs, setCursor] = useTimeCursor()
  /** The first click's cell, until the second. */
  const [begun, setBegun] = useState<HeatGridCell | null>(null)
  const [dragged, setDragged] = useState<TimeSpan | null>(null)
  const press = useRef<HeatGridCell | null>(null)
  const anchor = useRef<HeatGridCell | null>(null)
  const cursor = cursorMs === null ? null : cellAtMs(grid, cursorMs)

  const cellAt = (event: PointerEvent<Element>): HeatGridCell => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = (event.clientX - box.left - plot.left) / Math.max(1, plot.width)
    const y = (plot.top + plot.height - (event.clientY - box.top)) / Math.max(1, plot.height)
    const within = (share: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)))
    return { column: within(x, grid.columns), row: within(y, grid.rowsPerSecond) }
  }
  const click = (cell: HeatGridCell) => {
    if (!onWindow) return
    if (begun === null) setBegun(cell)
    else {
      setBegun(null)
      onWindow(spanOfCells(grid, begun, cell), 'new')
    }
  }

  const onPointerDown = (event: PointerEvent<Element>) => {
    if (event.button === 0 && onWindow) press.current = cellAt(event)
  }
  const onPointerMove = (event: PointerEvent<Element>) => {
    const cell = cellAt(event)
    setCursor(msOfCell(grid, cell))
    const from = press.current
    if (!from || (dragged === null && isSame(from, cell))) return
    if (dragged === null) event.currentTarget.setPointerCapture(event.pointerId)
    setDragged(spanOfCells(grid, from, cell))
  }
  const onPointerUp = () => {
    const from = press.current
    press.current = null
    if (dragged) {
      setBegun(null)
      onWindow?.(dragged, 'new')
    } else if (from) click(from)
    setDragged(null)
  }
  const onPointerCancel = () => {
    press.current = null
    setDragged(null)
  }
  const onPointerLeave = () => {
    if (press.current === null) setCursor(null)
  }

  const onKeyDown = (event: KeyboardEvent<Element>) => {
    const at = cursor ?? cellAtMs(grid, window?.fromMs ?? 0)
    const to = cellAfterKey(grid, at, event.key)
    if (to !== null) {
      event.preventDefault()
      event.stopPropagation()
      if (event.shiftKey && onWindow) {
        const how = anchor.current === null ? 'new' : 'extended'
        anchor.current ??= at
        setBegun(null)
        onWindow(spanOfCells(grid, anchor.current, to), how)
      } else anchor.current = null
      setCursor(msOfCell(grid, to))
    } else if (event.key === 'Enter' && onWindow) {
      event.preventDefault()
      event.stopPropagation()
      setCursor(msOfCell(grid, at))
      click(at)
    } else if (event.key === 'Escape' && (begun || window || cursor)) {
      event.stopPropagation()
      anchor.current = null
      if (begun) setBegun(null)
      else {
        setCursor(null)
        if (window) onWindow?.(null, 'new')
      }
    }
  }
  const onBlur = () => {
    anchor.current = null
    setBegun(null)
    setCursor(null)
  }

  return {
    cursor,
    begun,
    /** What to mark: the selection under way, else the one that stands. */
    shown: dragged ?? (begun && cursor ? spanOfCells(grid, begun, cursor) : window),
    isDragging: dragged !== null,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onPointerLeave, onKeyDown, onBlur },
  }
}
