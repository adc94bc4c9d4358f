import { cleanText, isSingleWidth } from './clean-text.ts'
import type { FlameLayout } from './layout.ts'
import { FAMILY, type Inks, inkOf, type Palette, TONE } from './palette.ts'
import type { FlameMatches } from './search.ts'
import { isMatch } from './search.ts'
import type { VisibleRuns } from './visible.ts'

/** Height of a row and size of its text, CSS pixels. */
export const ROW_PX = 18
export const FONT_PX = 11

export type FlameOrientation = 'flame' | 'icicle'

/** Sizes of the canvas in device pixels. `rowPx` is whole, so that all rows are equally high. */
export type Screen = {
  widthPx: number
  heightPx: number
  dpr: number
  rowPx: number
  /** Rows of the content, of which `scrollPx` are above the top edge. */
  contentRows: number
  scrollPx: number
  orientation: FlameOrientation
}

/** Top of a row on the canvas. The root is row 0: at the top of an icicle, at the bottom of a flame. */
export function rowTop(screen: Screen, row: number): number {
  const at = screen.orientation === 'icicle' ? row : screen.contentRows - 1 - row
  return at * screen.rowPx - screen.scrollPx + flameSlack(screen)
}

/** The row at a height of the canvas; may lie outside of [0, contentRows). */
export function rowAt(screen: Screen, y: number): number {
  const at = Math.floor((y + screen.scrollPx - flameSlack(screen)) / screen.rowPx)
  return screen.orientation === 'icicle' ? at : screen.contentRows - 1 - at
}

/** A flame lower than the canvas stands on its bottom edge. */
function flameSlack(screen: Screen): number {
  return screen.orientation === 'flame' ? Math.max(0, screen.heightPx - screen.contentRows * screen.rowPx) : 0
}

/** Rows of which at least a pixel is on the canvas: [firstRow, lastRow). */
export function visibleRows(screen: Screen): { firstRow: number; lastRow: number } {
  const [a, b] = [rowAt(screen, 0), rowAt(screen, screen.heightPx - 1)]
  return { firstRow: Math.max(0, Math.min(a, b)), lastRow: Math.min(screen.contentRows, Math.max(a, b) + 1) }
}

export type Scene = {
  layout: FlameLayout
  runs: VisibleRuns
  inks: Inks
  palette: Palette
  labels: LabelCache
  matches: FlameMatches | null
  /** Its ancestors are drawn pale: they are the way here, not what is looked at. */
  zoomNode: number
}

/** Draws a whole frame. The context must be opaque and untransformed. */
export function drawScene(ctx: CanvasRenderingContext2D, screen: Screen, scene: Scene): void {
  const { layout, runs, palette, inks, matches, zoomNode } = scene
  const { tree, rowNode } = layout
  const gap = Math.max(1, Math.round(screen.dpr * 0.75))
  const height = screen.rowPx - gap
  const zoomEnd = tree.subtreeEnd[zoomNode] ?? 0
  ctx.fillStyle = palette.background
  ctx.fillRect(0, 0, screen.widthPx, screen.heightPx)

  const texts = scene.labels.queue
  let queued = 0
  const minText = scene.labels.padPx * 2 + scene.labels.advancePx * 2
  let current = -1
  for (let row = runs.firstRow; row < runs.lastRow; row++) {
    const top = rowTop(screen, row)
    const end = runs.rowFirst[row - runs.firstRow + 1] ?? 0
    let run = runs.rowFirst[row - runs.firstRow] ?? 0
    while (run < end) {
      const slot = runs.slot[run] ?? 0
      const node = rowNode[slot] ?? 0
      const left = runs.left[run] ?? 0
      if ((runs.strip[run] ?? -1) < 0) {
        const right = runs.right[run] ?? 0
        const family = matches && isMatch(tree, matches.labels, node) ? FAMILY.match : inks.family(node)
        const isAncestor = node < zoomNode && (tree.subtreeEnd[node] ?? 0) >= zoomEnd
        const tone = matches && family !== FAMILY.match ? TONE.faded : isAncestor ? TONE.ancestor : TONE.normal
        const ink = inkOf(family, inks.variant(node), tone)
        if (ink !== current) {
          ctx.fillStyle = palette.fill[ink] ?? ''
          current = ink
        }
        const width = right - left
        ctx.fillRect(left, top, width > gap * 2 ? width - gap : width, height)
        if (width >= minText) {
          texts[queued++] = node
          texts[queued++] = left
          texts[queued++] = top
          texts[queued++] = width
          texts[queued++] = ink
        }
        run++
        continue
      }
      // Neighbouring narrow runs of one colour are one rectangle.
      const ink = narrowInk(scene, run)
      let right = runs.right[run] ?? 0
      run++
      while (run < end && (runs.strip[run] ?? -1) >= 0 && runs.left[run] === right && narrowInk(scene, run) === ink) {
        right = runs.right[run] ?? 0
        run++
      }
      if (ink !== current) {
        ctx.fillStyle = palette.fill[ink] ?? ''
        current = ink
      }
      ctx.fillRect(left, top, right - left, height)
    }
  }
  drawTexts(ctx, screen, scene, queued)
}

/** A narrow run has the plain shade of its first frame's family, or of a match if it holds one. */
function narrowInk({ layout, runs, matches, inks }: Scene, run: number): number {
  const slot = runs.slot[run] ?? 0
  const node = layout.rowNode[slot] ?? 0
  if (!matches) return inkOf(inks.family(node), 0, TONE.normal)
  const holds = matches.before.length > 0 && (matches.before[runs.slotEnd[run] ?? 0] ?? 0) > (matches.before[slot] ?? 0)
  return holds ? inkOf(FAMILY.match, 0, TONE.normal) : inkOf(inks.family(node), 0, TONE.faded)
}

function drawTexts(ctx: CanvasRenderingContext2D, screen: Screen, scene: Scene, queued: number): void {
  const { layout, palette, labels } = scene
  const { tree } = layout
  ctx.font = labels.font
  ctx.textBaseline = 'alphabetic'
  ctx.direction = 'ltr'
  const baseline = Math.round(screen.rowPx / 2 + labels.fontPx * 0.34)
  let current = ''
  for (let t = 0; t < queued; t += 5) {
    const ink = labels.queue[t + 4] ?? 0
    const color = palette.text[ink] ?? ''
    if (color !== current) {
      ctx.fillStyle = color
      current = color
    }
    const room = (labels.queue[t + 3] ?? 0) - labels.padPx * 2
    const text = labels.fit(ctx, tree.label[labels.queue[t] ?? 0] ?? 0, room)
    if (text) ctx.fillText(text, (labels.queue[t + 1] ?? 0) + labels.padPx, (labels.queue[t + 2] ?? 0) + baseline)
  }
}

/** Labels ready to draw, made the first time each is seen, and the font's measure. */
export type LabelCache = {
  font: string
  fontPx: number
  /** Width of every character; monospace, so a label's width needs no measuring. */
  advancePx: number
  padPx: number
  /** (node, left, top, width, ink) of the labels of the frame being drawn. */
  queue: number[]
  /** The label cut to `roomPx`, '' if nothing sensible fits. */
  fit(ctx: CanvasRenderingContext2D, label: number, roomPx: number): string
}

/** Longest text ever drawn: 300 characters fill 2000 px. */
const MAX_DRAWN = 320

export function createLabelCache(ctx: CanvasRenderingContext2D, names: readonly string[], fontFamily: string, dpr: number): LabelCache {
  const fontPx = Math.round(FONT_PX * dpr)
  const font = `${fontPx}px ${fontFamily}`
  ctx.font = font
  const advancePx = ctx.measureText('x'.repeat(100)).width / 100
  // A fallback that is not monospace would make every width wrong: then measure each.
  const isMonospace = Math.abs(ctx.measureText('i'.repeat(100)).width / 100 - advancePx) < 0.01
  const clean = new Map<number, { text: string; plain: boolean }>()
  return {
    font,
    fontPx,
    advancePx,
    padPx: Math.round(3 * dpr),
    queue: [],
    fit(context, label, roomPx) {
      let entry = clean.get(label)
      if (!entry) {
        const text = cleanText(names[label] ?? '', MAX_DRAWN)
        entry = { text, plain: isMonospace && isSingleWidth(text) }
        clean.set(label, entry)
      }
      if (entry.plain) {
        const fits = Math.floor(roomPx / advancePx)
        if (entry.text.length <= fits) return entry.text
        return fits < 2 ? '' : `${entry.text.slice(0, fits - 1)}…`
      }
      return fitMeasured(context, entry.text, roomPx)
    },
  }
}

/** For wide and combining characters: whole code points, by bisection. */
function fitMeasured(ctx: CanvasRenderingContext2D, text: string, roomPx: number): string {
  if (ctx.measureText(text).width <= roomPx) return text
  const points = Array.from(text)
  let low = 0
  let high = points.length
  while (low < high) {
    const mid = (low + high + 1) >>> 1
    if (ctx.measureText(`${points.slice(0, mid).join('')}…`).width <= roomPx) low = mid
    else high = mid - 1
  }
  return low < 1 ? '' : `${points.slice(0, low).join('')}…`
}
