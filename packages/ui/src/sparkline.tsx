import { steppedPath } from './time-chart.tsx'
import type { TimeSpan } from './use-time-brush.ts'

export type SparklineProps = {
  /** What it shows, in words. */
  label: string
  values: readonly (number | null)[]
  stepMs: number
  domainMs: number
  /** The top of the axis; the largest value where it is left out. Lines that shall be compared share it. */
  max?: number | undefined
  window?: TimeSpan | null | undefined
  width?: number
  height?: number
  color?: string
}

/** A line small enough for a row of a table. The axis begins at 0. */
export function Sparkline({
  label,
  values,
  stepMs,
  domainMs,
  max,
  window,
  width = 120,
  height = 20,
  color = 'var(--accent)',
}: SparklineProps) {
  const most = max ?? values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0)
  const bins = Math.ceil(domainMs / stepMs)
  const x = (bin: number) => Math.min(1, (bin * stepMs) / domainMs) * width
  const y = (value: number) => height - 1.5 - (most > 0 ? Math.min(1, value / most) : 0) * (height - 3)
  return (
    <svg role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="block">
      {window ? (
        <rect
          x={(window.fromMs / domainMs) * width}
          width={((window.toMs - window.fromMs) / domainMs) * width}
          y={0}
          height={height}
          className="fill-accent-soft"
        />
      ) : null}
      <rect x={0} y={height - 1} width={width} height={1} className="fill-line" />
      <path d={steppedPath(values, bins, x, y)} fill="none" stroke={color} strokeWidth={1.25} />
    </svg>
  )
}
