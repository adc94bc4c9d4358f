'use client'
import { formatMoments, valueTicks } from './axis-ticks.ts'
import { ChartFrame } from './chart-frame.tsx'
import { HostText } from './host-text.tsx'
import type { PlotBox } from './time-axis.tsx'
import type { SelectTime, TimeSpan } from './use-time-brush.ts'

/** One line: a value for each bin of time from 0 on, null where nothing is known. */
export type TimeSeries = { id: string; name: string; color: string; values: readonly (number | null)[] }

export type TimeChartProps = {
  label: string
  series: readonly TimeSeries[]
  /** Width of a bin. */
  stepMs: number
  /** What the axis covers. */
  domainMs: number
  /** One upon the other; they must then all count the same. */
  stacked?: boolean
  format: (value: number) => string
  /** The same for the axis, where there is little room. */
  formatTick?: ((value: number) => string) | undefined
  /** Id of the series that stands out; the others fade. */
  highlighted?: string | null
  window: TimeSpan | null
  onWindow?: SelectTime | undefined
  className?: string | undefined
  testId?: string | undefined
}

/** Rows that a tip lists. */
const TIP_ROWS = 10

/** Series over time. Each bin is drawn as the plateau it is: nothing is known about what lies between. */
export function TimeChart(props: TimeChartProps) {
  const { label, series, stepMs, domainMs, stacked = false, format, window, onWindow, className, testId } = props
  const bins = Math.ceil(domainMs / stepMs)
  const most = mostOf(series, bins, stacked)
  return (
    <ChartFrame
      label={label}
      domainMs={domainMs}
      stepMs={stepMs}
      window={window}
      onWindow={onWindow}
      className={className}
      testId={testId}
      draw={(plot) => <Picture {...props} plot={plot} ticks={valueTicks(most, Math.max(2, Math.floor(plot.height / 36)))} />}
      at={(ms) => {
        const bin = Math.min(bins - 1, Math.floor(ms / stepMs))
        const rows = series
          .map((one) => ({ ...one, value: one.values[bin] ?? null }))
          .filter((one) => one.value !== null && one.value !== 0)
          .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
        const time = formatMoments(bin * stepMs, (bin + 1) * stepMs, domainMs)
        return {
          words: `${time}: ${
            rows.length === 0
              ? 'nothing'
              : rows
                  .slice(0, 3)
                  .map((row) => `${row.name} ${format(row.value ?? 0)}`)
                  .join(', ')
          }`,
          tip: <TipRows time={time} rows={rows} format={format} />,
        }
      }}
    />
  )
}

function TipRows({
  time,
  rows,
  format,
}: {
  time: string
  rows: readonly { id: string; name: string; color: string; value: number | null }[]
  format: (value: number) => string
}) {
  return (
    <>
      <p className="text-ink-3">{time}</p>
      {rows.length === 0 ? <p>nothing</p> : null}
      <ul>
        {rows.slice(0, TIP_ROWS).map((row) => (
          <li key={row.id} className="flex items-center gap-2">
            <span aria-hidden className="size-2 shrink-0 rounded-[2px]" style={{ background: row.color }} />
            <HostText text={row.name} className="min-w-0 flex-1" title="" />
            <span className="whitespace-nowrap font-medium">{format(row.value ?? 0)}</span>
          </li>
        ))}
      </ul>
      {rows.length > TIP_ROWS ? <p className="text-ink-3">and {rows.length - TIP_ROWS} more</p> : null}
    </>
  )
}

function mostOf(series: readonly TimeSeries[], bins: number, stacked: boolean): number {
  let most = 0
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0
    for (const one of series) {
      const value = one.values[bin] ?? 0
      sum = stacked ? sum + value : Math.max(sum, value)
    }
    most = Math.max(most, sum)
  }
  return most
}

type PictureProps = TimeChartProps & { plot: PlotBox; ticks: readonly number[] }

function Picture({
  series,
  stepMs,
  domainMs,
  stacked = false,
  format,
  formatTick = format,
  highlighted = null,
  plot,
  ticks,
}: PictureProps) {
  const top = ticks.at(-1) ?? 1
  const y = (value: number) => plot.top + plot.height * (1 - value / top)
  const x = (bin: number) => plot.left + Math.min(1, (bin * stepMs) / domainMs) * plot.width
  const bins = Math.ceil(domainMs / stepMs)
  const below = new Float64Array(bins)
  return (
    <>
      <g aria-hidden className="fill-ink-3 text-xs">
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={plot.left} x2={plot.left + plot.width} y1={y(tick)} y2={y(tick)} className="stroke-line" />
            <text x={plot.left - 6} y={y(tick) + 4} textAnchor="end">
              {formatTick(tick)}
            </text>
          </g>
        ))}
      </g>
      {series.map((one) => {
        const isFaded = highlighted !== null && highlighted !== one.id
        if (stacked) {
          const path = stackedPath(one.values, below, bins, x, y)
          return <path key={one.id} d={path} fill={one.color} opacity={isFaded ? 0.25 : 0.9} />
        }
        return (
          <path
            key={one.id}
            d={steppedPath(one.values, bins, x, y)}
            fill="none"
            stroke={one.color}
            strokeWidth={highlighted === one.id ? 2.5 : 1.5}
            opacity={isFaded ? 0.25 : 1}
          />
        )
      })}
    </>
  )
}

/** A plateau for each bin; a gap where nothing is known. */
export function steppedPath(
  values: readonly (number | null)[],
  bins: number,
  x: (bin: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  let isOpen = false
  for (let bin = 0; bin < Math.min(bins, values.length); bin++) {
    const value = values[bin]
    if (value === null || value === undefined) {
      isOpen = false
      continue
    }
    path += `${isOpen ? 'V' : `M${px(x(bin))} `}${px(y(value))}H${px(x(bin + 1))}`
    isOpen = true
  }
  return path
}

/** The area from what is stacked so far to that plus the values; adds the values to `below`. */
function stackedPath(
  values: readonly (number | null)[],
  below: Float64Array,
  bins: number,
  x: (bin: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  for (let bin = 0; bin < Math.min(bins, values.length); bin++) {
    const value = values[bin] ?? 0
    const from = below[bin] ?? 0
    if (value > 0) path += `M${px(x(bin))} ${px(y(from))}V${px(y(from + value))}H${px(x(bin + 1))}V${px(y(from))}Z`
    below[bin] = from + value
  }
  return path
}

const px = (value: number): string => value.toFixed(1)
