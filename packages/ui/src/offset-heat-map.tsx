'use client'
import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react'
import { ChartTip } from './chart-tip.tsx'
import { heatColor, heatOf } from './heat-scale.ts'
import { drawnCells, gridSpanMs, type HeatGrid, type HeatGridCell, heatGrid, spanOfCells, spanPath } from './offset-heat-grid.ts'
import { PictureBox } from './picture-box.tsx'
import { type PlotBox, plotBoxOf, stretchedTo, TimeAxis } from './time-axis.tsx'
import { useCellBrush } from './use-cell-brush.ts'
import { useElementSize } from './use-element-size.ts'
import { useHeatStops } from './use-heat-stops.ts'
import type { SelectTime, TimeSpan } from './use-time-brush.ts'

export type OffsetHeatMapProps = {
  /** What the picture shows, for who cannot see it; the numbers stand in a table elsewhere. */
  label: string
  /** A value for each cell in order of time: cell = second × rowsPerSecond + row. */
  values: Float64Array
  seconds: number
  /** Where what is known ends; what comes after is left blank. */
  endMs: number
  rowsPerSecond: number
  /** The value of the last colour; the same for maps that are to be compared. */
  most: number
  /**
   * What is in a stretch of time, in words. `shared`: null for a cell, which it then is; else a column stands for several seconds, the
   * stretch is all of it, and this the cell within: its offset in the second and the largest of its values.
   */
  describe: (span: TimeSpan, shared: { offsetMs: number; value: number } | null) => string
  window: TimeSpan | null
  onWindow?: SelectTime | undefined
  className?: string | undefined
  testId?: string | undefined
}

/**
 * A sub-second offset heat map: each second is a column, from its beginning at the bottom to its end at the top. What happens every
 * second stands in a row, what happens once in a cell, what stalls leaves a gap. Fills its parent, which needs a height.
 */
export function OffsetHeatMap(props: OffsetHeatMapProps) {
  const { label, values, seconds, endMs, rowsPerSecond, most, describe, window, onWindow, className, testId } = props
  const [box, size] = useElementSize<HTMLDivElement>()
  const plot = plotBoxOf(size)
  const grid = heatGrid(seconds, rowsPerSecond, plot.width)
  const drawn = useMemo(
    () => drawnCells(values, heatGrid(seconds, rowsPerSecond, plot.width)),
    [values, seconds, rowsPerSecond, plot.width],
  )
  const { cursor, begun, shown, isDragging, handlers } = useCellBrush({ grid, plot, window, onWindow })
  const isShared = grid.secondsPerColumn > 1
  const words = cursor ? describe(spanOfCells(grid, cursor, cursor), isShared ? sharedCell(drawn, rowsPerSecond, cursor) : null) : ''
  const isDrawn = plot.width > 0 && plot.height > 0
  return (
    <PictureBox
      boxRef={box}
      label={label}
      roleDescription="heat map over time"
      help={`Up and down arrow keys move through time, left and right ones by whole columns${onWindow ? '; with Shift they select, Enter begins and ends a selection, Escape shows all again' : ''}. The numbers stand in the table.`}
      words={words}
      tip={
        cursor && !isDragging
          ? (rect) => (
              <ChartTip
                x={rect.left + plot.left + ((cursor.column + 0.5) / grid.columns) * plot.width}
                y={Math.max(4, rect.top + plot.top + (1 - (cursor.row + 1) / rowsPerSecond) * plot.height - 32)}
              >
                {words}
                {begun ? <span className="block text-ink-3">Click where the selection ends</span> : null}
              </ChartTip>
            )
          : null
      }
      isSelectable={onWindow !== undefined}
      handlers={handlers}
      className={className}
      testId={testId}
    >
      {isDrawn ? (
        <>
          <Cells drawn={drawn} grid={grid} most={most} plot={plot} size={size} />
          <svg aria-hidden {...stretchedTo(size)} className="absolute inset-0 block">
            <path d={spanPath(grid, { fromMs: endMs, toMs: Number.POSITIVE_INFINITY }, plot)} className="fill-surface" />
            <OffsetAxis plot={plot} />
            <SpanMark path={shown ? spanPath(grid, shown, plot) : null} plot={plot} />
            {begun ? <CellMark cell={begun} grid={grid} plot={plot} /> : null}
            {cursor && !isDragging ? <CellMark cell={cursor} grid={grid} plot={plot} /> : null}
            <TimeAxis plot={plot} domainMs={gridSpanMs(grid)} />
          </svg>
        </>
      ) : null}
      {isDrawn && isShared ? (
        <p className="pointer-events-none absolute top-2 right-2.5 bg-surface/85 px-1 text-ink-2 text-xs">
          a column is {grid.secondsPerColumn} s, its fullest shown
        </p>
      ) : null}
    </PictureBox>
  )
}

const sharedCell = (drawn: Float64Array, rowsPerSecond: number, { column, row }: HeatGridCell) => ({
  offsetMs: (row * 1_000) / rowsPerSecond,
  value: drawn[column * rowsPerSecond + row] ?? 0,
})

/** One pixel a cell, stretched: redrawn for new values only, sharp at every size and in print. */
function Cells({
  drawn,
  grid,
  most,
  plot,
  size,
}: {
  drawn: Float64Array
  grid: HeatGrid
  most: number
  plot: PlotBox
  size: { width: number; height: number }
}) {
  const part = (px: number, of: number) => `${(100 * px) / of}%`
  const canvas = useRef<HTMLCanvasElement>(null)
  const { key, stops } = useHeatStops()
  const { columns, rowsPerSecond } = grid
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the stops
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const colors = stops()
    const image = context.createImageData(columns, rowsPerSecond)
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rowsPerSecond; row++) {
        const value = drawn[column * rowsPerSecond + row] ?? 0
        if (!(value > 0)) continue
        const [red, green, blue] = heatColor(colors, heatOf(value, most))
        image.data.set([red, green, blue, 255], ((rowsPerSecond - 1 - row) * columns + column) * 4)
      }
    }
    context.putImageData(image, 0, 0)
  }, [drawn, columns, rowsPerSecond, most, key])
  return (
    <canvas
      ref={canvas}
      aria-hidden
      width={columns}
      height={rowsPerSecond}
      className="pointer-events-none absolute bg-inset [image-rendering:pixelated]"
      style={{
        left: part(plot.left, size.width),
        top: part(plot.top, size.height),
        width: part(plot.width, size.width),
        height: part(plot.height, size.height),
      }}
    />
  )
}

/** Offsets within the second. */
function OffsetAxis({ plot }: { plot: PlotBox }): ReactNode {
  const steps = plot.height >= 180 ? 5 : 2
  return (
    <g aria-hidden className="fill-ink-3 text-xs">
      {Array.from({ length: steps + 1 }, (_, i) => {
        const y = plot.top + plot.height * (1 - i / steps)
        return (
          <g key={y}>
            <line x1={plot.left - 4} x2={plot.left} y1={y} y2={y} className="stroke-line-strong" />
            <text x={plot.left - 6} y={Math.min(plot.top + plot.height, Math.max(plot.top + 8, y + 4))} textAnchor="end">
              {i === 0 ? '0' : i === steps ? '1 s' : `${Math.round((i / steps) * 1_000)} ms`}
            </text>
          </g>
        )
      })}
    </g>
  )
}

/** What is not selected is dimmed. */
function SpanMark({ path, plot }: { path: string | null; plot: PlotBox }) {
  if (path === null) return null
  const all = `M${plot.left} ${plot.top}h${plot.width}v${plot.height}h${-plot.width}Z`
  return (
    <>
      <path d={`${all}${path}`} fillRule="evenodd" className="fill-surface/70" />
      <path d={path} fill="none" className="stroke-accent" strokeWidth={1.5} />
    </>
  )
}

function CellMark({ cell, grid, plot }: { cell: HeatGridCell; grid: HeatGrid; plot: PlotBox }) {
  const wide = plot.width / grid.columns
  const high = plot.height / grid.rowsPerSecond
  const x = plot.left + cell.column * wide
  const y = plot.top + plot.height - (cell.row + 1) * high
  return (
    <g fill="none">
      <rect x={x - 1.5} y={y - 1.5} width={wide + 3} height={high + 3} className="stroke-surface" strokeWidth={1.5} />
      <rect x={x - 0.5} y={y - 0.5} width={wide + 1} height={high + 1} className="stroke-ink" strokeWidth={1} />
    </g>
  )
}
