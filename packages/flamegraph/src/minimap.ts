import type { FlameOrientation } from './draw.ts'
import type { Inks } from './inks.ts'
import type { FlameLayout } from './layout.ts'
import { inkOf, type Palette, TONE } from './palette.ts'
import { emptyRuns, findVisible } from './visible.ts'

/** Height of the strip, CSS pixels. */
export const MINIMAP_PX = 36

export type MinimapPicture = {
  layout: FlameLayout
  inks: Inks
  palette: Palette
  orientation: FlameOrientation
  /** Device pixels, as wide as the graph. */
  widthPx: number
  dpr: number
}

/**
 * The whole graph in a strip: every line of pixels is one of its rows (of more rows than lines some are left out, evenly), every pixel the
 * colour of the frame there. Painted again only when something of it has changed.
 */
export class Minimap {
  private readonly runs = emptyRuns()
  private readonly context: CanvasRenderingContext2D | null
  private painted: MinimapPicture | null = null

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d', { alpha: false })
  }

  /** Whether painting it would change anything. */
  differs(picture: MinimapPicture): boolean {
    return !this.painted || !sameAs(this.painted, picture)
  }

  paint(picture: MinimapPicture): void {
    const { context } = this
    if (!context || !this.differs(picture)) return
    this.painted = picture
    const { widthPx, dpr } = picture
    const heightPx = Math.round(MINIMAP_PX * dpr)
    if (this.canvas.width !== widthPx || this.canvas.height !== heightPx) {
      this.canvas.width = widthPx
      this.canvas.height = heightPx
      this.canvas.style.width = `${widthPx / dpr}px`
      this.canvas.style.height = `${heightPx / dpr}px`
    }
    const image = context.createImageData(widthPx, heightPx)
    fillMinimap(new Uint32Array(image.data.buffer), heightPx, picture, this.runs)
    context.putImageData(image, 0, 0)
  }
}

const sameAs = (a: MinimapPicture, b: MinimapPicture): boolean =>
  a.layout === b.layout &&
  a.inks === b.inks &&
  a.palette === b.palette &&
  a.orientation === b.orientation &&
  a.widthPx === b.widthPx &&
  a.dpr === b.dpr

/** @param pixels heightPx lines of picture.widthPx */
export function fillMinimap(pixels: Uint32Array, heightPx: number, picture: MinimapPicture, runs = emptyRuns()): void {
  const { layout, inks, palette, orientation, widthPx } = picture
  pixels.fill(palette.backgroundPixel)
  const whole = layout.tree.total[0] ?? 0
  if (whole <= 0) return
  let drawn = -1
  let from = 0
  for (let line = 0; line < heightPx; line++) {
    const row = Math.floor((line * layout.rows) / heightPx)
    const start = (orientation === 'icicle' ? line : heightPx - 1 - line) * widthPx
    if (row === drawn) {
      pixels.copyWithin(start, from, from + widthPx)
      continue
    }
    findVisible(layout, { x0: 0, x1: whole, widthPx, minBoxPx: 2, firstRow: row, lastRow: row + 1 }, runs)
    for (let run = 0; run < runs.count; run++) {
      const node = layout.rowNode[runs.slot[run] ?? 0] ?? 0
      const pixel = palette.pixel[inkOf(inks.family(node), inks.variant(node), TONE.normal)] ?? 0
      pixels.fill(pixel, start + (runs.left[run] ?? 0), start + (runs.right[run] ?? 0))
    }
    drawn = row
    from = start
  }
}
