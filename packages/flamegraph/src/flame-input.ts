import type { FlameView } from './flame-view.ts'
import type { FlameHit } from './hit.ts'

export type FlameInputEvents = {
  /** Alt+click: narrow to the process of this frame. */
  onPickProcess(node: number): void
  onMenu(hit: FlameHit, at: { x: number; y: number }): void
  /** Click on the mark of a frame that has notes. */
  onNotes(node: number): void
  onPointer(at: { x: number; y: number } | null): void
}

/** A press that moves further than this is a drag, CSS pixels. */
const DRAG_PX = 4
/** A wheel notch of a mouse is 100 to 120, a trackpad sends many small ones: notches are smoothed. */
const NOTCH = 50
/** exp(100 × this) = 1.28 a notch. */
const ZOOM_PER_PIXEL = 0.0025
const LINE_PX = 16

/**
 * Pointer, wheel and touch on the stage:
 *   click        zoom to the frame or into the strip · double click: zoom out · Alt+click: only this process · right click: menu
 *   wheel        scrolls while the graph is higher than its window, else zooms at the pointer
 *   ctrl/⌘+wheel, pinch   zoom at the pointer, always
 *   shift+wheel, sideways wheel, drag   pan while zoomed; a drag also scrolls
 * @returns stops listening
 */
export function attachInput(view: FlameView, scroller: HTMLElement, stage: HTMLElement, events: FlameInputEvents): () => void {
  const pressed = new Map<number, { x: number; y: number }>()
  let dragged = false
  let origin: { x: number; y: number } | null = null
  let zoomBeforeClick = 0

  const pointOf = (event: MouseEvent): { x: number; y: number } => {
    const box = stage.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  const onPointerDown = (event: PointerEvent): void => {
    view.showRing(false)
    if (event.button !== 0) return
    pressed.set(event.pointerId, pointOf(event))
    origin = pointOf(event)
    dragged = pressed.size > 1
  }

  const onPointerMove = (event: PointerEvent): void => {
    const at = pointOf(event)
    const before = pressed.get(event.pointerId)
    if (!before) {
      view.setPointer(at)
      events.onPointer({ x: event.clientX, y: event.clientY })
      return
    }
    if (pressed.size === 2) {
      pinch(event.pointerId, before, at)
      return
    }
    if (!dragged && origin && Math.hypot(at.x - origin.x, at.y - origin.y) < DRAG_PX) return
    if (!dragged) {
      dragged = true
      stage.setPointerCapture(event.pointerId)
      view.setPointer(null)
      events.onPointer(null)
      stage.style.cursor = 'grabbing'
    }
    pressed.set(event.pointerId, at)
    view.panBy(at.x - before.x)
    // Touch scrolls natively (touch-action: pan-y).
    if (event.pointerType === 'mouse') view.scrollBy(before.y - at.y)
  }

  const pinch = (id: number, before: { x: number; y: number }, at: { x: number; y: number }): void => {
    const other = [...pressed].find(([key]) => key !== id)?.[1]
    if (!other) return
    dragged = true
    const was = Math.max(10, Math.abs(before.x - other.x))
    const is = Math.max(10, Math.abs(at.x - other.x))
    view.zoomAt((at.x + other.x) / 2, was / is, false)
    pressed.set(id, at)
  }

  const onPointerEnd = (event: PointerEvent): void => {
    pressed.delete(event.pointerId)
    stage.style.cursor = ''
    if (event.type === 'pointercancel') dragged = true
  }

  const onPointerLeave = (): void => {
    view.setPointer(null)
    events.onPointer(null)
  }

  const onClick = (event: MouseEvent): void => {
    if (dragged) {
      dragged = false
      return
    }
    if (event.detail >= 2) {
      // The first click of the two has zoomed in already: take that back, then one step out.
      view.zoomTo(zoomBeforeClick)
      view.zoomOut()
      return
    }
    zoomBeforeClick = view.zoomNode
    const at = pointOf(event)
    const noted = view.notedAt(at.x, at.y)
    const hit = view.hitAt(at.x, at.y)
    if (noted >= 0) events.onNotes(noted)
    else if (!hit) return
    else if (hit.type === 'strip') view.zoomIntoStrip(hit.slot, hit.slotEnd, at.x)
    else if (event.altKey) events.onPickProcess(hit.node)
    else view.zoomTo(hit.node)
  }

  const onContextMenu = (event: MouseEvent): void => {
    const at = pointOf(event)
    const hit = view.hitAt(at.x, at.y)
    if (!hit) return
    event.preventDefault()
    events.onMenu(hit, { x: event.clientX, y: event.clientY })
  }

  const onWheel = (event: WheelEvent): void => {
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? stage.clientHeight : 1
    const dx = (event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX) * unit
    const dy = event.deltaY * unit
    const { x } = pointOf(event)
    const isZoomKey = event.ctrlKey || event.metaKey
    if (!isZoomKey && (event.shiftKey || Math.abs(dx) > Math.abs(dy))) {
      // Also at the edge: else a swipe would leave the page.
      if (view.isZoomed) event.preventDefault()
      view.panBy(-dx)
      return
    }
    if (!isZoomKey && view.overflows) return
    const zoomed = view.zoomAt(
      x,
      Math.exp(Math.max(-240, Math.min(240, dy)) * ZOOM_PER_PIXEL * (isZoomKey && Math.abs(dy) < NOTCH ? 4 : 1)),
      Math.abs(dy) >= NOTCH,
    )
    // Zoomed out all the way: let the page have the wheel, unless the browser would zoom itself.
    if (zoomed || isZoomKey) event.preventDefault()
  }

  const onScroll = (): void => view.onScrolled()

  const listening = new AbortController()
  const { signal } = listening
  stage.addEventListener('pointerdown', onPointerDown, { signal })
  stage.addEventListener('pointermove', onPointerMove, { signal })
  stage.addEventListener('pointerup', onPointerEnd, { signal })
  stage.addEventListener('pointercancel', onPointerEnd, { signal })
  stage.addEventListener('pointerleave', onPointerLeave, { signal })
  stage.addEventListener('click', onClick, { signal })
  stage.addEventListener('contextmenu', onContextMenu, { signal })
  stage.addEventListener('wheel', onWheel, { passive: false, signal })
  scroller.addEventListener('scroll', onScroll, { passive: true, signal })
  return () => listening.abort()
}
