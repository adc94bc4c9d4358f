import { plainText } from '@sonde/profile'

/** A column of a table as a file: `head` says the unit, so that cells are plain numbers. */
export type CsvColumn<Row> = { head: string; cell: (row: Row) => string | number | null }

/**
 * A table as CSV (RFC 4180): a line of heads, then a line a row, CR LF between them, no byte order mark. Numbers are written in full,
 * without separators; null is an empty cell.
 *
 * Texts may come from a traced host, and a spreadsheet takes a cell that begins with one of `= + - @`, a tab or a line break for a
 * formula, quoted or not: such a text gets an apostrophe in front, which spreadsheets hide and other readers see. Controls and bidi
 * characters become U+FFFD.
 */
export function tableCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ head }) => textCell(head)), ...rows.map((row) => columns.map(({ cell }) => cellText(cell(row))))]
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

function cellText(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'string') return textCell(value)
  return Number.isFinite(value) ? String(value) : ''
}

/** The wide forms are taken for the narrow ones where such are typed. */
const FORMULA = /^\s*[=+\-@＝＋－＠\t\r\n]/

function textCell(text: string): string {
  const guarded = FORMULA.test(text) ? `'${plainText(text)}` : plainText(text)
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
