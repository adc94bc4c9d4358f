import type { TimeSpan } from './use-time-brush.ts'

/**
 * The cells of a sub-second offset heat map as they are drawn: a column for each second, or for several where there is no room for
 * one each; rows for the offsets within the second, 0 at the bottom.
 */
export type HeatGrid = { seconds: number; rowsPerSecond: number; secondsPerColumn: number; columns: number }
export type HeatGridCell = { column: number; row: number }

/** A column is as wide as that at least, px. */
const MIN_COLUMN_PX = 3

export function heatGrid(seconds: number, rowsPerSecond: number, widthPx: number): HeatGrid {
  const room = Math.max(1, Math.floor(widthPx / MIN_COLUMN_PX))
  const secondsPerColumn = Math.max(1, Math.ceil(seconds / room))
  return { seconds, rowsPerSecond, secondsPerColumn, columns: Math.ceil(seconds / secondsPerColumn) }
}

/** What the axis covers: whole columns. */
export const gridSpanMs = (grid: HeatGrid): number => grid.columns * grid.secondsPerColumn * 1_000

/** Values in order of time → values of the drawn cells, column by column; of seconds that share one, the largest. */
export function drawnCells(values: ArrayLike<number>, { seconds, rowsPerSecond, secondsPerColumn, columns }: HeatGrid): Float64Array {
  const drawn = new Float64Array(columns * rowsPerSecond)
  for (let second = 0; second < seconds; second++) {
    const column = Math.floor(second / secondsPerColumn)
    for (let row = 0; row < rowsPerSecond; row++) {
      const at = column * rowsPerSecond + row
      drawn[at] = Math.max(drawn[at] ?? 0, values[second * rowsPerSecond + row] ?? 0)
    }
  }
  return drawn
}

const rowMs = (grid: HeatGrid): number => 1_000 / grid.rowsPerSecond

export function cellAtMs(grid: HeatGrid, ms: number): HeatGridCell {
  const inside = Math.min(grid.seconds * 1_000 - 0.001, Math.max(0, ms))
  const column = Math.floor(inside / 1_000 / grid.secondsPerColumn)
  return { column, row: Math.floor((inside % 1_000) / rowMs(grid)) }
}

/** The middle of the cell; of its first second, where a column has several. */
export function msOfCell(grid: HeatGrid, { column, row }: HeatGridCell): number {
  return column * grid.secondsPerColumn * 1_000 + (row + 0.5) * rowMs(grid)
}

/**
 * The time from one cell to another, both included, whichever comes first. Where a column is several seconds, whole columns: a row of it
 * is no stretch of time.
 */
export function spanOfCells(grid: HeatGrid, a: HeatGridCell, b: HeatGridCell): TimeSpan {
  const [first, last] = msOfCell(grid, a) <= msOfCell(grid, b) ? [a, b] : [b, a]
  if (grid.secondsPerColumn > 1) {
    const columnMs = grid.secondsPerColumn * 1_000
    return { fromMs: first.column * columnMs, toMs: Math.min(grid.seconds * 1_000, (last.column + 1) * columnMs) }
  }
  return {
    fromMs: first.column * 1_000 + first.row * rowMs(grid),
    toMs: last.column * 1_000 + (last.row + 1) * rowMs(grid),
  }
}

/** Where a key leads: up and down through time, cell by cell; left and right by whole columns. Null for other keys. */
export function cellAfterKey(grid: HeatGrid, from: HeatGridCell, key: string): HeatGridCell | null {
  const last = grid.columns * grid.rowsPerSecond - 1
  const at = from.column * grid.rowsPerSecond + from.row
  const to =
    key === 'ArrowUp'
      ? at + 1
      : key === 'ArrowDown'
        ? at - 1
        : key === 'ArrowRight'
          ? Math.min(grid.columns - 1, from.column + 1) * grid.rowsPerSecond + from.row
          : key === 'ArrowLeft'
            ? Math.max(0, from.column - 1) * grid.rowsPerSecond + from.row
            : key === 'Home'
              ? 0
              : key === 'End'
                ? last
                : null
  if (to === null) return null
  const inside = Math.min(last, Math.max(0, to))
  return { column: Math.floor(inside / grid.rowsPerSecond), row: inside % grid.rowsPerSecond }
}

export type PlotRect = { left: number; top: number; width: number; height: number }

/** The outline of a stretch of time: up its first column, whole columns, up into its last. '' where none of it is in the map. */
export function spanPath(grid: HeatGrid, { fromMs, toMs }: TimeSpan, plot: PlotRect): string {
  const totalMs = grid.seconds * 1_000
  const [from, to] = [Math.max(0, fromMs), Math.min(totalMs, toMs)]
  if (!(from < to)) return ''
  const columnMs = grid.secondsPerColumn * 1_000
  const isWhole = grid.secondsPerColumn > 1
  const first = Math.floor(from / columnMs)
  const last = Math.ceil(to / columnMs) - 1
  const bottom = plot.top + plot.height
  const x = (column: number) => px(plot.left + (column / grid.columns) * plot.width)
  const yStart = isWhole ? bottom : bottom - ((from - first * columnMs) / columnMs) * plot.height
  const yEnd = isWhole ? plot.top : bottom - ((to - last * columnMs) / columnMs) * plot.height
  if (first === last) return `M${x(first)} ${px(yStart)}V${px(yEnd)}H${x(first + 1)}V${px(yStart)}Z`
  return `M${x(first)} ${px(yStart)}V${px(plot.top)}H${x(last)}V${px(yEnd)}H${x(last + 1)}V${px(bottom)}H${x(first + 1)}V${px(yStart)}Z`
}

const px = (value: number): string => value.toFixed(1)
