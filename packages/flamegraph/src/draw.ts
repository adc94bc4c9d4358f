import { cleanText, isSingleWidth } from './clean-text.ts'
import type { Inks } from './inks.ts'
import type { FlameLayout } from './layout.ts'
import { FAMILY, inkOf, type Palette, TONE } from './palette.ts'
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
  grain: Grain
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

  const grain = scene.grain.prepare(screen.widthPx, runs.lastRow - runs.firstRow)
  const grainRows = grain.used
  const texts = scene.labels.queue
  let queued = 0
  const minText = scene.labels.padPx * 2 + scene.labels.advancePx * 2
  let current = -1
  for (let row = runs.firstRow; row < runs.lastRow; row++) {
    const top = rowTop(screen, row)
    const end = runs.rowFirst[row - runs.firstRow + 1] ?? 0
    let run = runs.rowFirst[row - runs.firstRow] ?? 0
    let hasGrain = false
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
      const line = (row - runs.firstRow) * screen.widthPx
      const pixel = palette.pixel[narrowInk(scene, run)] ?? 0
      grain.pixels.fill(pixel, line + left, line + (runs.right[run] ?? 0))
      hasGrain = true
      run++
    }
    grainRows[row - runs.firstRow] = hasGrain ? 1 : 0
  }
  drawGrain(ctx, screen, runs, grain, height)
  drawTexts(ctx, screen, scene, queued)
}

/**
 * Narrow runs, a pixel or two each, by the ten thousand: as rectangles they would cost more than all else. They are set as
 * single pixels in an image with one line per row, and each line is then drawn as high as a row. Their shades differ, so
 * where many frames share few pixels one sees a grain and not a wide frame.
 */
export type Grain = {
  prepare(widthPx: number, rows: number): { pixels: Uint32Array; used: Uint8Array; toCanvas(): HTMLCanvasElement }
}

/** `document`: makes canvases; not always a browser's. */
export function createGrain(document: Pick<Document, 'createElement'>): Grain {
  const canvas = document.createElement('canvas')
  const ctx = canvas.getContext('2d')
  const imageOf = (width: number, height: number) => ctx?.createImageData(width, height) ?? new ImageData(width, height)
  let image = imageOf(1, 1)
  let pixels = new Uint32Array(image.data.buffer)
  let used = new Uint8Array(1)
  return {
    prepare(widthPx, rows) {
      const height = Math.max(1, rows)
      if (image.width !== widthPx || image.height < height) {
        image = imageOf(widthPx, height + 8)
        pixels = new Uint32Array(image.data.buffer)
        used = new Uint8Array(height + 8)
        canvas.width = widthPx
        canvas.height = height + 8
      } else {
        pixels.fill(0)
        used.fill(0)
      }
      return {
        pixels,
        used,
        toCanvas() {
          ctx?.putImageData(image, 0, 0)
          return canvas
        },
      }
    },
  }
}

function drawGrain(
  ctx: CanvasRenderingContext2D,
  screen: Screen,
  runs: VisibleRuns,
  grain: { used: Uint8Array; toCanvas(): HTMLCanvasElement },
  heightPx: number,
): void {
  if (!grain.used.includes(1)) return
  const source = grain.toCanvas()
  ctx.imageSmoothingEnabled = false
  for (let row = runs.firstRow; row < runs.lastRow; row++) {
    const line = row - runs.firstRow
    if (grain.used[line] === 1) ctx.drawImage(source, 0, line, screen.widthPx, 1, 0, rowTop(screen, row), screen.widthPx, heightPx)
  }
}

/** A narrow run has the shade of its first frame, or of a match if it holds one. */
function narrowInk({ layout, runs, matches, inks }: Scene, run: number): number {
  const slot = runs.slot[run] ?? 0
  const node = layout.rowNode[slot] ?? 0
  if (!matches) return inkOf(inks.family(node), inks.variant(node), TONE.normal)
  const holds = isMatch(layout.tree, matches.labels, node) || (matches.upTo[(runs.slotEnd[run] ?? 1) - 1] ?? 0) > (matches.upTo[slot] ?? 0)
  return holds ? inkOf(FAMILY.match, 0, TONE.normal) : inkOf(inks.family(node), inks.variant(node), TONE.faded)
}

/** Room of a sign and the space after it. Signs are about as wide as a capital letter. */
const SIGN_CHARACTERS = 2

function drawTexts(ctx: CanvasRenderingContext2D, screen: Screen, scene: Scene, queued: number): void {
  const { layout, palette, labels, inks } = scene
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
    const node = labels.queue[t] ?? 0
    let left = (labels.queue[t + 1] ?? 0) + labels.padPx
    let room = (labels.queue[t + 3] ?? 0) - labels.padPx * 2
    const top = (labels.queue[t + 2] ?? 0) + baseline
    const sign = inks.sign(node)
    if (sign !== '') {
      ctx.fillText(sign, left, top)
      left += labels.advancePx * SIGN_CHARACTERS
      room -= labels.advancePx * SIGN_CHARACTERS
    }
    const text = labels.fit(ctx, tree.label[node] ?? 0, room)
    if (text) ctx.fillText(text, left, top)
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
