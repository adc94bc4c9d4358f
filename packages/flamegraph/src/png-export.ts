import { cleanText } from './clean-text.ts'
import { toHex } from './color.ts'
import { FONT_PX, ROW_PX } from './draw.ts'
import { canvasOf, drawGraph } from './draw-graph.ts'
import {
  type FlamePicture,
  LINE_PX,
  MARGIN_PX,
  narrowFrames,
  narrowSentence,
  pictureLegend,
  pictureRows,
  TITLE_PX,
} from './flame-picture.ts'
import { buildPalette } from './palette.ts'

const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
/** Twice as fine as the page, so that it can be read when it is pasted into a slide. */
const SCALE = 2
/** What browsers draw for sure. */
const MAX_CANVAS_PX = 16_000

/**
 * A flame graph as a PNG: drawn as on the page, with title, facts and legend above it, and below it what was too narrow or too deep to
 * draw. Throws an Error fit to be shown where the browser cannot.
 */
export async function flamePng(picture: FlamePicture, document: Document): Promise<Blob> {
  const { theme } = picture
  const palette = buildPalette(theme)
  const matches = picture.matches && picture.matches.labels.length > 0 ? picture.matches : null
  const { rows, cut } = pictureRows(picture)
  const widthPx = Math.min(MAX_CANVAS_PX / SCALE, Math.max(200, Math.round(picture.widthPx)))
  const scale = Math.min(SCALE, MAX_CANVAS_PX / (rows * ROW_PX + 400))
  const rowPx = Math.round(ROW_PX * scale)
  const inner = Math.round((widthPx - 2 * MARGIN_PX) * scale)
  const { canvas: graph, runs } = drawGraph(
    { ...picture, matches },
    { document, widthPx: inner, scale, firstRow: 0, rows, font: FONT, palette },
  )

  const below = [narrowSentence(narrowFrames(runs)), cut].filter((sentence) => sentence !== '')
  const topPx = MARGIN_PX + TITLE_PX + (picture.facts.length + 1) * LINE_PX
  const heightPx = topPx + (rows * rowPx) / scale + (below.length + 1) * LINE_PX
  const { canvas, context } = canvasOf(document, Math.round(widthPx * scale), Math.round(heightPx * scale))
  context.fillStyle = palette.background
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(scale, scale)
  context.direction = 'ltr'
  const write = (text: string, x: number, y: number, color: string, sizePx = FONT_PX) => {
    context.fillStyle = color
    context.font = `${sizePx}px ${FONT}`
    context.fillText(cleanText(text, 300), x, y)
    return context.measureText(cleanText(text, 300)).width
  }
  const muted = toHex(theme.muted)
  write(picture.title, MARGIN_PX, MARGIN_PX + 14, toHex(theme.text), 15)
  for (const [i, fact] of picture.facts.entries()) write(fact, MARGIN_PX, MARGIN_PX + TITLE_PX + i * LINE_PX + 12, muted)
  let legendX = MARGIN_PX
  for (const { fill, label } of pictureLegend({ ...picture, matches }, palette)) {
    if (fill !== '') {
      context.fillStyle = fill
      context.fillRect(legendX, topPx - LINE_PX + 2, 10, 10)
      legendX += 14
    }
    legendX += write(label, legendX, topPx - LINE_PX + 11, muted) + 16
  }
  for (const [i, sentence] of below.entries()) write(sentence, MARGIN_PX, topPx + (rows * rowPx) / scale + (i + 1) * LINE_PX - 2, muted)
  context.resetTransform()
  context.drawImage(graph, Math.round(MARGIN_PX * scale), Math.round(topPx * scale))
  return await blobOf(canvas)
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('This browser could not make a PNG of a picture of this size.'))
    }, 'image/png')
  })
}
