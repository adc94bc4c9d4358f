import { type Color, type Paint, plain } from './terminal-text.ts'

export type Cell = string | { text: string; color?: Color | undefined }

/** Columns as wide as their widest cell, the last one as it comes; `right`: columns of numbers. Ends with a line end. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
  right: readonly number[] = [],
): string {
  const texts = [head, ...rows].map((row) => row.map((cell) => plain(typeof cell === 'string' ? cell : cell.text)))
  const widths = head.map((_, column) => Math.max(...texts.map((row) => [...(row[column] ?? '')].length)))
  const lines = texts.map((row, line) =>
    row
      .map((text, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - [...text].length)
        const cell = rows[line - 1]?.[column]
        const painted = paint(text, line === 0 ? 'dim' : typeof cell === 'object' ? cell.color : undefined)
        if (right.includes(column)) return gap + painted
        return column === row.length - 1 ? painted : painted + gap
      })
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}
