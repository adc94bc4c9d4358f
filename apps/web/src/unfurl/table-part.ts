import { type Box, MONO, type PicturePen, type TextStyle } from './picture-pen.ts'
import type { BarsPart, TableCell, TablePart } from './picture-request.ts'

const TITLE_PX = 22
const HEAD_PX = 20
const ROW_PX = 40
const TEXT_PX = 22

/** A table with a bar behind each row; as many rows as there is room for, and how many there are besides. */
export function drawTable(pen: PicturePen, table: TablePart, box: Box): void {
  const { ink } = pen
  const headY = box.y + TITLE_PX
  pen.write(table.title, box.x, headY, { sizePx: TITLE_PX, color: ink.ink2, weight: 500 }, box.width)
  const [, ...numbers] = table.columns
  const shown = table.rows.slice(0, Math.max(1, Math.floor((box.height - TITLE_PX - HEAD_PX - 40) / ROW_PX)))
  const widths = numbers.map((name, column) =>
    Math.max(
      pen.widthOf(name, { sizePx: HEAD_PX, color: ink.ink3 }),
      ...shown.map(({ cells }) => pen.widthOf(textOf(cells[column + 1]), cellStyle(pen, cells[column + 1]))),
    ),
  )
  const rights = widths.map((_, column) => box.x + box.width - 8 - widths.slice(column + 1).reduce((sum, width) => sum + width + 26, 0))
  const columnsY = headY + HEAD_PX + 14
  pen.write(table.columns[0] ?? '', box.x + 8, columnsY, { sizePx: HEAD_PX, color: ink.ink3 })
  numbers.forEach((name, column) => {
    pen.writeLeftOf(name, rights[column] ?? 0, columnsY, { sizePx: HEAD_PX, color: ink.ink3 })
  })
  const top = columnsY + 12
  const roomPx = (rights[0] ?? box.x + box.width) - (widths[0] ?? 0) - box.x - 30
  shown.forEach(({ cells, share }, row) => {
    const y = top + row * ROW_PX
    pen.box({ x: box.x, y, width: Math.max(3, box.width * Math.min(1, share)), height: ROW_PX - 5 }, ink.bar, 4)
    const baseline = y + ROW_PX - 14
    pen.write(textOf(cells[0]), box.x + 8, baseline, { sizePx: TEXT_PX, color: ink.ink, font: MONO, weight: 500 }, roomPx)
    numbers.forEach((_, column) => {
      const cell = cells[column + 1]
      pen.writeLeftOf(textOf(cell), rights[column] ?? 0, baseline, cellStyle(pen, cell))
    })
  })
  const left = table.left + table.rows.length - shown.length
  if (left > 0)
    pen.write(
      `and ${left.toLocaleString('en-US')} more`,
      box.x + 8,
      top + shown.length * ROW_PX + 20,
      { sizePx: HEAD_PX, color: ink.ink3 },
      box.width,
    )
}

const textOf = (cell: TableCell | undefined): string => (typeof cell === 'string' ? cell : (cell?.text ?? ''))

function cellStyle(pen: PicturePen, cell: TableCell | undefined): TextStyle {
  const tone = typeof cell === 'object' ? cell.tone : null
  return { sizePx: TEXT_PX, color: tone === 'bad' ? pen.ink.bad : tone === 'muted' ? pen.ink.ink3 : pen.ink.ink, weight: 500 }
}

const AXIS_PX = 34

/** Amounts as bars, with words below some of them. */
export function drawBars(pen: PicturePen, { title, bars, ticks, most }: BarsPart, box: Box): void {
  const { ink } = pen
  pen.write(title, box.x, box.y + TITLE_PX, { sizePx: TITLE_PX, color: ink.ink2, weight: 500 }, box.width * 0.7)
  pen.writeLeftOf(most, box.x + box.width, box.y + TITLE_PX, { sizePx: HEAD_PX, color: ink.ink3 }, box.width * 0.3)
  const top = box.y + TITLE_PX + 18
  const bottom = box.y + box.height - AXIS_PX
  const highest = Math.max(...bars, Number.MIN_VALUE)
  const stepPx = box.width / Math.max(1, bars.length)
  bars.forEach((amount, at) => {
    if (amount <= 0) return
    // What is not nothing is seen.
    const height = Math.max(3, ((bottom - top) * amount) / highest)
    pen.box({ x: box.x + at * stepPx + 1, y: bottom - height, width: Math.max(1, stepPx - 2), height }, ink.accent, Math.min(4, stepPx / 4))
  })
  pen.box({ x: box.x, y: bottom, width: box.width, height: 2 }, ink.line)
  for (const { at, label } of ticks) {
    const x = box.x + at * stepPx
    const width = pen.widthOf(label, { sizePx: HEAD_PX, color: ink.ink3 })
    pen.write(label, Math.min(box.x + box.width - width, Math.max(box.x, x - width / 2)), box.y + box.height - 6, {
      sizePx: HEAD_PX,
      color: ink.ink3,
    })
  }
}
