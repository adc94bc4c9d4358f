import { toHex } from './color.ts'
import { rowTop, type Screen } from './draw.ts'
import type { FlameTheme } from './theme.ts'

/** Where a frame with notes is, device pixels, cut to the width of the stage. */
export type NotedBox = { node: number; row: number; left: number; right: number }

/** Side of the corner that is folded, CSS pixels; it is cut to the width of a narrower frame. */
const MARK_PX = 8
/** In a narrower frame than this a click means the frame, CSS pixels. */
const MIN_HIT_PX = 28
const HIT_PX = 13

/** Folds the upper right corner of each frame that has notes. Of a frame narrower than a pixel a line is left. */
export function drawNoteMarks(ctx: CanvasRenderingContext2D, screen: Screen, theme: FlameTheme, boxes: readonly NotedBox[]): void {
  ctx.fillStyle = toHex(theme.focus)
  ctx.strokeStyle = toHex(theme.bg)
  ctx.lineWidth = Math.max(1, Math.round(screen.dpr))
  for (const { row, left, right } of boxes) {
    const top = rowTop(screen, row)
    if (!isOnScreen(screen, top, left, right)) continue
    const side = Math.max(2 * screen.dpr, Math.min(MARK_PX * screen.dpr, right - left))
    ctx.beginPath()
    ctx.moveTo(right - side, top)
    ctx.lineTo(right, top)
    ctx.lineTo(right, top + Math.min(side, screen.rowPx))
    ctx.closePath()
    ctx.stroke()
    ctx.fill()
  }
}

/** The frame whose mark is at a point, -1 for none. @param x @param y CSS pixels on the stage */
export function notedAt(screen: Screen, boxes: readonly NotedBox[], x: number, y: number): number {
  const { dpr } = screen
  const hit = boxes.find(({ row, left, right }) => {
    const top = rowTop(screen, row)
    if (right - left < MIN_HIT_PX * dpr || !isOnScreen(screen, top, left, right)) return false
    return x * dpr >= right - HIT_PX * dpr && x * dpr <= right && y * dpr >= top && y * dpr <= top + HIT_PX * dpr
  })
  return hit?.node ?? -1
}

const isOnScreen = (screen: Screen, top: number, left: number, right: number): boolean =>
  right > 0 && left < screen.widthPx && right >= left && top + screen.rowPx > 0 && top < screen.heightPx
