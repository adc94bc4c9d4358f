import type { CallTree } from '@sonde/profile'
import { type Camera, createCamera, type Span, within, ZOOM_MS, zoomAround } from './camera.ts'
import { carrySpan } from './carry-span.ts'
import { drawScene, type FlameOrientation, rowTop, visibleRows } from './draw.ts'
import { drawOverlay } from './draw-overlay.ts'
import type { FlameModel } from './engine/flame-model.ts'
import { type FlameHit, hitAt, sameHit, sumSlots } from './hit.ts'
import type { FlameLayout } from './layout.ts'
import { MatchWalk } from './match-walk.ts'
import {
  coveringNode,
  heaviestChild,
  isInSubtree,
  matchNode,
  nextSibling,
  parentOf,
  pathTo,
  previousSibling,
  widerAncestor,
} from './navigate.ts'
import { buildInks, type ColorBy, type Inks } from './palette.ts'
import { scrollToShow } from './scroll-to-show.ts'
import type { FlameMatches } from './search.ts'
import { createStage, type Stage, type StageElements } from './stage.ts'
import { stripSpan } from './strip-span.ts'
import { emptyRuns, findVisible } from './visible.ts'
import { ZoomEchoes } from './zoom-echo.ts'

/**
 * jump: the user picked a frame to zoom to: a step of the browser's history.
 * drift: wheel or drag came to rest, or a focused frame had to be brought into view: replaces the last step.
 */
export type ZoomCause = 'jump' | 'drift'

export type FlameViewEvents = {
  onZoom(node: number, cause: ZoomCause): void
  onHover(hit: FlameHit | null): void
  /** Focus moved by keyboard or by a search step. */
  onFocus(node: number): void
}

export type FlameMove = 'parent' | 'child' | 'next' | 'previous'

/** A wheel or drag at rest for so long counts as arrived. */
const SETTLE_MS = 200
/** A focused frame is shown at least this wide, CSS pixels. */
const REVEAL_PX = 60
/** A box is told from a strip from this many CSS pixels on. */
const MIN_BOX_PX = 2
const MAX_HISTORY = 200

/** The flame graph without framework: state, camera and painting. Input comes through its methods (see flame-input.ts). */
export class FlameView {
  private readonly stage: Stage
  private readonly events: FlameViewEvents
  private readonly window: Window
  private readonly camera: Camera = createCamera({ x0: 0, x1: 1 })
  private readonly runs = emptyRuns()
  private layout: FlameLayout | null = null
  private inks: Inks | null = null
  private readonly walk = new MatchWalk()
  private colorBy: ColorBy = 'kind'
  private zoom = 0
  private focus = -1
  private ringShown = false
  private history: number[] = []
  private readonly echoes = new ZoomEchoes()
  private pointer: { x: number; y: number } | null = null
  private hover: FlameHit | null = null
  private scrollGlide: { from: number; to: number; startedMs: number } | null = null
  private frameRequest = 0
  private settleTimer = 0

  constructor(elements: StageElements, events: FlameViewEvents) {
    this.events = events
    this.stage = createStage(elements, () => this.paintNow())
    this.window = elements.scroller.ownerDocument.defaultView ?? window
    this.stage.measure()
  }

  get tree(): CallTree | null {
    return this.layout?.tree ?? null
  }
  get zoomNode(): number {
    return this.zoom
  }
  get focusNode(): number {
    return this.focus
  }
  get isZoomed(): boolean {
    const whole = this.whole()
    const { x0, x1 } = this.camera.target
    return x1 - x0 < (whole.x1 - whole.x0) * (1 - 1e-9)
  }
  get overflows(): boolean {
    return this.stage.screen.contentRows * this.stage.screen.rowPx > this.stage.screen.heightPx
  }
  get orientation(): FlameOrientation {
    return this.stage.screen.orientation
  }
  get drawnRuns(): number {
    return this.runs.count
  }

  /** A new tree, for example while a capture grows. Keeps what is looked at in place, and paints at once: no flash. */
  setData(model: FlameModel, zoomNode: number, matches: FlameMatches | null): void {
    const { tree, layout } = model
    if (tree === this.layout?.tree) {
      this.setMatches(matches)
      this.setZoom(zoomNode)
      return
    }
    const old = this.layout
    const kept = old ? matchNode(old.tree, this.zoom, tree) : null
    // The owner may not have heard of the last zoom yet. (Where the frame spans all of the new tree, both look the same.)
    const isEchoDue = kept !== null && this.echoes.isDue(this.now()) && (tree.total[kept.node] ?? 0) < (tree.total[0] ?? 0)
    const next = isEchoDue ? kept.node : clampNode(tree, zoomNode)
    const span = old && kept?.exact && kept.node === next ? carrySpan(old.tree, this.camera.target, tree) : null
    if (old) {
      this.history = this.history.map((node) => matchNode(old.tree, node, tree).node)
      this.echoes.renumber((node) => matchNode(old.tree, node, tree).node)
      const focus = this.focus >= 0 ? matchNode(old.tree, this.focus, tree) : null
      this.focus = focus ? focus.node : -1
    }
    this.layout = layout
    this.inks = buildInks(tree, this.colorBy)
    this.stage.setNames(tree.labels)
    this.zoom = next
    this.camera.jump(span ?? this.spanOf(next))
    this.scrollGlide = null
    // Numbers mean other frames now: what is under the pointer is said anew.
    this.hover = null
    this.stage.setContentRows(this.rowsOf(next))
    if (!old) this.showRow(next, true)
    this.walk.set(matches)
    this.paintNow()
  }

  /** Where the graph should be; what it reported itself is ignored. */
  setZoom(node: number): void {
    const tree = this.tree
    if (!tree) return
    const wanted = clampNode(tree, node)
    if (this.echoes.take(wanted, this.now())) return
    if (wanted === this.zoom) return
    this.echoes.clear()
    this.zoom = wanted
    this.moveTo(this.spanOf(wanted))
    this.showRow(wanted, true)
  }

  setOrientation(orientation: FlameOrientation): void {
    if (orientation === this.orientation) return
    this.stage.setOrientation(orientation)
    this.invalidate()
  }

  setColorBy(colorBy: ColorBy): void {
    if (colorBy === this.colorBy) return
    this.colorBy = colorBy
    if (this.layout) this.inks = buildInks(this.layout.tree, colorBy)
    this.invalidate()
  }

  /** What a search found in the tree that is shown. */
  private setMatches(matches: FlameMatches | null): void {
    if (this.walk.set(matches)) this.invalidate()
  }

  zoomTo(node: number, cause: ZoomCause = 'jump'): void {
    const tree = this.tree
    if (!tree) return
    const to = clampNode(tree, node)
    if (to !== this.zoom) this.remember()
    this.arrive(to, this.spanOf(to), cause)
    this.showRow(to, true)
  }

  /** A strip has no frame of its own: zoom into it around the pointer, in the frame that spans that. @param x CSS pixels */
  zoomIntoStrip(slot: number, slotEnd: number, x: number): void {
    const { layout } = this
    if (!layout) return
    const { dpr, widthPx } = this.stage.screen
    const span = stripSpan(layout, slot, slotEnd, this.weightAt(x, this.camera.span), this.camera.span, widthPx / dpr)
    if (span.x1 <= span.x0) return
    this.remember()
    this.arrive(coveringNode(layout.tree, span.x0, span.x1), span, 'jump')
  }

  /** One step out: from a free range to the zoomed frame, then to where one came from, else to a wider ancestor. */
  zoomOut(): boolean {
    const tree = this.tree
    if (!tree || !this.isZoomed) return false
    const own = this.spanOf(this.zoom)
    const { x0, x1 } = this.camera.target
    if (this.zoom > 0 && x1 - x0 < (own.x1 - own.x0) * 0.98) {
      this.arrive(this.zoom, own, 'jump')
      return true
    }
    let to = -1
    while (to < 0 && this.history.length > 0) {
      const candidate = this.history.pop() ?? 0
      if (candidate !== this.zoom && isInSubtree(tree, this.zoom, candidate)) to = candidate
    }
    if (to < 0) to = widerAncestor(tree, this.zoom)
    this.arrive(to, this.spanOf(to), 'jump')
    this.showRow(to, true)
    return true
  }

  resetZoom(): void {
    this.zoomTo(0)
    this.history = []
  }

  /** @param x CSS pixels from the left edge @param factor below 1 zooms in */
  zoomAt(x: number, factor: number, smooth: boolean): boolean {
    const { layout } = this
    if (!layout) return false
    const target = this.camera.target
    const next = zoomAround(target, this.weightAt(x, target), factor, this.whole(), this.minWidth())
    if (Math.abs(next.x0 - target.x0) + Math.abs(next.x1 - target.x1) < 1e-9 * (target.x1 - target.x0)) return false
    if (smooth && !this.prefersStill()) this.camera.glide(next, this.now())
    else this.camera.jump(next)
    this.drift()
    return true
  }

  /** @param dx CSS pixels that the content moves to the right @returns whether it moved */
  panBy(dx: number): boolean {
    const span = this.camera.target
    const units = (dx * this.stage.screen.dpr * (span.x1 - span.x0)) / this.stage.screen.widthPx
    const next = within({ x0: span.x0 - units, x1: span.x1 - units }, this.whole())
    if (next.x0 === span.x0) return false
    this.camera.jump(next)
    this.drift()
    return true
  }

  /** CSS pixels. */
  scrollBy(dy: number): void {
    this.scrollGlide = null
    this.stage.scrollTo(this.stage.screen.scrollPx + dy * this.stage.screen.dpr)
    this.invalidate()
  }

  onScrolled(): void {
    this.stage.readScroll()
    this.invalidate()
  }

  /** Where the pointer is, CSS pixels on the stage; null when it left. */
  setPointer(point: { x: number; y: number } | null): void {
    this.pointer = point
    this.updateHover()
  }

  hitAt(x: number, y: number): FlameHit | null {
    return this.layout ? hitAt(this.layout, this.runs, this.stage.screen, x, y) : null
  }

  slotsOfStrip(slot: number, slotEnd: number): ReturnType<typeof sumSlots> {
    return this.layout ? sumSlots(this.layout, slot, slotEnd) : { frames: 0, weight: 0, heaviest: -1 }
  }

  /** Where a frame's box is on the stage, CSS pixels, if it is on screen. */
  boxOf(node: number): { left: number; top: number; width: number; height: number } | null {
    const tree = this.tree
    if (!tree) return null
    const { left, right, row } = this.pixelsOf(tree, node)
    const { dpr, rowPx, widthPx, heightPx } = this.stage.screen
    const top = rowTop(this.stage.screen, row)
    if (right <= 0 || left >= widthPx || top + rowPx <= 0 || top >= heightPx) return null
    return { left: left / dpr, top: top / dpr, width: (right - left) / dpr, height: rowPx / dpr }
  }

  /** Shows or hides the ring (pointer users do not need it). */
  showRing(shown: boolean): void {
    if (this.ringShown === shown) return
    this.ringShown = shown
    this.paintOverlay()
  }

  /** Moves the focus to a frame, and the view so that the frame can be seen. */
  focusFrame(node: number): void {
    const { layout } = this
    if (!layout || node < 0 || node >= layout.tree.length) return
    this.focus = node
    this.ringShown = true
    const { left, right } = this.pixelsAt(layout.tree, node, this.camera.target)
    const { widthPx, dpr } = this.stage.screen
    const isInside = right > 0 && left < widthPx
    if (!isInside || right - left < 3 * dpr) {
      const width = layout.tree.total[node] ?? 0
      const host = pathTo(layout.tree, node).find((at) => (width / (layout.tree.total[at] ?? 1)) * widthPx >= REVEAL_PX * dpr)
      this.zoomTo(host ?? node, 'drift')
    }
    this.showRow(node, false)
    this.events.onFocus(node)
    this.invalidate()
  }

  moveFocus(move: FlameMove): void {
    const tree = this.tree
    if (!tree) return
    const from = this.focus
    if (from < 0) {
      this.focusFrame(this.zoom)
      return
    }
    const step = { parent: parentOf, child: heaviestChild, next: nextSibling, previous: previousSibling }[move]
    const to = step(tree, from)
    this.focusFrame(to >= 0 ? to : from)
  }

  /** @returns which match of how many was reached, null if there is none */
  stepMatch(by: 1 | -1): { position: number; count: number } | null {
    const found = this.layout ? this.walk.step(this.focus, by) : null
    if (found) this.focusFrame(found.node)
    return found
  }

  paintNow(): void {
    if (this.frameRequest !== 0) this.window.cancelAnimationFrame(this.frameRequest)
    this.frameRequest = 0
    const { layout, inks, stage } = this
    if (!layout || !inks) {
      stage.base.fillStyle = stage.palette.background
      stage.base.fillRect(0, 0, stage.screen.widthPx, stage.screen.heightPx)
      return
    }
    const now = this.now()
    const isMoving = this.camera.step(now)
    const isScrolling = this.stepScroll(now)
    if (!isMoving && !isScrolling) stage.setContentRows(this.rowsOf(this.zoom))
    const { span } = this.camera
    const rows = visibleRows(stage.screen)
    const { widthPx, dpr } = stage.screen
    findVisible(layout, { ...span, widthPx, minBoxPx: Math.round(MIN_BOX_PX * dpr), ...rows }, this.runs)
    const { runs } = this
    const { matches } = this.walk
    drawScene(stage.base, stage.screen, {
      layout,
      runs,
      inks,
      palette: stage.palette,
      labels: stage.labels,
      grain: stage.grain,
      matches,
      zoomNode: this.zoom,
    })
    this.updateHover()
    this.paintOverlay()
    if (isMoving || isScrolling) this.invalidate()
  }

  invalidate(): void {
    if (this.frameRequest === 0) this.frameRequest = this.window.requestAnimationFrame(() => this.paintNow())
  }

  destroy(): void {
    this.window.cancelAnimationFrame(this.frameRequest)
    this.window.clearTimeout(this.settleTimer)
    this.stage.destroy()
  }

  private now(): number {
    return this.window.performance.now()
  }

  private prefersStill(): boolean {
    return this.window.matchMedia('(prefers-reduced-motion: reduce)').matches
  }

  /** Where a point of the stage lies while `span` is on it, in units of weight. @param x CSS pixels */
  private weightAt(x: number, { x0, x1 }: Span): number {
    return x0 + (x * this.stage.screen.dpr * (x1 - x0)) / this.stage.screen.widthPx
  }

  private whole(): Span {
    return { x0: 0, x1: this.layout?.tree.total[0] || 1 }
  }

  private minWidth(): number {
    const whole = this.whole()
    return Math.max(this.layout?.finest ?? 0, (whole.x1 - whole.x0) * 1e-12)
  }

  private spanOf(node: number): Span {
    const tree = this.tree
    const x0 = tree?.start[node] ?? 0
    const width = tree?.total[node] ?? 0
    return width > 0 ? { x0, x1: x0 + width } : this.whole()
  }

  private rowsOf(node: number): number {
    return (this.layout?.deepest[node] ?? 0) + 1
  }

  private remember(): void {
    this.history.push(this.zoom)
    if (this.history.length > MAX_HISTORY) this.history.shift()
  }

  private arrive(node: number, span: Span, cause: ZoomCause): void {
    const changed = node !== this.zoom
    this.zoom = node
    this.moveTo(span)
    if (changed) this.report(node, cause)
  }

  private report(node: number, cause: ZoomCause): void {
    this.echoes.sent(node, this.now())
    this.events.onZoom(node, cause)
  }

  private moveTo(span: Span): void {
    this.window.clearTimeout(this.settleTimer)
    if (this.prefersStill()) this.camera.jump(span)
    else this.camera.glide(span, this.now())
    // While moving, as high as the higher of both; paintNow() cuts it at the end.
    this.stage.setContentRows(Math.max(this.rowsOf(this.zoom), this.stage.screen.contentRows))
    this.invalidate()
  }

  /** After free movement: once at rest, the zoomed frame is the one that spans what is seen. */
  private drift(): void {
    this.invalidate()
    this.window.clearTimeout(this.settleTimer)
    this.settleTimer = this.window.setTimeout(() => {
      const { layout } = this
      if (!layout) return
      const { x0, x1 } = this.camera.target
      const node = this.isZoomed ? coveringNode(layout.tree, x0, x1) : 0
      if (node === this.zoom) return
      this.zoom = node
      this.report(node, 'drift')
      this.invalidate()
    }, SETTLE_MS)
  }

  /** Scrolls just enough to have a frame's row on screen, or, as far as there is room, its whole subtree. */
  private showRow(node: number, withSubtree: boolean): void {
    const { layout, stage } = this
    if (!layout) return
    const { screen } = stage
    const row = layout.tree.depth[node] ?? 0
    const by = scrollToShow(
      rowTop(screen, row),
      withSubtree ? rowTop(screen, layout.deepest[node] ?? row) : rowTop(screen, row),
      screen.rowPx,
      screen.heightPx,
    )
    if (by === 0) return
    if (this.prefersStill()) stage.scrollTo(screen.scrollPx + by)
    else this.scrollGlide = { from: screen.scrollPx, to: screen.scrollPx + by, startedMs: this.now() }
    this.invalidate()
  }

  private stepScroll(nowMs: number): boolean {
    const glide = this.scrollGlide
    if (!glide) return false
    const t = Math.min(1, (nowMs - glide.startedMs) / ZOOM_MS)
    this.stage.scrollTo(glide.from + (glide.to - glide.from) * (1 - (1 - t) ** 3))
    if (t >= 1) this.scrollGlide = null
    return t < 1
  }

  private updateHover(): void {
    const hit = this.pointer ? this.hitAt(this.pointer.x, this.pointer.y) : null
    const same = sameHit(hit, this.hover)
    const moved = hit?.left !== this.hover?.left || hit?.right !== this.hover?.right
    this.hover = hit
    if (!same) this.events.onHover(hit)
    if (!same || moved) this.paintOverlay()
  }

  private pixelsOf(tree: CallTree, node: number): { row: number; left: number; right: number } {
    return this.pixelsAt(tree, node, this.camera.span)
  }

  private pixelsAt(tree: CallTree, node: number, span: Span): { row: number; left: number; right: number } {
    const { widthPx } = this.stage.screen
    const scale = widthPx / (span.x1 - span.x0)
    const start = tree.start[node] ?? 0
    const left = Math.max(0, Math.round((start - span.x0) * scale))
    const right = Math.min(widthPx, Math.round((start + (tree.total[node] ?? 0) - span.x0) * scale))
    return { row: tree.depth[node] ?? 0, left, right }
  }

  private paintOverlay(): void {
    const { layout, stage, hover } = this
    if (!layout) return
    const focus = this.ringShown && this.focus >= 0 ? this.pixelsOf(layout.tree, this.focus) : null
    drawOverlay(stage.overlay, stage.screen, layout, this.runs, stage.theme, {
      hover: hover ? { ...hover, label: hover.type === 'frame' ? (layout.tree.label[hover.node] ?? -1) : -1 } : null,
      focus: focus && focus.right >= focus.left ? focus : null,
    })
  }
}

const clampNode = (tree: CallTree, node: number): number => (node >= 0 && node < tree.length ? Math.floor(node) : 0)
