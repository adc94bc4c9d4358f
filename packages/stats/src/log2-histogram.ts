/**
 * A sparse histogram of non-negative integers in powers of two, as an eBPF map keeps it: pairs [bucket, count].
 * Bucket b holds values in [2^b, 2^(b+1)); bucket 0 also holds 0. Pairs may come in any order and repeat.
 */
export type Log2Histogram = readonly (readonly [bucket: number, count: number])[]

/** A quantile as far as a histogram can tell it: the exact one lies in [low, high]. */
export type QuantileEstimate = { value: number; low: number; high: number }

/** Smallest value that bucket `bucket` can hold. */
export function lowestOfBucket(bucket: number): number {
  return bucket <= 0 ? 0 : 2 ** bucket
}

/** Largest value that bucket `bucket` can hold (values are integers). */
export function highestOfBucket(bucket: number): number {
  return 2 ** (Math.max(0, bucket) + 1) - 1
}

/** Bucket of a value; 0 for anything below 2. */
export function bucketOf(value: number): number {
  if (!(value >= 2)) return 0
  const guess = Math.floor(Math.log2(value))
  // log2 rounds: just below a power of two it may say the power.
  return 2 ** guess > value ? guess - 1 : guess
}

/** Number of values in the histogram. */
export function totalOf(histogram: Log2Histogram): number {
  return histogram.reduce((sum, [, count]) => sum + Math.max(0, count), 0)
}

/** All values of all histograms in one, sorted by bucket, a bucket once, without empty ones. */
export function mergeLog2Histograms(...histograms: readonly Log2Histogram[]): [bucket: number, count: number][] {
  const counts = new Map<number, number>()
  for (const histogram of histograms) {
    for (const [bucket, count] of histogram) {
      if (count > 0) counts.set(bucket, (counts.get(bucket) ?? 0) + count)
    }
  }
  return [...counts].sort(([a], [b]) => a - b)
}

/**
 * The quantile `q` (0–1) of the values, by nearest rank: the smallest value that at least q of all values do not exceed.
 * `value` is interpolated, as if the bucket's values were spread evenly; `low` and `high` are the bucket's edges.
 * `maxNs`, where known, is the largest of the values: no bound goes beyond it, and the last rank is exactly it.
 * null for a histogram without values.
 */
export function quantileOfLog2Histogram(histogram: Log2Histogram, q: number, { maxNs }: { maxNs?: number } = {}): QuantileEstimate | null {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile ${q} is not in [0, 1]`)
  const buckets = mergeLog2Histograms(histogram)
  const total = totalOf(buckets)
  if (total === 0) return null
  const rank = Math.min(total, Math.max(1, Math.ceil(q * total)))
  let below = 0
  for (const [bucket, count] of buckets) {
    if (below + count < rank) {
      below += count
      continue
    }
    return estimateInBucket(bucket, (rank - below - 0.5) / count, maxNs, rank === total)
  }
  return null
}

function estimateInBucket(bucket: number, share: number, maxNs: number | undefined, isLast: boolean): QuantileEstimate {
  const low = lowestOfBucket(bucket)
  const high = highestOfBucket(bucket)
  // A maximum below the bucket contradicts the histogram: the histogram is believed.
  if (maxNs === undefined || maxNs < low) return { value: low + (high - low) * share, low, high }
  if (isLast && maxNs <= high) return { value: maxNs, low: maxNs, high: maxNs }
  const top = Math.min(high, maxNs)
  return { value: low + (top - low) * share, low, high: top }
}
