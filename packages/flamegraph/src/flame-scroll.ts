import { ZOOM_MS } from './camera.ts'
import { rowTop } from './draw.ts'
import type { FlameLayout } from './layout.ts'
import { scrollToShow } from './scroll-to-show.ts'
import type { Stage } from './stage.ts'

/** Scrolling up and down: at once, or gliding for as long as a zoom takes. A glide can be given up at any time. */
export class FlameScroll {
  private way: { fromPx: number; toPx: number; startedMs: number } | null = null

  constructor(private readonly stage: Stage) {}

  stop(): void {
    this.way = null
  }

  /** @param dy CSS pixels */
  by(dy: number): void {
    this.stop()
    this.stage.scrollTo(this.stage.screen.scrollPx + dy * this.stage.screen.dpr)
  }

  /** Just enough to have a frame's row on screen, or, as far as there is room, its whole subtree. @returns whether it moves */
  show(layout: FlameLayout, node: number, withSubtree: boolean, startMs: number | 'at once'): boolean {
    const { screen } = this.stage
    const row = layout.tree.depth[node] ?? 0
    const own = rowTop(screen, row)
    const far = withSubtree ? rowTop(screen, layout.deepest[node] ?? row) : own
    const by = scrollToShow(own, far, screen.rowPx, screen.heightPx)
    if (by === 0) return false
    if (startMs === 'at once') this.stage.scrollTo(screen.scrollPx + by)
    else this.way = { fromPx: screen.scrollPx, toPx: screen.scrollPx + by, startedMs: startMs }
    return true
  }

  /** Moves on; true while there is more to come. */
  step(nowMs: number): boolean {
    const { way } = this
    if (!way) return false
    const t = Math.min(1, Math.max(0, (nowMs - way.startedMs) / ZOOM_MS))
    this.stage.scrollTo(way.fromPx + (way.toPx - way.fromPx) * (1 - (1 - t) ** 3))
    if (t >= 1) this.way = null
    return t < 1
  }
}
