import type { CallTree } from '@sonde/profile'
import type { Span } from './camera.ts'
import { drawScene, rowTop, visibleRows } from './draw.ts'
import { drawOverlay } from './draw-overlay.ts'
import { type FlameHit, hitAt } from './hit.ts'
import type { Inks } from './inks.ts'
import type { FlameLayout } from './layout.ts'
import type { MarkedFrames } from './marked-function.ts'
import { drawNoteMarks, type NotedBox, notedAt } from './note-marks.ts'
import type { FlameMatches } from './search.ts'
import type { Stage } from './stage.ts'
import { emptyRuns, findVisible } from './visible.ts'

/** A box is told from a strip from this many CSS pixels on. */
const MIN_BOX_PX = 2

export type FlamePicture = { layout: FlameLayout; inks: Inks; matches: FlameMatches | null; zoomNode: number; span: Span }

/** Paints on a stage, and knows what it has painted where. */
export class FlamePainter {
  private readonly runs = emptyRuns()
  private noted: NotedBox[] = []

  constructor(private readonly stage: Stage) {}

  paintNothing(): void {
    const { base, palette, screen } = this.stage
    base.fillStyle = palette.background
    base.fillRect(0, 0, screen.widthPx, screen.heightPx)
  }

  paint({ layout, inks, matches, zoomNode, span }: FlamePicture): void {
    const { stage, runs } = this
    const { widthPx, dpr } = stage.screen
    findVisible(layout, { ...span, widthPx, minBoxPx: Math.round(MIN_BOX_PX * dpr), ...visibleRows(stage.screen) }, runs)
    const { palette, labels, grain } = stage
    drawScene(stage.base, stage.screen, { layout, runs, inks, palette, labels, grain, matches, zoomNode })
  }

  paintOverlay(
    layout: FlameLayout,
    span: Span,
    hover: FlameHit | null,
    focusNode: number,
    marked: MarkedFrames | null,
    noted: readonly number[],
  ): void {
    const { stage } = this
    const focus = focusNode >= 0 ? this.pixelsOf(layout.tree, focusNode, span) : null
    drawOverlay(stage.overlay, stage.screen, layout, this.runs, stage.theme, {
      hover: hover ? { ...hover, label: hover.type === 'frame' ? (layout.tree.label[hover.node] ?? -1) : -1 } : null,
      focus: focus && focus.right >= focus.left ? focus : null,
      marked,
    })
    this.noted = noted.map((node) => ({ node, ...this.pixelsOf(layout.tree, node, span) }))
    drawNoteMarks(stage.overlay, stage.screen, stage.theme, this.noted)
  }

  /** @param x @param y CSS pixels on the stage */
  hitAt(layout: FlameLayout, x: number, y: number): FlameHit | null {
    return hitAt(layout, this.runs, this.stage.screen, x, y)
  }

  /** The frame whose mark of notes is there, -1 for none. @param x @param y CSS pixels on the stage */
  notedAt(x: number, y: number): number {
    return notedAt(this.stage.screen, this.noted, x, y)
  }

  /** Device pixels of a frame while `span` is on the stage, cut to its width. */
  pixelsOf(tree: CallTree, node: number, span: Span): { row: number; left: number; right: number } {
    const { widthPx } = this.stage.screen
    const scale = widthPx / (span.x1 - span.x0)
    const start = tree.start[node] ?? 0
    const left = Math.max(0, Math.round((start - span.x0) * scale))
    const right = Math.min(widthPx, Math.round((start + (tree.total[node] ?? 0) - span.x0) * scale))
    return { row: tree.depth[node] ?? 0, left, right }
  }

  /** Where a frame's box is on the stage, CSS pixels, if it is on screen. */
  boxOf(tree: CallTree, node: number, span: Span): { left: number; top: number; width: number; height: number } | null {
    const { left, right, row } = this.pixelsOf(tree, node, span)
    const { dpr, rowPx, widthPx, heightPx } = this.stage.screen
    const top = rowTop(this.stage.screen, row)
    if (right <= 0 || left >= widthPx || top + rowPx <= 0 || top >= heightPx) return null
    return { left: left / dpr, top: top / dpr, width: (right - left) / dpr, height: rowPx / dpr }
  }
}
