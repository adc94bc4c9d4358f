'use client'
import type { ReactNode } from 'react'
import { ChartTip } from './chart-tip.tsx'
import { PictureBox } from './picture-box.tsx'
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
  const found = cursorMs === null ? null : at(cursorMs)
  const isDrawn = plot.width > 0 && plot.height > 0 && domainMs > 0
  return (
    <PictureBox
      boxRef={box}
      label={label}
      roleDescription="chart over time"
      help={`Left and right arrow keys move through time${onWindow ? '; with Shift they select a stretch of it, Escape shows all again' : ''}. The numbers stand in the table.`}
      words={found?.words ?? ''}
      tip={
        found && cursorMs !== null && !isDragging
          ? (rect) => (
              <ChartTip x={rect.left + plot.left + (cursorMs / domainMs) * plot.width} y={rect.top + plot.top}>
                {found.tip}
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
        <svg aria-hidden {...stretchedTo(size)} className="absolute inset-0 block">
          {draw(plot)}
          <TimeMarks plot={plot} domainMs={domainMs} window={shown} cursorMs={isDragging ? null : cursorMs} />
          <TimeAxis plot={plot} domainMs={domainMs} />
        </svg>
      ) : null}
    </PictureBox>
  )
}
