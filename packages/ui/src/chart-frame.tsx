'use client'
import { type ReactNode, useId, useRef } from 'react'
import { ChartTip } from './chart-tip.tsx'
import { cx } from './class-names.ts'
import { type PlotBox, plotBoxOf, stretchedTo, TimeAxis, TimeMarks } from './time-axis.tsx'
import { useElementSize } from './use-element-size.ts'
import { type SelectTime, type TimeSpan, useTimeBrush } from './use-time-brush.ts'

export type ChartFrameProps = {
  /** What the picture shows, for who cannot see it; the numbers stand in a table elsewhere. */
  label: string
  domainMs: number
  stepMs: number
  window: TimeSpan | null
  onWindow?: SelectTime | undefined
  /** The picture itself, in SVG. */
  draw: (plot: PlotBox) => ReactNode
  /** What is at the moment under the cursor, shown beside it; and in words, for a live region. */
  at: (ms: number) => { tip: ReactNode; words: string } | null
  className?: string | undefined
  testId?: string | undefined
}

/** A picture over time: measures its room, draws the axis, points at and selects time. Fills its parent, which needs a height. */
export function ChartFrame({ label, domainMs, stepMs, window, onWindow, draw, at, className, testId }: ChartFrameProps) {
  const [box, size] = useElementSize<HTMLDivElement>()
  const plot = plotBoxOf(size)
  const { cursorMs, shown, isDragging, handlers } = useTimeBrush({ domainMs, stepMs, plot, window, onWindow })
  const isHere = useRef(false)
  const helpId = useId()
  const found = cursorMs === null ? null : at(cursorMs)
  const rect = box.current?.getBoundingClientRect()
  const isDrawn = plot.width > 0 && plot.height > 0 && domainMs > 0
  return (
    <div
      ref={box}
      role="application"
      aria-roledescription="chart over time"
      aria-label={label}
      aria-describedby={helpId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is one tab stop, its keys move the moment
      tabIndex={0}
      data-testid={testId}
      className={cx(
        'relative min-h-0 min-w-0 touch-pan-y select-none overflow-hidden focus-visible:-outline-offset-2',
        onWindow && 'cursor-crosshair',
        className,
      )}
      {...handlers}
      onPointerEnter={() => {
        isHere.current = true
      }}
      onPointerLeave={() => {
        isHere.current = false
        handlers.onPointerLeave()
      }}
      onFocus={() => {
        isHere.current = true
      }}
      onBlur={() => {
        isHere.current = false
        handlers.onBlur()
      }}
    >
      {isDrawn ? (
        <svg aria-hidden {...stretchedTo(size)} className="absolute inset-0 block">
          {draw(plot)}
          <TimeMarks plot={plot} domainMs={domainMs} window={shown} cursorMs={isDragging ? null : cursorMs} />
          <TimeAxis plot={plot} domainMs={domainMs} />
        </svg>
      ) : null}
      <p id={helpId} className="sr-only">
        Left and right arrow keys move through time{onWindow ? '; with Shift they select a stretch of it, Escape shows all again' : ''}. The
        numbers stand in the table.
      </p>
      <p role="status" aria-live="polite" className="sr-only">
        {isHere.current && found ? found.words : ''}
      </p>
      {found && isHere.current && rect && cursorMs !== null && !isDragging ? (
        <ChartTip x={rect.left + plot.left + (cursorMs / domainMs) * plot.width} y={rect.top + plot.top}>
          {found.tip}
        </ChartTip>
      ) : null}
    </div>
  )
}
