import type { FlameView } from './flame-view.ts'
import { MINIMAP_PX } from './minimap.ts'

/** A press that moves less than this is a click, CSS pixels. */
const CLICK_PX = 4
const ZOOM_STEP = 0.6

/**
 * Pointer and keys on the minimap:
 *   drag the window   moves what is seen, sideways and up and down
 *   drag beside it, or anywhere while all is seen   shows the stretch that was drawn
 *   click         moves the window there
 *   ← → a tenth of the window · Page Up, Page Down a whole one · Home, End its ends · ↑ ↓ + − zoom in and out · Escape shows all
 * @returns stops listening
 */
export function attachMinimap(view: FlameView, map: HTMLElement): () => void {
  let drag: { id: number; from: number; x: number; y: number; isMove: boolean; moved: boolean } | null = null

  const shareAt = (event: PointerEvent): number => {
    const { left, width } = map.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)))
  }

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || drag) return
    const at = shareAt(event)
    const { left, right } = view.window
    const isMove = view.isZoomed && at >= left && at <= right
    drag = { id: event.pointerId, from: at, x: event.clientX, y: event.clientY, isMove, moved: false }
    map.setPointerCapture(event.pointerId)
    event.preventDefault()
    map.focus({ preventScroll: true })
  }

  const onPointerMove = (event: PointerEvent): void => {
    if (drag?.id !== event.pointerId) return
    drag.moved ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) >= CLICK_PX
    if (!drag.moved) return
    const at = shareAt(event)
    if (drag.isMove) {
      const { left, right } = view.window
      view.showShares(left + at - drag.from, right + at - drag.from)
      view.scrollBy(((event.clientY - drag.y) / MINIMAP_PX) * view.wholeHeight)
      Object.assign(drag, { from: at, y: event.clientY })
    } else view.showShares(Math.min(drag.from, at), Math.max(drag.from, at))
  }

  const onPointerUp = (event: PointerEvent): void => {
    if (drag?.id !== event.pointerId) return
    const { isMove, moved, from } = drag
    drag = null
    if (moved || event.type === 'pointercancel') return
    const { left, right, top, bottom } = view.window
    const { top: edge, height } = map.getBoundingClientRect()
    view.scrollBy(((event.clientY - edge) / Math.max(1, height) - (top + bottom) / 2) * view.wholeHeight)
    if (view.isZoomed && !isMove) view.showShares(from - (right - left) / 2, from + (right - left) / 2)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { left, right } = view.window
    const width = right - left
    const to = (at: number) => view.showShares(at, at + width)
    const zoom = (factor: number) => view.showShares(left + (width * (1 - factor)) / 2, right - (width * (1 - factor)) / 2)
    switch (event.key) {
      case 'ArrowLeft':
        to(left - width / 10)
        break
      case 'ArrowRight':
        to(left + width / 10)
        break
      case 'PageUp':
        to(left - width)
        break
      case 'PageDown':
        to(left + width)
        break
      case 'Home':
        to(0)
        break
      case 'End':
        to(1 - width)
        break
      case 'ArrowUp':
      case '+':
      case '=':
        zoom(ZOOM_STEP)
        break
      case 'ArrowDown':
      case '-':
        zoom(1 / ZOOM_STEP)
        break
      case 'Escape':
        if (!view.isZoomed) return
        view.resetZoom()
        break
      default:
        return
    }
    event.preventDefault()
    event.stopPropagation()
  }

  const listening = new AbortController()
  const { signal } = listening
  map.addEventListener('pointerdown', onPointerDown, { signal })
  map.addEventListener('pointermove', onPointerMove, { signal })
  map.addEventListener('pointerup', onPointerUp, { signal })
  map.addEventListener('pointercancel', onPointerUp, { signal })
  map.addEventListener('keydown', onKeyDown, { signal })
  return () => listening.abort()
}
