import type { Block } from './record-scanner.ts'

export type OrderedVisitor = (block: Block, offset: number) => void

/**
 * Puts records in order of time. perf writes the per-CPU buffers one after the other; after each pass it writes
 * PERF_RECORD_FINISHED_ROUND. No record that comes after a round is older than the newest one that was seen when
 * the round *before* it ended, so that much can be let go (the same rule as perf's own tools/perf/util/ordered-events.c).
 */
export class TimeOrderedRecords {
  private times: number[] = []
  private blocks: Block[] = []
  private offsets: number[] = []
  private newest = 0
  private releaseUpTo = 0

  get length(): number {
    return this.times.length
  }

  push(timeNs: number, block: Block, offset: number): void {
    this.times.push(timeNs)
    this.blocks.push(block)
    this.offsets.push(offset)
    if (timeNs > this.newest) this.newest = timeNs
  }

  /** A round has ended: visits what cannot be preceded any more. */
  finishRound(visit: OrderedVisitor): void {
    const limit = this.releaseUpTo
    this.releaseUpTo = this.newest
    this.release(limit, visit)
  }

  /** Nothing more will come. */
  finish(visit: OrderedVisitor): void {
    this.release(Number.POSITIVE_INFINITY, visit)
  }

  private release(limit: number, visit: OrderedVisitor): void {
    if (this.times.length === 0) return
    const { times, blocks, offsets } = this
    const order = stableTimeOrder(times)
    this.times = []
    this.blocks = []
    this.offsets = []
    for (let n = 0; n < order.length; n++) {
      const i = order[n] ?? 0
      const time = times[i] ?? 0
      const block = blocks[i]
      const offset = offsets[i] ?? 0
      if (block === undefined) continue
      if (time <= limit) visit(block, offset)
      else {
        this.times.push(time)
        this.blocks.push(block)
        this.offsets.push(offset)
      }
    }
  }
}

/** Indexes in order of time, equal times in the order in which they came: a natural merge sort, since each CPU's run is sorted already. */
export function stableTimeOrder(times: readonly number[]): Uint32Array {
  const length = times.length
  let order = new Uint32Array(length)
  let runs: number[] = [0]
  for (let i = 1; i < length; i++) {
    order[i] = i
    if ((times[i] ?? 0) < (times[i - 1] ?? 0)) runs.push(i)
  }
  let scratch = new Uint32Array(length)
  while (runs.length > 1) {
    const merged: number[] = []
    for (let r = 0; r < runs.length; r += 2) {
      const start = runs[r] ?? 0
      const middle = runs[r + 1] ?? length
      const end = runs[r + 2] ?? length
      merged.push(start)
      let left = start
      let right = middle
      for (let to = start; to < end; to++) {
        const takeLeft = left < middle && (right >= end || (times[order[left] ?? 0] ?? 0) <= (times[order[right] ?? 0] ?? 0))
        scratch[to] = order[takeLeft ? left++ : right++] ?? 0
      }
    }
    ;[order, scratch] = [scratch, order]
    runs = merged
  }
  return order
}
