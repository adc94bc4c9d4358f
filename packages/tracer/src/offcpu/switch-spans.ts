import type { Thread } from '../stacks/process-table.ts'
import { type BlockedCounts, type BlockedRow, NO_BLOCKED_COUNTS, NOTHING_LOST } from './blocked-rows.ts'

/** Threads off the CPU at a time; beyond, waits are counted as lost. */
const MAX_WAITING = 200_000

/**
 * Waits out of perf's records of task switches: from a thread's switch away (with its stack) to its switch back, on whichever CPU.
 *
 *   sched_switch sample, prev_state S      away(thread, chain, t1)
 *   sched_waking sample, pid = the thread  wake(tid, waker, chain)
 *   PERF_RECORD_SWITCH, in                 back(tid, t2)             → row of t2 - t1
 */
export class SwitchSpans {
  readonly counts: BlockedCounts = { ...NO_BLOCKED_COUNTS }
  private readonly waiting = new Map<number, Waiting>()
  private readonly minBlockedNs: number
  private readonly onRow: (row: BlockedRow) => void
  private lastNs = 0

  constructor(options: { minBlockedUs: number; onRow: (row: BlockedRow) => void }) {
    this.minBlockedNs = options.minBlockedUs * 1000
    this.onRow = options.onRow
  }

  away(thread: Thread, chain: number, timeNs: number): void {
    this.lastNs = Math.max(this.lastNs, timeNs)
    if (this.waiting.size >= MAX_WAITING && !this.waiting.has(thread.tid)) this.counts.lostWaits++
    // One that was away already was not seen to come back: its record is lost.
    else if (this.waiting.has(thread.tid)) this.counts.lostWaits++
    this.waiting.delete(thread.tid)
    if (this.waiting.size < MAX_WAITING) this.waiting.set(thread.tid, { thread, chain, sinceNs: timeNs, waker: null })
  }

  /** The last one who wakes it is the one that counts. */
  wake(tid: number, waker: Thread, chain: number): void {
    const waiting = this.waiting.get(tid)
    if (waiting !== undefined) waiting.waker = { thread: waker, chain }
  }

  back(tid: number, timeNs: number): void {
    this.lastNs = Math.max(this.lastNs, timeNs)
    const waiting = this.waiting.get(tid)
    if (waiting === undefined) return
    this.waiting.delete(tid)
    this.emit(waiting, timeNs)
  }

  /** The thread has ended: what it waited for last never came. */
  exited(tid: number): void {
    this.waiting.delete(tid)
  }

  /** The recording is over at `timeNs`: what threads that still wait have waited by then. */
  finish(timeNs: number): void {
    const endNs = Math.max(timeNs, this.lastNs)
    for (const waiting of this.waiting.values()) {
      this.counts.stillWaiting++
      this.emit(waiting, endNs)
    }
    this.waiting.clear()
  }

  private emit({ thread, chain, sinceNs, waker }: Waiting, timeNs: number): void {
    const blockedNs = Math.max(0, timeNs - sinceNs)
    if (blockedNs < this.minBlockedNs) {
      this.counts.shortWaits++
      this.counts.shortNs += blockedNs
      return
    }
    this.onRow({
      thread,
      stack: { chain, lost: NOTHING_LOST },
      waker: waker === null ? null : { thread: waker.thread, stack: { chain: waker.chain, lost: NOTHING_LOST } },
      fromNs: timeNs,
      timeNs,
      blockedNs,
      count: 1,
    })
  }
}

type Waiting = { thread: Thread; chain: number; sinceNs: number; waker: { thread: Thread; chain: number } | null }
