/**
 * How far to scroll, in pixels, so that a row at `own` is on screen with two rows of margin, and the rows up to `far` (above
 * or below) as well as far as they fit.
 */
export function scrollToShow(own: number, far: number, rowPx: number, heightPx: number): number {
  const margin = Math.min(2 * rowPx, Math.max(0, heightPx - rowPx) / 2)
  const toTop = own - margin
  const toBottom = own + rowPx + margin - heightPx
  if (own < 0 || (far === own && toTop < 0)) return far < own ? Math.max(Math.min(far, toTop), toBottom) : toTop
  if (own + rowPx > heightPx || (far === own && toBottom > 0))
    return far > own ? Math.min(Math.max(far + rowPx - heightPx, toBottom), toTop) : toBottom
  if (far > own) return Math.max(0, Math.min(far + rowPx - heightPx, toTop))
  if (far < own) return Math.min(0, Math.max(far, toBottom))
  return 0
}
