import path from 'node:path'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import type { CanvasMaker } from '@sonde/flamegraph/export'
import { drawGraphPart, type ReadGraph, readGraph } from './graph-part.ts'
import PICTURE_FONTS from './picture-fonts.json' with { type: 'json' }
import { PICTURE_INKS } from './picture-ink.ts'
import { type Box, PicturePen } from './picture-pen.ts'
import { type HeadlineNumber, PICTURE_SIZE, type PictureRequest } from './picture-request.ts'
import { drawBars, drawTable } from './table-part.ts'

/** Files of the package `geist`, so that no font of the system is needed. Once in a process. Throws where a file is missing: a picture without letters is none. */
export function loadFonts(folder: string): void {
  for (const { file, family } of PICTURE_FONTS) {
    if (!GlobalFonts.registerFromPath(path.join(folder, file), family)) throw new Error(`no font at ${path.join(folder, file)}`)
  }
}

/** What the flame graph makes canvases with. */
const canvases: CanvasMaker = { createElement: (() => createCanvas(1, 1)) as unknown as CanvasMaker['createElement'] }

const MARGIN = 44
const { width: WIDTH, height: HEIGHT } = PICTURE_SIZE

/** A picture of 1200 × 630 px as PNG. Fonts must have been loaded. Throws a ProfileFormatError for a profile that is none. */
export async function renderPicture(request: PictureRequest): Promise<Buffer> {
  const canvas = createCanvas(WIDTH, HEIGHT)
  const pen = new PicturePen(canvas.getContext('2d', { alpha: false }), PICTURE_INKS[request.theme])
  const graph = request.main.kind === 'graph' ? readGraph(request.main) : null
  pen.box({ x: 0, y: 0, width: WIDTH, height: HEIGHT }, pen.ink.canvas)
  drawMark(pen)
  drawTitle(pen, request)
  drawNumbers(pen, [...(graph?.numbers ?? []), ...request.numbers])
  const hasChips = drawChips(pen, [...(graph?.narrowed ?? []), ...request.narrowed], request.badges)
  const top = hasChips ? 262 : 218
  drawParts(pen, request, graph, { x: MARGIN, y: top, width: WIDTH - 2 * MARGIN, height: HEIGHT - top - 34 })
  return await canvas.encode('png')
}

/** The mark of apps/web/src/shell/logo.tsx with the name, in the upper right corner. */
function drawMark(pen: PicturePen): void {
  const { context, ink } = pen
  const name = { sizePx: 30, color: ink.ink, weight: 600 } as const
  const width = pen.widthOf('Sonde', name)
  pen.write('Sonde', WIDTH - MARGIN - width, 76, name)
  context.save()
  context.translate(WIDTH - MARGIN - width - 46, 48)
  context.scale(1.75, 1.75)
  context.lineWidth = 2.2
  context.lineCap = 'round'
  context.strokeStyle = ink.ink
  for (const [y, to] of [
    [4, 18],
    [9, 12],
    [14, 7],
  ] as const) {
    context.beginPath()
    context.moveTo(2, y)
    context.lineTo(to, y)
    context.stroke()
  }
  context.fillStyle = ink.accent
  context.beginPath()
  context.arc(15, 14, 2.6, 0, 2 * Math.PI)
  context.fill()
  context.restore()
}

function drawTitle(pen: PicturePen, { title, byline }: PictureRequest): void {
  const roomPx = WIDTH - 2 * MARGIN - 180
  const style = (sizePx: number) => ({ sizePx, color: pen.ink.ink, weight: 600 }) as const
  const size = [46, 40, 35].find((sizePx) => pen.widthOf(title, style(sizePx)) <= roomPx) ?? 32
  pen.write(title, MARGIN, 80, style(size), roomPx)
  pen.write(byline, MARGIN, 122, { sizePx: 25, color: pen.ink.ink2 }, WIDTH - 2 * MARGIN)
}

/** Sizes that are tried, the first at which all numbers fit. */
const NUMBER_SIZES = [
  { valuePx: 44, labelPx: 25, gapPx: 36 },
  { valuePx: 38, labelPx: 23, gapPx: 28 },
  { valuePx: 32, labelPx: 21, gapPx: 22 },
] as const

function drawNumbers(pen: PicturePen, numbers: readonly HeadlineNumber[]): void {
  const stylesOf = ({ valuePx, labelPx }: (typeof NUMBER_SIZES)[number]) => ({
    value: { sizePx: valuePx, color: pen.ink.ink, weight: 600 } as const,
    label: { sizePx: labelPx, color: pen.ink.ink2 } as const,
  })
  const widthAt = (size: (typeof NUMBER_SIZES)[number]): number => {
    const { value, label } = stylesOf(size)
    return numbers.reduce((sum, one) => sum + pen.widthOf(one.value, value) + 10 + pen.widthOf(one.label, label) + size.gapPx, -size.gapPx)
  }
  const roomPx = WIDTH - 2 * MARGIN
  const size = NUMBER_SIZES.find((one) => widthAt(one) <= roomPx) ?? NUMBER_SIZES[2]
  const { value, label } = stylesOf(size)
  let x: number = MARGIN
  for (const number of numbers) {
    // Whole or not at all: a number that is cut is another number.
    if (x + pen.widthOf(number.value, value) + 10 + pen.widthOf(number.label, label) > WIDTH - MARGIN + 1) return
    x += pen.write(number.value, x, 186, value) + 10
    x += pen.write(number.label, x, 186, label) + size.gapPx
  }
}

const CHIP = { sizePx: 22, weight: 500 } as const
const CHIP_GAP = 10

/** What the view is narrowed to, then what is wrong with the data; false where there is neither. What has no room is counted. */
function drawChips(pen: PicturePen, narrowed: readonly string[], badges: PictureRequest['badges']): boolean {
  const { ink } = pen
  const chips = [
    ...badges.filter(({ isWarning }) => isWarning).map(({ label }) => ({ label, color: ink.warn, fill: ink.warnSoft })),
    ...narrowed.map((label) => ({ label, color: ink.accent, fill: ink.accentSoft })),
    ...badges.filter(({ isWarning }) => !isWarning).map(({ label }) => ({ label, color: ink.ink2, fill: ink.inset })),
  ]
  const end = WIDTH - MARGIN
  let x = MARGIN
  for (const [i, { label, color, fill }] of chips.entries()) {
    const isLast = i === chips.length - 1
    const roomPx = end - x - 28 - (isLast ? 0 : 110)
    const width = Math.min(pen.widthOf(label, { ...CHIP, color }), 430)
    if (roomPx < Math.min(width, 160)) {
      pen.write(`+ ${chips.length - i} more`, x, 238, { ...CHIP, color: ink.ink3 })
      break
    }
    const shown = Math.min(width, roomPx)
    pen.box({ x, y: 210, width: shown + 28, height: 38 }, fill, 8)
    pen.write(label, x + 14, 237, { ...CHIP, color }, shown + 1)
    x += shown + 28 + CHIP_GAP
  }
  return chips.length > 0
}

const SIDE_PX = 372

function drawParts(pen: PicturePen, { main, side }: PictureRequest, graph: ReadGraph | null, box: Box): void {
  const own = side ? { ...box, width: box.width - SIDE_PX - 32 } : box
  if (graph) drawGraphPart(pen, graph, own, canvases)
  else if (main.kind === 'table') drawTable(pen, main, own)
  else if (main.kind === 'bars') drawBars(pen, main, own)
  else if (main.kind === 'empty') pen.write(main.text, own.x, own.y + 44, { sizePx: 30, color: pen.ink.ink2 }, own.width)
  if (side) drawTable(pen, side, { ...box, x: box.x + box.width - SIDE_PX, width: SIDE_PX })
}
