'use client'
import { formatBucket, formatCount, formatExact, formatShare } from './format.ts'
import { type BucketRange, barHeight, type LatencyBuckets, type LatencyNoun } from './latency-histogram.tsx'
import { PLOT_MARGIN } from './time-axis.tsx'
import { useElementSize } from './use-element-size.ts'

export type LatencyBarsProps = {
  label: string
  buckets: LatencyBuckets
  range: BucketRange
  noun: LatencyNoun
  className?: string | undefined
}

/**
 * The histogram that belongs to a heat map: a bar for each bucket, at the height that the heat map beside it has the bucket; on a log
 * scale, with the number where there is room. Fills its parent, which needs a height.
 */
export function LatencyBars({ label, buckets, range, noun, className }: LatencyBarsProps) {
  const [box, { width, height }] = useElementSize<HTMLDivElement>()
  const rows = range.last - range.first + 1
  const high = Math.max(0, height - PLOT_MARGIN.top - PLOT_MARGIN.bottom) / rows
  const most = buckets.reduce((max, [, count]) => Math.max(max, count), 0)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  const room = Math.max(0, width - 46)
  return (
    <div ref={box} className={className}>
      {width > 0 && high > 0 ? (
        <svg role="img" aria-label={label} width={width} height={height} className="block">
          {buckets.map(([bucket, count]) => {
            if (count <= 0 || bucket < range.first || bucket > range.last) return null
            const y = PLOT_MARGIN.top + (range.last - bucket) * high
            const wide = barHeight(count, most) * room
            return (
              <g key={bucket}>
                <title>{`${formatBucket(bucket)}: ${formatExact(count)} ${count === 1 ? noun.one : noun.many} (${formatShare(count / total)})`}</title>
                <rect x={0} y={y} width={width} height={high} fill="transparent" />
                <rect x={0} y={y + 0.5} width={wide} height={Math.max(1, high - 1)} className="fill-accent" />
                {high >= 11 ? (
                  <text x={wide + 4} y={y + high / 2 + 4} className="fill-ink-2 text-xs">
                    {formatCount(count)}
                  </text>
                ) : null}
              </g>
            )
          })}
        </svg>
      ) : null}
    </div>
  )
}
