'use client'
import { quantileOfLog2Histogram } from '@sonde/stats'
import { formatMoments } from './axis-ticks.ts'
import { ChartFrame } from './chart-frame.tsx'
import { formatBucket, formatCount, formatExact, formatNs } from './format.ts'
import type { BucketRange } from './latency-histogram.tsx'
import type { PlotBox } from './time-axis.tsx'
import type { SelectTime, TimeSpan } from './use-time-brush.ts'

/** How many values fell into a bin of time and a log2 bucket of ns. */
export type HeatCell = readonly [bin: number, bucket: number, count: number]

export type HeatMapProps = {
  label: string
  cells: readonly HeatCell[]
  /** Buckets that the axis shows. */
  range: BucketRange
  stepMs: number
  domainMs: number
  /** What is counted: `spans`, `calls`. */
  noun: string
  window: TimeSpan | null
  onWindow?: SelectTime | undefined
  className?: string | undefined
  testId?: string | undefined
}

/** Shades that the eye tells apart; one path each, so that thousands of cells cost a dozen elements. */
const SHADES = 10

/** Latency over time: log2 buckets upwards, darker for more, on a log scale; the median and the 99th percentile of each moment as lines. */
export function HeatMap(props: HeatMapProps) {
  const { label, cells, stepMs, domainMs, range, noun, window, onWindow, className, testId } = props
  const byBin = columnsOf(cells)
  return (
    <ChartFrame
      label={label}
      domainMs={domainMs}
      stepMs={stepMs}
      window={window}
      onWindow={onWindow}
      className={className}
      testId={testId}
      draw={(plot) => <Picture cells={cells} byBin={byBin} range={range} stepMs={stepMs} domainMs={domainMs} plot={plot} />}
      at={(ms) => {
        const bin = Math.floor(ms / stepMs)
        const column = byBin.get(bin) ?? []
        const total = column.reduce((sum, [, count]) => sum + count, 0)
        const time = formatMoments(bin * stepMs, (bin + 1) * stepMs, domainMs)
        const [p50, p99] = [0.5, 0.99].map((q) => quantileOfLog2Histogram(roundedOf(column), q)?.value ?? null)
        const words =
          total < 0.5
            ? 'nothing'
            : `${formatCount(Math.round(total))} ${noun}, p50 ≈ ${formatNs(p50 ?? null)}, p99 ≈ ${formatNs(p99 ?? null)}`
        return { words: `${time}: ${words}`, tip: <TipColumn time={time} words={words} column={column} /> }
      }}
    />
  )
}

function TipColumn({ time, words, column }: { time: string; words: string; column: readonly (readonly [number, number])[] }) {
  const most = [...column].sort((a, b) => b[0] - a[0]).filter(([, count]) => count >= 0.5)
  return (
    <>
      <p className="text-ink-3">{time}</p>
      <p className="font-medium">{words}</p>
      <ul className="mt-1">
        {most.slice(0, 14).map(([bucket, count]) => (
          <li key={bucket} className="flex justify-between gap-4">
            <span className="text-ink-2">{formatBucket(bucket)}</span>
            <span>{formatExact(Math.round(count))}</span>
          </li>
        ))}
      </ul>
      {most.length > 14 ? <p className="text-ink-3">and {most.length - 14} shorter ones</p> : null}
    </>
  )
}

type Columns = ReadonlyMap<number, readonly (readonly [bucket: number, count: number])[]>

function columnsOf(cells: readonly HeatCell[]): Columns {
  const byBin = new Map<number, [number, number][]>()
  for (const [bin, bucket, count] of cells) {
    const column = byBin.get(bin)
    if (column) column.push([bucket, count])
    else byBin.set(bin, [[bucket, count]])
  }
  return byBin
}

/** Slices that lie across two bins leave fractions; a quantile is asked of whole values. */
const roundedOf = (column: readonly (readonly [number, number])[]): [number, number][] =>
  column.map(([bucket, count]): [number, number] => [bucket, Math.max(1, Math.round(count))])

type PictureProps = { cells: readonly HeatCell[]; byBin: Columns; range: BucketRange; stepMs: number; domainMs: number; plot: PlotBox }

function Picture({ cells, byBin, range, stepMs, domainMs, plot }: PictureProps) {
  const rows = range.last - range.first + 1
  const high = plot.height / rows
  const wide = (stepMs / domainMs) * plot.width
  const most = cells.reduce((max, [, , count]) => Math.max(max, count), 0)
  const shades = Array.from({ length: SHADES }, () => '')
  for (const [bin, bucket, count] of cells) {
    if (bucket < range.first || bucket > range.last) continue
    const shade = shadeOf(count, most)
    const x = plot.left + bin * wide
    const y = plot.top + (range.last - bucket) * high
    const right = Math.min(plot.left + plot.width, x + wide)
    if (right > x) shades[shade] += `M${px(x)} ${px(y)}H${px(right)}V${px(y + high)}H${px(x)}Z`
  }
  const yOf = (ns: number) => plot.top + plot.height * (1 - (Math.log2(Math.max(1, ns)) - range.first) / rows)
  const labelled = labelledBuckets(range, Math.max(2, Math.floor(plot.height / 22)))
  return (
    <>
      {shades.map((path, shade) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a shade is its place
        <path key={shade} d={path} className="fill-accent" opacity={0.1 + (0.9 * (shade + 1)) / SHADES} shapeRendering="crispEdges" />
      ))}
      <g aria-hidden className="fill-ink-3 text-xs">
        {labelled.map((bucket) => {
          const y = plot.top + (range.last + 1 - bucket) * high
          return (
            <g key={bucket}>
              <line x1={plot.left} x2={plot.left + plot.width} y1={y} y2={y} className="stroke-line" />
              <text x={plot.left - 6} y={Math.min(y + 4, plot.top + plot.height)} textAnchor="end">
                {formatNs(bucket === 0 ? 0 : 2 ** bucket)}
              </text>
            </g>
          )
        })}
      </g>
      {([0.5, 0.99] as const).map((q) => {
        const path = quantilePath(byBin, q, plot, wide, yOf)
        return (
          <g key={q} fill="none">
            {/* A rim, since the line lies on every shade. */}
            <path d={path} className="stroke-surface" strokeWidth={4} opacity={0.75} />
            <path
              d={path}
              className={q === 0.5 ? 'stroke-ink' : 'stroke-warn'}
              strokeWidth={1.75}
              strokeDasharray={q === 0.5 ? undefined : '4 2'}
            />
          </g>
        )
      })}
    </>
  )
}

/** Which of the shades a cell has: on a log scale, so that one slow value among thousands is still seen. */
export function shadeOf(count: number, most: number): number {
  if (!(count > 0) || !(most > 0)) return 0
  return Math.min(SHADES - 1, Math.floor((Math.log1p(count) / Math.log1p(most)) * SHADES))
}

/** At most `count` buckets, the same distance apart. */
export function labelledBuckets(range: BucketRange, count: number): number[] {
  const rows = range.last - range.first + 1
  const every = [1, 2, 3, 5, 10].find((step) => rows / step <= count) ?? 10
  const labels: number[] = []
  for (let bucket = range.first; bucket <= range.last + 1; bucket += every) labels.push(bucket)
  return labels
}

function quantilePath(byBin: Columns, q: number, plot: PlotBox, wide: number, yOf: (ns: number) => number): string {
  let path = ''
  for (const [bin, column] of byBin) {
    const estimate = quantileOfLog2Histogram(roundedOf(column), q)
    const x = plot.left + bin * wide
    if (estimate && x < plot.left + plot.width)
      path += `M${px(x)} ${px(yOf(estimate.value))}H${px(Math.min(plot.left + plot.width, x + wide))}`
  }
  return path
}

const px = (value: number): string => value.toFixed(1)
