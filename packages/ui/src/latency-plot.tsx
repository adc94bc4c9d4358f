'use client'
import { formatBucket, formatExact, formatNs, formatShare } from './format.ts'
import { type BucketRange, barHeight, type LatencyBuckets } from './latency-histogram.tsx'
import { useElementSize } from './use-element-size.ts'

export type LatencyPlotProps = {
  buckets: LatencyBuckets
  /** The axis: the same for all that shall be compared. */
  range: BucketRange
  /** Values to mark, ns; null ones are left out. */
  marks: readonly { label: string; ns: number | null }[]
  height?: number
}

const AXIS_PX = 14
/** Above the bars, for the names of the marks. */
const MARKS_PX = 12
/** Decades of time that an axis names. */
const DECADES = Array.from({ length: 13 }, (_, i) => 10 ** i)

/**
 * A latency histogram large enough to be compared with its neighbours: log2 buckets across on a time axis, calls up on a log scale,
 * percentiles as lines. What it shows stands beside it in words.
 */
export function LatencyPlot({ buckets, range, marks, height = 80 }: LatencyPlotProps) {
  const [box, { width }] = useElementSize<HTMLDivElement>()
  const columns = range.last - range.first + 1
  const step = width / columns
  const tall = height - AXIS_PX
  const most = buckets.reduce((max, [, calls]) => Math.max(max, calls), 0)
  const total = buckets.reduce((sum, [, calls]) => sum + calls, 0)
  const x = (ns: number) => Math.min(width, Math.max(0, (Math.log2(Math.max(1, ns)) - range.first) * step))
  const ticks = DECADES.filter((ns) => ns >= 2 ** range.first && ns <= 2 ** (range.last + 1))
  const every = Math.max(1, Math.ceil((ticks.length * 44) / Math.max(1, width)))
  return (
    <div ref={box} className="min-w-0" style={{ height }}>
      {width > 0 ? (
        <svg aria-hidden width={width} height={height} className="block overflow-visible">
          <rect x={0} y={tall - 1} width={width} height={1} className="fill-line" />
          {buckets.map(([bucket, calls]) => {
            if (calls <= 0 || bucket < range.first || bucket > range.last) return null
            const high = Math.max(1, barHeight(calls, most) * (tall - 2 - MARKS_PX))
            return (
              <g key={bucket}>
                <title>{`${formatBucket(bucket)}: ${formatExact(calls)} ${calls === 1 ? 'call' : 'calls'} (${formatShare(calls / total)})`}</title>
                <rect x={(bucket - range.first) * step} y={0} width={step} height={tall} fill="transparent" />
                <rect
                  x={(bucket - range.first) * step + 0.5}
                  y={tall - high}
                  width={Math.max(1, step - 1)}
                  height={high}
                  className="fill-accent"
                />
              </g>
            )
          })}
          {marks.map(({ label, ns }, i) => {
            if (ns === null) return null
            // The first to the left of its line, the others to the right: they may stand close together.
            const isLeft = i === 0 ? x(ns) > 26 : x(ns) > width - 26
            return (
              <g key={label} pointerEvents="none">
                <line x1={x(ns)} x2={x(ns)} y1={2} y2={tall} className="stroke-ink" strokeDasharray={i === 0 ? '2 2' : undefined} />
                <text x={x(ns) + (isLeft ? -3 : 3)} y={9} textAnchor={isLeft ? 'end' : 'start'} className="fill-ink-2 text-xs">
                  {label}
                </text>
              </g>
            )
          })}
          {ticks
            .filter((_, i) => i % every === 0)
            .map((ns) => (
              <g key={ns}>
                <line x1={x(ns)} x2={x(ns)} y1={tall - 1} y2={tall + 2} className="stroke-ink-3" />
                <text
                  x={x(ns)}
                  y={height - 1}
                  textAnchor={x(ns) < 14 ? 'start' : x(ns) > width - 14 ? 'end' : 'middle'}
                  className="fill-ink-3 text-xs"
                >
                  {formatNs(ns).replace(/\.0+(?=\D)/, '')}
                </text>
              </g>
            ))}
        </svg>
      ) : null}
    </div>
  )
}
