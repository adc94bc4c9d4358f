'use client'
import { type PointerEvent, useState } from 'react'
import { createPortal } from 'react-dom'
import { bucketBoundsNs, formatBucket, formatExact, formatNs, formatShare } from './format.ts'

/** Sparse [bucket, calls] pairs, as in syscallRowSchema. */
export type LatencyBuckets = ReadonlyArray<readonly [bucket: number, calls: number]>
/** First and last bucket that the axis shows, so that the rows of a table share one axis and can be compared. */
export type BucketRange = { first: number; last: number }

/** The smallest axis that holds every histogram given; null where all are empty. */
export function bucketRangeOf(histograms: Iterable<LatencyBuckets>): BucketRange | null {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const histogram of histograms) {
    for (const [bucket, calls] of histogram) {
      if (calls <= 0) continue
      if (bucket < first) first = bucket
      if (bucket > last) last = bucket
    }
  }
  return first <= last ? { first, last } : null
}

/** Bar heights 0..1 on a log scale, so that one slow call in a million is still seen. */
export function barHeight(calls: number, most: number): number {
  return calls <= 0 || most <= 0 ? 0 : Math.max(0.12, Math.log1p(calls) / Math.log1p(most))
}

/** What the buckets count: "1 call", "2 calls". */
export type LatencyNoun = { one: string; many: string }
const CALLS: LatencyNoun = { one: 'call', many: 'calls' }

function summary(buckets: LatencyBuckets, noun: LatencyNoun): string {
  const total = buckets.reduce((sum, [, calls]) => sum + calls, 0)
  const range = bucketRangeOf([buckets])
  if (!range) return `no timed ${noun.many}`
  const peak = buckets.reduce((best, bucket) => (bucket[1] > best[1] ? bucket : best))
  return `${formatExact(total)} ${noun.many} between ${formatNs(bucketBoundsNs(range.first)[0])} and ${formatNs(bucketBoundsNs(range.last)[1])}, most in ${formatBucket(peak[0])} (${formatShare(peak[1] / total)})`
}

export type LatencyHistogramProps = { buckets: LatencyBuckets; range: BucketRange; width?: number; height?: number; noun?: LatencyNoun }

/** A latency histogram small enough for a table row: log2 buckets across, calls up on a log scale. */
export function LatencyHistogram({ buckets, range, width = 96, height = 18, noun = CALLS }: LatencyHistogramProps) {
  const [hover, setHover] = useState<{ bucket: number; calls: number; x: number; y: number } | null>(null)
  const columns = Math.max(8, range.last - range.first + 1)
  const step = width / columns
  const most = Math.max(...buckets.map(([, calls]) => calls), 0)
  const total = buckets.reduce((sum, [, calls]) => sum + calls, 0)
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const bucket = range.first + Math.floor(((event.clientX - box.left) / box.width) * columns)
    const calls = buckets.find(([b]) => b === bucket)?.[1] ?? 0
    setHover({ bucket, calls, x: box.left + (bucket - range.first + 0.5) * step, y: box.top })
  }
  return (
    <>
      <svg
        role="img"
        aria-label={summary(buckets, noun)}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        className="block overflow-visible"
        onPointerMove={onPointerMove}
        onPointerLeave={() => setHover(null)}
      >
        <rect x={0} y={height - 1} width={width} height={1} className="fill-line" />
        {buckets.map(([bucket, calls]) => {
          const tall = Math.max(1, barHeight(calls, most) * (height - 1))
          return calls > 0 ? (
            <rect
              key={bucket}
              x={(bucket - range.first) * step + 0.5}
              y={height - tall}
              width={Math.max(1, step - 1)}
              height={tall}
              className={hover?.bucket === bucket ? 'fill-ink' : 'fill-accent'}
            />
          ) : null
        })}
      </svg>
      {hover && hover.bucket >= 0 && hover.bucket <= 63
        ? createPortal(
            <div
              className="pointer-events-none fixed z-50 -translate-x-1/2 -translate-y-full whitespace-nowrap rounded-md border border-line bg-raised px-2 py-1 text-ink text-sm shadow-overlay"
              style={{ left: hover.x, top: hover.y - 4 }}
            >
              {formatBucket(hover.bucket)}: {formatExact(hover.calls)} {hover.calls === 1 ? noun.one : noun.many}
              {total > 0 ? ` (${formatShare(hover.calls / total)})` : ''}
            </div>,
            document.body,
          )
        : null}
    </>
  )
}

/** The same, to read: one line a bucket with bounds, bar, calls and share. It is its own table alternative. */
export function LatencyTable({ buckets, noun = CALLS }: { buckets: LatencyBuckets; noun?: LatencyNoun }) {
  const range = bucketRangeOf([buckets])
  if (!range) return <p className="text-ink-3">No timed {noun.many}.</p>
  const counts = new Map(buckets)
  const most = Math.max(...counts.values())
  const total = [...counts.values()].reduce((sum, calls) => sum + calls, 0)
  const lines = Array.from({ length: range.last - range.first + 1 }, (_, i) => range.first + i)
  return (
    <table aria-label="Latency histogram" className="w-full max-w-xl border-collapse text-sm">
      <thead>
        <tr className="text-left text-ink-3">
          <th scope="col" className="pr-3 pb-0.5 text-right font-medium">
            took
          </th>
          <th scope="col" className="w-full pb-0.5 font-normal">
            bars on a log scale
          </th>
          <th scope="col" className="pb-0.5 pl-3 text-right font-medium">
            {noun.many}
          </th>
          <th scope="col" className="pb-0.5 pl-3 text-right font-medium">
            share
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((bucket) => {
          const calls = counts.get(bucket) ?? 0
          return (
            <tr key={bucket}>
              <td className="whitespace-nowrap pr-3 text-right text-ink-2">{formatBucket(bucket)}</td>
              <td>
                <div aria-hidden className="h-2.5 rounded-[1px] bg-accent" style={{ width: `${barHeight(calls, most) * 100}%` }} />
              </td>
              <td className="pl-3 text-right">{formatExact(calls)}</td>
              <td className="whitespace-nowrap pl-3 text-right text-ink-2">{formatShare(calls / total)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
