/** A horizontal range in units of weight. */
export type Span = { x0: number; x1: number }

export const ZOOM_MS = 120

/** The span on screen and its way to the next one. Time comes in as an argument; no clock here. */
export type Camera = {
  readonly span: Span
  /** Where the way ends; `span` itself when at rest. */
  readonly target: Span
  jump(to: Span): void
  glide(to: Span, nowMs: number): void
  /** Moves on; true while still under way. */
  step(nowMs: number): boolean
}

export function createCamera(first: Span): Camera {
  let span = first
  let from = first
  let target = first
  let startedMs = 0
  let moving = false
  return {
    get span() {
      return span
    },
    get target() {
      return target
    },
    jump(to) {
      span = target = to
      moving = false
    },
    glide(to, nowMs) {
      from = span
      target = to
      startedMs = nowMs
      moving = true
    },
    step(nowMs) {
      if (!moving) return false
      const t = Math.min(1, Math.max(0, (nowMs - startedMs) / ZOOM_MS))
      if (t >= 1) {
        span = target
        moving = false
      } else span = between(from, target, 1 - (1 - t) ** 3)
      return moving
    },
  }
}

/** Width changes by equal factors, and the point common to both spans stays where it is: a zoom of any depth looks even. */
export function between(a: Span, b: Span, t: number): Span {
  const widthA = a.x1 - a.x0
  const widthB = b.x1 - b.x0
  if (Math.abs(widthA - widthB) < 1e-9 * widthA) {
    const x0 = a.x0 + (b.x0 - a.x0) * t
    return { x0, x1: x0 + widthA }
  }
  const width = widthA * (widthB / widthA) ** t
  const share = (width - widthA) / (widthB - widthA)
  const x0 = a.x0 + (b.x0 - a.x0) * share
  return { x0, x1: x0 + width }
}

/** Scales around a point that stays under the pointer, within the whole and not below the finest frame. */
export function zoomAround(span: Span, at: number, factor: number, whole: Span, minWidth: number): Span {
  const width = Math.min(whole.x1 - whole.x0, Math.max(minWidth, (span.x1 - span.x0) * factor))
  const share = (at - span.x0) / (span.x1 - span.x0)
  return within({ x0: at - share * width, x1: at + (1 - share) * width }, whole)
}

/** Moves a span back into the whole, keeping its width where it fits. */
export function within(span: Span, whole: Span): Span {
  const width = Math.min(span.x1 - span.x0, whole.x1 - whole.x0)
  const x0 = Math.min(Math.max(span.x0, whole.x0), whole.x1 - width)
  return { x0, x1: x0 + width }
}
