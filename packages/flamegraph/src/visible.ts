import { type FlameLayout, leftEdge, rightEdge } from './layout.ts'

/** What part of the layout is on screen. Pixels are device pixels. */
export type Viewport = {
  /** Visible range in units of weight, x0 < x1. */
  x0: number
  x1: number
  widthPx: number
  /** Frames narrower than this are not drawn one by one but as strips. At least 2. */
  minBoxPx: number
  /** Visible rows, [firstRow, lastRow). */
  firstRow: number
  lastRow: number
}

/**
 * What is on screen, as runs of pixels, row by row from left to right, without overlap. A run is either
 *  - a box: one frame (`strip` is -1), or
 *  - narrow: the frames [slot, slotEnd) share the pixels [left, right). Narrow runs that touch form a strip; each holds the
 *    index of the strip's first run.
 * Every frame that overlaps the view is in exactly one run, and every run is at least one pixel wide: nothing is dropped.
 */
export type VisibleRuns = {
  count: number
  slot: Uint32Array
  slotEnd: Uint32Array
  left: Int32Array
  right: Int32Array
  strip: Int32Array
  firstRow: number
  lastRow: number
  /** Runs of row d are [rowFirst[d - firstRow], rowFirst[d - firstRow + 1]). */
  rowFirst: Uint32Array
}

export function emptyRuns(): VisibleRuns {
  const capacity = 4096
  return {
    count: 0,
    slot: new Uint32Array(capacity),
    slotEnd: new Uint32Array(capacity),
    left: new Int32Array(capacity),
    right: new Int32Array(capacity),
    strip: new Int32Array(capacity),
    firstRow: 0,
    lastRow: 0,
    rowFirst: new Uint32Array(64),
  }
}

/**
 * Fills `out` (reused between frames, so that drawing allocates nothing) with what is visible. A row costs
 * O(pixels × log n), however many frames it has: narrow frames are skipped pixel by pixel with a galloping search.
 */
export function findVisible(layout: FlameLayout, view: Viewport, out: VisibleRuns): VisibleRuns {
  const { rowStart } = layout
  const width = view.widthPx
  const minBox = Math.max(2, view.minBoxPx)
  const firstRow = Math.max(0, view.firstRow)
  const lastRow = Math.max(firstRow, Math.min(layout.rows, view.lastRow))
  out.count = 0
  out.firstRow = firstRow
  out.lastRow = lastRow
  if (out.rowFirst.length < lastRow - firstRow + 1) out.rowFirst = new Uint32Array(lastRow - firstRow + 1)
  const scale = width / (view.x1 - view.x0)
  // Rounding in `start` must not show a hairline of a neighbour at the edge of an exact zoom.
  const epsilon = (layout.tree.total[0] ?? 0) * 1e-12
  const from = view.x0 + epsilon
  const to = view.x1 - epsilon

  for (let row = firstRow; row < lastRow; row++) {
    out.rowFirst[row - firstRow] = out.count
    const end = rowStart[row + 1] ?? 0
    let i = firstEndAfter(layout, rowStart[row] ?? 0, end, from)
    let edge = 0
    /** First run of the strip that ends at `edge`, -1 where a box or nothing does. */
    let strip = -1
    const rowBegin = out.count
    while (i < end) {
      const start = leftEdge(layout, i)
      if (start >= to) break
      const a = (start - view.x0) * scale
      const b = (rightEdge(layout, i) - view.x0) * scale
      const isBox = b - a >= minBox
      let left = Math.max(edge, isBox ? Math.round(a) : Math.floor(a))
      if (left >= width) {
        // The last pixel is taken: share it.
        const last = out.count - 1
        const canShrink = strip < 0 && last >= rowBegin && (out.right[last] ?? 0) - (out.left[last] ?? 0) > 1
        if (!canShrink && last >= rowBegin) {
          out.slotEnd[last] = i + 1
          if (strip < 0) out.strip[last] = strip = last
          i++
          continue
        }
        left = width - 1
        if (canShrink) out.right[last] = left
      }
      if (isBox) {
        edge = Math.min(width, Math.max(Math.round(b), left + 1))
        push(out, i, i + 1, left, edge, -1)
        strip = -1
        i++
        continue
      }
      // All that ends before this pixel does: one jump. (Starting at `edge` keeps runs from drifting to the right.)
      const pixelEnd = Math.max(Math.floor(b), left) + 1
      const j = pixelEnd > width ? i + 1 : gallopEndAfter(layout, i + 1, end, view.x0 + pixelEnd / scale)
      const touches = strip >= 0 && left <= edge
      const right = Math.min(width, Math.max(left + 1, Math.ceil((rightEdge(layout, j - 1) - view.x0) * scale - 1e-6)))
      strip = touches ? strip : out.count
      push(out, i, j, left, right, strip)
      edge = right
      i = j
    }
  }
  out.rowFirst[lastRow - firstRow] = out.count
  return out
}

/** The run drawn at a pixel of a row, -1 where there is none. */
export function runAt(runs: VisibleRuns, row: number, px: number): number {
  if (row < runs.firstRow || row >= runs.lastRow) return -1
  let low = runs.rowFirst[row - runs.firstRow] ?? 0
  let high = runs.rowFirst[row - runs.firstRow + 1] ?? 0
  while (low < high) {
    const mid = (low + high) >>> 1
    if ((runs.right[mid] ?? 0) > px) high = mid
    else low = mid + 1
  }
  return low < (runs.rowFirst[row - runs.firstRow + 1] ?? 0) && (runs.left[low] ?? 0) <= px ? low : -1
}

/** The slots and pixels of the box or whole strip that a run belongs to. */
export function itemOf(runs: VisibleRuns, run: number): { slot: number; slotEnd: number; left: number; right: number } {
  const strip = runs.strip[run] ?? -1
  const first = strip < 0 ? run : strip
  let last = run
  if (strip >= 0) while (last + 1 < runs.count && runs.strip[last + 1] === strip) last++
  return { slot: runs.slot[first] ?? 0, slotEnd: runs.slotEnd[last] ?? 0, left: runs.left[first] ?? 0, right: runs.right[last] ?? 0 }
}

/** First index in [low, high) whose end lies past x. */
function firstEndAfter(layout: FlameLayout, low: number, high: number, x: number): number {
  let lo = low
  let hi = high
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (rightEdge(layout, mid) > x) hi = mid
    else lo = mid + 1
  }
  return lo
}

/** The same, for an answer that is probably near: looks 1, 2, 4, 8 … ahead first. */
function gallopEndAfter(layout: FlameLayout, low: number, high: number, x: number): number {
  let lo = low
  let step = 1
  while (lo + step <= high && rightEdge(layout, lo + step - 1) <= x) {
    lo += step
    step *= 2
  }
  return firstEndAfter(layout, lo, Math.min(high, lo + step), x)
}

function push(out: VisibleRuns, slot: number, slotEnd: number, left: number, right: number, strip: number): void {
  const at = out.count
  if (at >= out.slot.length) grow(out)
  out.slot[at] = slot
  out.slotEnd[at] = slotEnd
  out.left[at] = left
  out.right[at] = right
  out.strip[at] = strip
  out.count = at + 1
}

function grow(out: VisibleRuns): void {
  const capacity = out.slot.length * 2
  const wider = <T extends Uint32Array | Int32Array>(to: T, from: T): T => {
    to.set(from)
    return to
  }
  out.slot = wider(new Uint32Array(capacity), out.slot)
  out.slotEnd = wider(new Uint32Array(capacity), out.slotEnd)
  out.left = wider(new Int32Array(capacity), out.left)
  out.right = wider(new Int32Array(capacity), out.right)
  out.strip = wider(new Int32Array(capacity), out.strip)
}
