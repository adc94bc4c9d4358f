import { toHex } from './color.ts'
import { rowTop, type Screen } from './draw.ts'
import type { FlameLayout } from './layout.ts'
import { isMarked, type MarkedFrames } from './marked-function.ts'
import type { FlameTheme } from './theme.ts'
import type { VisibleRuns } from './visible.ts'

/** What the second canvas shows, so that hovering never redraws the graph. Pixels are device pixels. */
export type OverlayState = {
  /** Box or strip under the pointer. */
  hover: {
    row: number
    left: number
    right: number /** Label of a single frame, -1 for strips: its namesakes are marked too. */
    label: number
  } | null
  focus: { row: number; left: number; right: number } | null
  /** Frames that are framed wherever they are. */
  marked: MarkedFrames | null
}

export function drawOverlay(
  ctx: CanvasRenderingContext2D,
  screen: Screen,
  layout: FlameLayout,
  runs: VisibleRuns,
  theme: FlameTheme,
  { hover, focus, marked }: OverlayState,
): void {
  ctx.clearRect(0, 0, screen.widthPx, screen.heightPx)
  const line = Math.max(1, Math.round(screen.dpr))
  const height = screen.rowPx - Math.max(1, Math.round(screen.dpr * 0.75))
  /** Calls `draw` for each frame on screen that is a box and passes. */
  const eachBox = (passes: (node: number) => boolean, draw: (left: number, top: number, width: number) => void) => {
    for (let row = runs.firstRow; row < runs.lastRow; row++) {
      const end = runs.rowFirst[row - runs.firstRow + 1] ?? 0
      for (let run = runs.rowFirst[row - runs.firstRow] ?? 0; run < end; run++) {
        if ((runs.strip[run] ?? -1) >= 0 || !passes(layout.rowNode[runs.slot[run] ?? 0] ?? 0)) continue
        const left = runs.left[run] ?? 0
        draw(left, rowTop(screen, row), Math.max(line, (runs.right[run] ?? 0) - left - line))
      }
    }
  }
  if (marked) {
    const { tree } = layout
    ctx.fillStyle = ctx.strokeStyle = toHex(theme.focus)
    ctx.lineWidth = line * 2
    eachBox(
      (node) => isMarked(tree, marked, node),
      (left, top, width) => {
        if (width < line * 6) ctx.fillRect(left, top, width, height)
        else ctx.strokeRect(left + line, top + line, width - line * 2, height - line * 2)
      },
    )
  }
  if (hover) {
    ctx.strokeStyle = toHex(theme.text)
    ctx.lineWidth = line
    if (hover.label >= 0) {
      // The same function elsewhere: a thin line below it.
      ctx.fillStyle = toHex(theme.text)
      eachBox(
        (node) => layout.tree.label[node] === hover.label,
        (left, top, width) => ctx.fillRect(left, top + height - line * 2, width, line * 2),
      )
    }
    const width = Math.max(line * 2, hover.right - hover.left)
    ctx.strokeRect(hover.left + line / 2, rowTop(screen, hover.row) + line / 2, width - line, height - line)
  }
  if (focus) {
    // Two rings, so that it shows on any fill: the focus colour on the frame's edge, the background around it.
    const width = Math.max(line * 6, focus.right - focus.left)
    const left = Math.max(0, Math.min(focus.left, screen.widthPx - width))
    const top = rowTop(screen, focus.row)
    ctx.lineWidth = line * 2
    ctx.strokeStyle = toHex(theme.bg)
    ctx.strokeRect(left - line, top - line, width + line * 2, height + line * 2)
    ctx.strokeStyle = toHex(theme.focus)
    ctx.strokeRect(left + line, top + line, width - line * 2, height - line * 2)
  }
}
