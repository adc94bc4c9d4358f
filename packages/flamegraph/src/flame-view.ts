import type { CallTree } from '@sonde/profile'
import type { Span } from './camera.ts'
import type { FlameOrientation } from './draw.ts'
import type { FlameModel } from './engine/flame-model.ts'
import { FlamePainter } from './flame-painter.ts'
import { FlameScroll } from './flame-scroll.ts'
import type { FlameMove, FlameViewEvents } from './flame-view-events.ts'
import { clampNode, FlameZoom, type ZoomCause } from './flame-zoom.ts'
import { FrameLoop } from './frame-loop.ts'
import { type FlameHit, sameHit, sumSlots } from './hit.ts'
import { buildInks, type ColorBy, type Inks } from './inks.ts'
import type { FlameLayout } from './layout.ts'
import { framesOfFunction, type MarkedFrames, type MarkedFunction } from './marked-function.ts'
import { MatchWalk } from './match-walk.ts'
import type { ShownWindow } from './minimap-window.ts'
import { heaviestChild, matchNode, nextSibling, parentOf, previousSibling, revealingAncestor } from './navigate.ts'
import type { FlameMatches } from './search.ts'
import { ShownMap } from './shown-map.ts'
import { createStage, type Stage, type StageElements } from './stage.ts'
import { stripSpan } from './strip-span.ts'

/** A focused frame is shown at least this wide, CSS pixels. */
const REVEAL_PX = 60

/** The flame graph without framework: what is shown, where the focus and the pointer are. Input comes through its methods (see flame-input.ts). */
export class FlameView {
  private readonly stage: Stage
  private readonly painter: FlamePainter
  private readonly zoom: FlameZoom
  private readonly map: ShownMap
  private readonly frames: FrameLoop
  private readonly scroll: FlameScroll
  private readonly walk = new MatchWalk()
  private readonly browser: Window
  private layout: FlameLayout | null = null
  private inks: Inks | null = null
  private colorBy: ColorBy = 'kind'
  private focus = -1
  private ringShown = false
  private pointer: { x: number; y: number } | null = null
  private hover: FlameHit | null = null
  private marked: MarkedFunction | null = null
  private markedFrames: MarkedFrames | null = null
  private noted: readonly number[] = []

  constructor(
    elements: StageElements,
    private readonly events: FlameViewEvents,
  ) {
    this.browser = elements.scroller.ownerDocument.defaultView ?? window
    this.zoom = new FlameZoom({
      window: this.browser,
      moved: () => {
        // While moving, as high as the higher of both; paintNow() cuts it at the end.
        this.stage.setContentRows(Math.max(this.rowsOf(this.zoom.node), this.stage.screen.contentRows))
        this.invalidate()
      },
      report: (node, cause) => events.onZoom(node, cause),
    })
    this.frames = new FrameLoop(this.browser, () => this.paint())
    this.stage = createStage(elements, () => this.frames.paintNow())
    this.painter = new FlamePainter(this.stage)
    this.scroll = new FlameScroll(this.stage)
    this.map = new ShownMap(elements.minimap, this.browser, (shown) => events.onWindow(shown))
    this.stage.measure()
  }

  get tree(): CallTree | null {
    return this.layout?.tree ?? null
  }
  get zoomNode(): number {
    return this.zoom.node
  }
  get focusNode(): number {
    return this.focus
  }
  get isZoomed(): boolean {
    return this.zoom.isZoomed
  }
  get overflows(): boolean {
    return this.stage.screen.contentRows * this.stage.screen.rowPx > this.stage.screen.heightPx
  }
  get orientation(): FlameOrientation {
    return this.stage.screen.orientation
  }
  /** What of the whole is on screen. */
  get window(): ShownWindow {
    return this.map.window
  }
  /** Of all rows of the whole graph, CSS pixels. */
  get wholeHeight(): number {
    return ((this.layout?.rows ?? 0) * this.stage.screen.rowPx) / this.stage.screen.dpr
  }

  /** A new tree, for example while a capture grows. Keeps what is looked at in place, and paints at once: no flash. */
  setData({ tree, layout }: FlameModel, zoomNode: number, matches: FlameMatches | null): void {
    const old = this.tree
    if (tree === old) {
      if (this.walk.set(matches)) this.invalidate()
      if (this.zoom.obey(zoomNode)) this.showRow(this.zoom.node, true)
      return
    }
    this.zoom.adopt(layout, zoomNode)
    if (old && this.focus >= 0) this.focus = matchNode(old, this.focus, tree).node
    this.layout = layout
    this.inks = buildInks(tree, this.colorBy)
    this.markedFrames = framesOfFunction(tree, this.marked)
    this.noted = []
    this.stage.setNames(tree.labels)
    this.scroll.stop()
    // Numbers mean other frames now: what is under the pointer is said anew.
    this.hover = null
    this.stage.setContentRows(this.rowsOf(this.zoom.node))
    if (!old) this.showRow(this.zoom.node, true)
    this.walk.set(matches)
    this.frames.paintNow()
  }

  setMarked(marked: MarkedFunction | null): void {
    this.marked = marked
    this.markedFrames = this.tree && framesOfFunction(this.tree, marked)
    this.paintOverlay()
  }

  /** Frames of the present tree that have notes. */
  setNoted(noted: readonly number[]): void {
    if (noted === this.noted) return
    this.noted = noted
    this.paintOverlay()
  }

  setOrientation(orientation: FlameOrientation): void {
    if (orientation === this.orientation) return
    this.stage.setOrientation(orientation)
    this.invalidate()
  }

  setColorBy(colorBy: ColorBy): void {
    if (colorBy === this.colorBy) return
    this.colorBy = colorBy
    if (this.tree) this.inks = buildInks(this.tree, colorBy)
    this.invalidate()
  }

  zoomTo(node: number, cause: ZoomCause = 'jump'): void {
    if (!this.tree) return
    this.zoom.to(clampNode(this.tree, node), cause)
    this.showRow(this.zoom.node, true)
  }

  /** A strip has no frame of its own: zoom into it around the pointer. @param x CSS pixels */
  zoomIntoStrip(slot: number, slotEnd: number, x: number): void {
    if (!this.layout) return
    const { span } = this.zoom
    const { dpr, widthPx } = this.stage.screen
    this.zoom.into(stripSpan(this.layout, slot, slotEnd, this.weightAt(x, span), span, widthPx / dpr))
  }

  /** One step out, if there is one. */
  zoomOut(): boolean {
    const from = this.zoom.node
    const isOut = this.zoom.out()
    if (this.zoom.node !== from) this.showRow(this.zoom.node, true)
    return isOut
  }

  resetZoom(): void {
    this.zoomTo(0)
    this.zoom.forgetWay()
  }

  /** @param x CSS pixels from the left edge @param factor below 1 zooms in @returns whether it moved */
  zoomAt(x: number, factor: number, smooth: boolean): boolean {
    return this.zoom.around(this.weightAt(x, this.zoom.target), factor, smooth)
  }

  /** @param dx CSS pixels that the content moves to the right @returns whether it moved */
  panBy(dx: number): boolean {
    const { x0, x1 } = this.zoom.target
    const units = (dx * this.stage.screen.dpr * (x1 - x0)) / this.stage.screen.widthPx
    return this.zoom.show({ x0: x0 - units, x1: x1 - units })
  }

  /** Shows the stretch between two shares of the whole width, 0..1, at once. */
  showShares(left: number, right: number): void {
    const { x1: whole } = this.zoom.whole()
    this.zoom.show({ x0: left * whole, x1: right * whole })
  }

  /** CSS pixels. */
  scrollBy(dy: number): void {
    this.scroll.by(dy)
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
    return this.layout ? this.painter.hitAt(this.layout, x, y) : null
  }

  /** The frame whose mark of notes is there, -1 for none. */
  notedAt(x: number, y: number): number {
    return this.painter.notedAt(x, y)
  }

  slotsOfStrip(slot: number, slotEnd: number): ReturnType<typeof sumSlots> {
    return this.layout ? sumSlots(this.layout, slot, slotEnd) : { frames: 0, weight: 0, heaviest: -1 }
  }

  /** Where a frame's box is on the stage, CSS pixels, if it is on screen. */
  boxOf(node: number): ReturnType<FlamePainter['boxOf']> {
    return this.tree ? this.painter.boxOf(this.tree, node, this.zoom.span) : null
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
    const { left, right } = this.painter.pixelsOf(layout.tree, node, this.zoom.target)
    const { widthPx, dpr } = this.stage.screen
    const isInside = right > 0 && left < widthPx
    if (!isInside || right - left < 3 * dpr) {
      this.zoomTo(revealingAncestor(layout.tree, node, (REVEAL_PX * dpr) / widthPx), 'drift')
    }
    this.showRow(node, false)
    this.events.onFocus(node)
    this.invalidate()
  }

  moveFocus(move: FlameMove): void {
    if (!this.tree) return
    if (this.focus < 0) {
      this.focusFrame(this.zoom.node)
      return
    }
    const step = { parent: parentOf, child: heaviestChild, next: nextSibling, previous: previousSibling }[move]
    const to = step(this.tree, this.focus)
    this.focusFrame(to >= 0 ? to : this.focus)
  }

  /** @returns which match of how many was reached, null if there is none */
  stepMatch(by: 1 | -1): { position: number; count: number } | null {
    const found = this.walk.step(this.focus, by)
    if (found) this.focusFrame(found.node)
    return found
  }

  private paint(): void {
    const { layout, inks, stage } = this
    if (!layout || !inks) {
      this.painter.paintNothing()
      return
    }
    const now = this.browser.performance.now()
    const isMoving = this.zoom.step(now)
    const isScrolling = this.scroll.step(now)
    if (!isMoving && !isScrolling) stage.setContentRows(this.rowsOf(this.zoom.node))
    this.painter.paint({ layout, inks, matches: this.walk.matches, zoomNode: this.zoom.node, span: this.zoom.span })
    this.map.follow({ layout, inks }, this.zoom, stage)
    this.updateHover()
    this.paintOverlay()
    if (isMoving || isScrolling) this.invalidate()
  }

  private invalidate(): void {
    this.frames.invalidate()
  }

  destroy(): void {
    this.frames.stop()
    this.map.destroy()
    this.zoom.destroy()
    this.stage.destroy()
  }

  /** Where a point of the stage lies while `span` is on it, in units of weight. @param x CSS pixels */
  private weightAt(x: number, { x0, x1 }: Span): number {
    return x0 + (x * this.stage.screen.dpr * (x1 - x0)) / this.stage.screen.widthPx
  }

  private rowsOf(node: number): number {
    return (this.layout?.deepest[node] ?? 0) + 1
  }

  private showRow(node: number, withSubtree: boolean): void {
    const startMs = this.zoom.prefersStill() ? 'at once' : this.browser.performance.now()
    if (this.layout && this.scroll.show(this.layout, node, withSubtree, startMs)) this.invalidate()
  }

  private updateHover(): void {
    const hit = this.pointer ? this.hitAt(this.pointer.x, this.pointer.y) : null
    const same = sameHit(hit, this.hover)
    const moved = hit?.left !== this.hover?.left || hit?.right !== this.hover?.right
    this.hover = hit
    if (!same) this.events.onHover(hit)
    if (!same || moved) this.paintOverlay()
  }

  private paintOverlay(): void {
    const { layout } = this
    const focus = this.ringShown ? this.focus : -1
    if (layout) this.painter.paintOverlay(layout, this.zoom.span, this.hover, focus, this.markedFrames, this.noted)
  }
}
