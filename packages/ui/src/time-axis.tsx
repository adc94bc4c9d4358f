import { formatMoment, timeTicks } from './axis-ticks.ts'
import type { TimeSpan } from './use-time-brush.ts'

/** Room around the plot of a chart over time, px: the left for values, the bottom for times. The same in every chart, so that their times line up. */
export const PLOT_MARGIN = { left: 56, right: 10, top: 8, bottom: 20 } as const

export type PlotBox = { left: number; top: number; width: number; height: number }

export function plotBoxOf(size: { width: number; height: number }): PlotBox {
  const { left, right, top, bottom } = PLOT_MARGIN
  return { left, top, width: Math.max(0, size.width - left - right), height: Math.max(0, size.height - top - bottom) }
}

/** Attributes of a picture that was laid out for this size: on paper, where its room is another, it is stretched to it. */
export const stretchedTo = ({ width, height }: { width: number; height: number }) =>
  ({ width: '100%', height: '100%', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' }) as const

/** Labels of times below the plot. */
export function TimeAxis({ plot, domainMs }: { plot: PlotBox; domainMs: number }) {
  const ticks = timeTicks(domainMs, Math.min(10, Math.max(2, Math.floor(plot.width / 72))))
  const y = plot.top + plot.height
  return (
    <g aria-hidden className="fill-ink-3 text-xs">
      <line x1={plot.left} x2={plot.left + plot.width} y1={y + 0.5} y2={y + 0.5} className="stroke-line-strong" />
      {ticks.map((ms) => {
        const x = plot.left + (ms / domainMs) * plot.width
        return (
          <g key={ms}>
            <line x1={x} x2={x} y1={y} y2={y + 4} className="stroke-line-strong" />
            <text x={x} y={y + 15} textAnchor={ms === 0 ? 'start' : x > plot.left + plot.width - 20 ? 'end' : 'middle'}>
              {formatMoment(ms, domainMs)}
            </text>
          </g>
        )
      })}
    </g>
  )
}

/** What is not selected is dimmed; a line where the cursor is. */
export function TimeMarks({
  plot,
  domainMs,
  window,
  cursorMs,
}: {
  plot: PlotBox
  domainMs: number
  window: TimeSpan | null
  cursorMs: number | null
}) {
  const x = (ms: number) => plot.left + (Math.min(domainMs, Math.max(0, ms)) / domainMs) * plot.width
  return (
    <g aria-hidden>
      {window ? (
        <>
          <rect x={plot.left} y={plot.top} width={x(window.fromMs) - plot.left} height={plot.height} className="fill-surface/70" />
          <rect
            x={x(window.toMs)}
            y={plot.top}
            width={Math.max(0, plot.left + plot.width - x(window.toMs))}
            height={plot.height}
            className="fill-surface/70"
          />
          <rect
            x={x(window.fromMs)}
            y={plot.top}
            width={Math.max(1, x(window.toMs) - x(window.fromMs))}
            height={plot.height}
            className="fill-accent/10 stroke-accent"
          />
        </>
      ) : null}
      {cursorMs === null ? null : (
        <line x1={x(cursorMs)} x2={x(cursorMs)} y1={plot.top} y2={plot.top + plot.height} className="stroke-ink-2" strokeDasharray="2 2" />
      )}
    </g>
  )
}
