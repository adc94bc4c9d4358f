/**
 * The order that sorts rows by time: `order[i]` is the row that comes i-th; null where they are sorted already.
 * Stable. A natural merge sort: samples arrive as a few sorted runs (one per CPU, per host, per delta), and k runs cost
 * log2(k) linear passes where a comparator sort of a million rows takes most of a second.
 */
export function timeOrder(timeUs: Float64Array): Uint32Array | null {
  const length = timeUs.length
  let runs: number[] = [0]
  for (let i = 1; i < length; i++) {
    if ((timeUs[i] ?? 0) < (timeUs[i - 1] ?? 0)) runs.push(i)
  }
  if (runs.length === 1) return null
  let from: Uint32Array = Uint32Array.from({ length }, (_, i) => i)
  let into: Uint32Array = new Uint32Array(length)
  runs.push(length)
  while (runs.length > 2) {
    const next: number[] = []
    let run = 0
    for (; run + 2 < runs.length; run += 2) {
      const start = runs[run] ?? 0
      next.push(start)
      mergeRuns(timeUs, from, into, start, runs[run + 1] ?? length, runs[run + 2] ?? length)
    }
    if (run + 1 < runs.length) {
      const start = runs[run] ?? 0
      next.push(start)
      into.set(from.subarray(start), start)
    }
    next.push(length)
    runs = next
    const done = into
    into = from
    from = done
  }
  return from
}

/** Merges the sorted runs [start, middle) and [middle, end) of `from` into the same place of `into`. */
function mergeRuns(timeUs: Float64Array, from: Uint32Array, into: Uint32Array, start: number, middle: number, end: number): void {
  let left = start
  let right = middle
  for (let out = start; out < end; out++) {
    const takeLeft = left < middle && (right >= end || (timeUs[from[left] ?? 0] ?? 0) <= (timeUs[from[right] ?? 0] ?? 0))
    into[out] = from[takeLeft ? left++ : right++] ?? 0
  }
}
