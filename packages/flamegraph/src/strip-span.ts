import { type Span, within } from './camera.ts'
import { type FlameLayout, leftEdge, rightEdge } from './layout.ts'

/** A strip narrower than this share of the view is zoomed to as a whole. */
const NARROW_SHARE = 0.5
/** Else so far that its frames are about this wide, CSS pixels: a name's first letters can be read. */
const READABLE_PX = 16
/** But not further at once, or one would not see where one went. */
const MAX_FACTOR = 50

/**
 * Where a click on a strip leads: frames too narrow to draw have no box to zoom to. A narrow strip is shown as a whole; of a wide
 * one (a row of a hundred thousand equal siblings is one strip) the part around the pointer, far enough to tell frames apart.
 *
 * @param at the pointer, in units of weight  @param view what is seen now  @param widthPx of the view, CSS pixels
 */
export function stripSpan(layout: FlameLayout, slot: number, slotEnd: number, at: number, view: Span, widthPx: number): Span {
  const strip = { x0: leftEdge(layout, slot), x1: rightEdge(layout, slotEnd - 1) }
  const width = strip.x1 - strip.x0
  const seen = view.x1 - view.x0
  if (width < seen * NARROW_SHARE) return strip
  const perFrame = width / Math.max(1, slotEnd - slot)
  const wanted = Math.min(width, Math.max(seen / MAX_FACTOR, (perFrame * widthPx) / READABLE_PX))
  return within({ x0: at - wanted / 2, x1: at + wanted / 2 }, strip)
}
