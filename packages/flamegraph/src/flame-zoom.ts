import type { CallTree } from '@sonde/profile'
import { createCamera, type Span, within, zoomAround } from './camera.ts'
import { carrySpan } from './carry-span.ts'
import type { FlameLayout } from './layout.ts'
import { coveringNode, matchNode } from './navigate.ts'
import { ZoomEchoes } from './zoom-echo.ts'
import { ZoomHistory } from './zoom-history.ts'

/**
 * jump: the user picked a frame to zoom to: a step of the browser's history.
 * drift: wheel or drag came to rest, or a focused frame had to be brought into view: replaces the last step.
 */
export type ZoomCause = 'jump' | 'drift'

export type FlameZoomHost = {
  window: Window
  /** Something is to be painted anew. */
  moved(): void
  /** The zoomed frame is another one, by the graph's own doing. */
  report(node: number, cause: ZoomCause): void
}

/** A wheel or drag at rest for so long counts as arrived. */
const SETTLE_MS = 200

/** What is looked at: the zoomed frame, the stretch of weight on screen, and the ways between. Knows no pixels. */
export class FlameZoom {
  /** The zoomed frame, 0 for all. */
  node = 0
  private layout: FlameLayout | null = null
  private readonly camera = createCamera({ x0: 0, x1: 1 })
  private readonly history = new ZoomHistory()
  private readonly echoes = new ZoomEchoes()
  private settleTimer = 0

  constructor(private readonly host: FlameZoomHost) {}

  /** On screen now. */
  get span(): Span {
    return this.camera.span
  }

  /** On screen once at rest. */
  get target(): Span {
    return this.camera.target
  }

  get isZoomed(): boolean {
    const whole = this.whole()
    const { x0, x1 } = this.camera.target
    return x1 - x0 < (whole.x1 - whole.x0) * (1 - 1e-9)
  }

  /** A newer tree in place of the last: what is looked at stays, unless the owner wants another frame. */
  adopt(layout: FlameLayout, wanted: number): void {
    const { tree } = layout
    const old = this.layout?.tree
    const kept = old ? matchNode(old, this.node, tree) : null
    // The owner may not have heard of the last zoom yet. (Where the frame spans all of the new tree, both look the same.)
    const isEchoDue = kept !== null && this.echoes.isDue(this.now()) && (tree.total[kept.node] ?? 0) < (tree.total[0] ?? 0)
    const next = isEchoDue ? kept.node : clampNode(tree, wanted)
    const span = old && kept?.exact && kept.node === next ? carrySpan(old, this.camera.target, tree) : null
    if (old) {
      this.history.renumber((node) => matchNode(old, node, tree).node)
      this.echoes.renumber((node) => matchNode(old, node, tree).node)
    }
    this.layout = layout
    this.node = next
    this.camera.jump(span ?? this.spanOf(next))
  }

  /** The owner wants a frame; an echo of what was reported is ignored. @returns whether the view moves */
  obey(wanted: number): boolean {
    if (!this.layout) return false
    const node = clampNode(this.layout.tree, wanted)
    if (this.echoes.take(node, this.now()) || node === this.node) return false
    this.echoes.clear()
    this.node = node
    this.moveTo(this.spanOf(node))
    return true
  }

  /** To a frame that the user picked. */
  to(node: number, cause: ZoomCause): void {
    if (node !== this.node) this.history.remember(this.node)
    this.arrive(node, this.spanOf(node), cause)
  }

  /** To a stretch that is no frame's own, in the frame that spans it. */
  into(span: Span): void {
    if (!this.layout || span.x1 <= span.x0) return
    this.history.remember(this.node)
    this.arrive(coveringNode(this.layout.tree, span.x0, span.x1), span, 'jump')
  }

  /** One step out: from a free range to the zoomed frame, then to where one came from, else to a wider ancestor. */
  out(): boolean {
    if (!this.layout || !this.isZoomed) return false
    const own = this.spanOf(this.node)
    const { x0, x1 } = this.camera.target
    if (this.node > 0 && x1 - x0 < (own.x1 - own.x0) * 0.98) {
      this.arrive(this.node, own, 'jump')
      return true
    }
    const to = this.history.stepOut(this.layout.tree, this.node)
    this.arrive(to, this.spanOf(to), 'jump')
    return true
  }

  forgetWay(): void {
    this.history.clear()
  }

  /** Freely around a point, in units of weight; below 1 zooms in. @returns whether it moves */
  around(at: number, factor: number, smooth: boolean): boolean {
    if (!this.layout) return false
    const { target } = this.camera
    const next = zoomAround(target, at, factor, this.whole(), this.minWidth())
    if (Math.abs(next.x0 - target.x0) + Math.abs(next.x1 - target.x1) < 1e-9 * (target.x1 - target.x0)) return false
    if (smooth && !this.prefersStill()) this.camera.glide(next, this.now())
    else this.camera.jump(next)
    this.drift()
    return true
  }

  /** Shows this stretch, cut to what there is, at once. @returns whether it moves */
  show(span: Span): boolean {
    const { target } = this.camera
    const width = Math.max(this.minWidth(), span.x1 - span.x0)
    const next = within({ x0: span.x0, x1: span.x0 + width }, this.whole())
    if (next.x0 === target.x0 && next.x1 === target.x1) return false
    this.camera.jump(next)
    this.drift()
    return true
  }

  /** Moves on along its way; true while there is more to come. */
  step(nowMs: number): boolean {
    return this.camera.step(nowMs)
  }

  prefersStill(): boolean {
    return this.host.window.matchMedia('(prefers-reduced-motion: reduce)').matches
  }

  whole(): Span {
    return { x0: 0, x1: this.layout?.tree.total[0] || 1 }
  }

  destroy(): void {
    this.host.window.clearTimeout(this.settleTimer)
  }

  private now(): number {
    return this.host.window.performance.now()
  }

  private minWidth(): number {
    const whole = this.whole()
    return Math.max(this.layout?.finest ?? 0, (whole.x1 - whole.x0) * 1e-12)
  }

  private spanOf(node: number): Span {
    const tree = this.layout?.tree
    const x0 = tree?.start[node] ?? 0
    const width = tree?.total[node] ?? 0
    return width > 0 ? { x0, x1: x0 + width } : this.whole()
  }

  private arrive(node: number, span: Span, cause: ZoomCause): void {
    const changed = node !== this.node
    this.node = node
    this.moveTo(span)
    if (changed) this.report(node, cause)
  }

  private report(node: number, cause: ZoomCause): void {
    this.echoes.sent(node, this.now())
    this.host.report(node, cause)
  }

  private moveTo(span: Span): void {
    this.host.window.clearTimeout(this.settleTimer)
    if (this.prefersStill()) this.camera.jump(span)
    else this.camera.glide(span, this.now())
    this.host.moved()
  }

  /** After free movement: once at rest, the zoomed frame is the one that spans what is seen. */
  private drift(): void {
    this.host.moved()
    this.host.window.clearTimeout(this.settleTimer)
    this.settleTimer = this.host.window.setTimeout(() => {
      if (!this.layout) return
      const { x0, x1 } = this.camera.target
      const node = this.isZoomed ? coveringNode(this.layout.tree, x0, x1) : 0
      if (node === this.node) return
      this.node = node
      this.report(node, 'drift')
      this.host.moved()
    }, SETTLE_MS)
  }
}

export const clampNode = (tree: CallTree, node: number): number => (node >= 0 && node < tree.length ? Math.floor(node) : 0)
