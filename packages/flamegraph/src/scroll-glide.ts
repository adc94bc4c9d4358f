import { ZOOM_MS } from './camera.ts'

/** A way of scrolling that takes as long as a zoom, and can be given up at any time. Pixels are device pixels. */
export class ScrollGlide {
  private way: { from: number; to: number; startedMs: number } | null = null

  start(from: number, to: number, nowMs: number): void {
    this.way = { from, to, startedMs: nowMs }
  }

  stop(): void {
    this.way = null
  }

  /** Where to be now, and whether that is the end; null when at rest. */
  step(nowMs: number): { scrollPx: number; isThere: boolean } | null {
    const { way } = this
    if (!way) return null
    const t = Math.min(1, Math.max(0, (nowMs - way.startedMs) / ZOOM_MS))
    if (t >= 1) this.way = null
    return { scrollPx: way.from + (way.to - way.from) * (1 - (1 - t) ** 3), isThere: t >= 1 }
  }
}
