import { createGrain, createLabelCache, drawScene, ROW_PX, type Screen } from './draw.ts'
import { type FlamePicture, MIN_PICTURE_BOX_PX } from './flame-picture.ts'
import { buildInks } from './inks.ts'
import type { Palette } from './palette.ts'
import { emptyRuns, findVisible, type VisibleRuns } from './visible.ts'

/** What makes canvases: a browser's document, or what stands for one elsewhere. */
export type CanvasMaker = Pick<Document, 'createElement'>

export type GraphFrame = {
  document: CanvasMaker
  /** Device pixels. */
  widthPx: number
  /** Device pixels per CSS pixel: rows are ROW_PX high before that. */
  scale: number
  /** Rows that are drawn: [firstRow, firstRow + rows) of the layout. */
  firstRow: number
  rows: number
  /** Font family of the labels; monospace. */
  font: string
  palette: Palette
}

/**
 * The frames of a picture without anything around them, drawn as on the page: below the zoomed frame, over the whole width. Throws an Error
 * fit to be shown where there is no Canvas 2D.
 */
export function drawGraph(
  { layout, matches, zoomNode, orientation, colorBy }: Pick<FlamePicture, 'layout' | 'matches' | 'zoomNode' | 'orientation' | 'colorBy'>,
  { document, widthPx, scale, firstRow, rows, font, palette }: GraphFrame,
): { canvas: HTMLCanvasElement; runs: VisibleRuns } {
  const { tree } = layout
  const rowPx = Math.round(ROW_PX * scale)
  const heightPx = rows * rowPx
  const x0 = tree.start[zoomNode] ?? 0
  const x1 = x0 + Math.max(tree.total[zoomNode] ?? 0, Number.MIN_VALUE)
  const lastRow = firstRow + rows
  const runs = findVisible(layout, { x0, x1, widthPx, minBoxPx: MIN_PICTURE_BOX_PX * scale, firstRow, lastRow }, emptyRuns())
  const { canvas, context } = canvasOf(document, widthPx, heightPx)
  // Of an icicle the rows before the first are above the canvas, of a flame below it.
  const scrollPx = orientation === 'icicle' ? firstRow * rowPx : 0
  const screen: Screen = { widthPx, heightPx, dpr: scale, rowPx, contentRows: lastRow, scrollPx, orientation }
  const labels = createLabelCache(context, tree.labels, font, scale)
  const scene = { layout, runs, inks: buildInks(tree, colorBy), palette, labels, grain: createGrain(document), matches, zoomNode }
  drawScene(context, screen, scene)
  return { canvas, runs }
}

export function canvasOf(
  document: CanvasMaker,
  width: number,
  height: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, width)
  canvas.height = Math.max(1, height)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new Error('This browser cannot draw the picture: it has no Canvas 2D, or not enough memory for one of this size.')
  return { canvas, context }
}
