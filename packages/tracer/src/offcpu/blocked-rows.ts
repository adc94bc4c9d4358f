import type { Thread } from '../stacks/process-table.ts'

/** A stack of a thread, as a number of the recorder's chains; null where there is none. `lost`: parts that it should have. */
export type StackRef = { chain: number | null; lost: { kernel: boolean; user: boolean } }
export const NOTHING_LOST: StackRef['lost'] = { kernel: false, user: false }

/** Time that a thread spent off the CPU in one place, as often as `count`; the waits ended from `fromNs` to `timeNs` (CLOCK_MONOTONIC). */
export type BlockedRow = {
  thread: Thread
  stack: StackRef
  /** Who made the thread run again, with its stack at that moment; null where nobody was seen, or nobody asked. */
  waker: { thread: Thread; stack: StackRef } | null
  fromNs: number
  timeNs: number
  blockedNs: number
  count: number
}

/** What cannot be seen in the rows. Counts are cumulative. */
export type BlockedCounts = {
  /** Waits shorter than was asked for, and their time. */
  shortWaits: number
  shortNs: number
  /** Waits that are in no row, for want of room or because a tool has lost their beginning or end. */
  lostWaits: number
  /** Times that a stack found no room or could not be read. */
  lostStacks: number
  /** Stacks as deep as the kernel records at most. */
  deepStacks: number
  /** Threads that still waited at the end, and are in the rows with what they had waited by then. */
  stillWaiting: number
}

export const NO_BLOCKED_COUNTS: BlockedCounts = { shortWaits: 0, shortNs: 0, lostWaits: 0, lostStacks: 0, deepStacks: 0, stillWaiting: 0 }

/** Rows within so long are added up where thread, stack and waker are the same. */
const SLICE_NS = 250e6
/** Rows between two readings; beyond, waits are counted as lost. */
const MAX_ROWS = 200_000

export class BlockedTable {
  lostWaits = 0
  private rows = new Map<string, BlockedRow>()

  add(row: BlockedRow): void {
    const key = keyOf(row)
    const known = this.rows.get(key)
    if (known !== undefined) {
      known.blockedNs += row.blockedNs
      known.count += row.count
      known.fromNs = Math.min(known.fromNs, row.fromNs)
      known.timeNs = Math.max(known.timeNs, row.timeNs)
    } else if (this.rows.size < MAX_ROWS) this.rows.set(key, { ...row })
    else this.lostWaits += row.count
  }

  take(): BlockedRow[] {
    const rows = [...this.rows.values()]
    this.rows = new Map()
    return rows
  }
}

function keyOf({ thread, stack, waker, timeNs }: BlockedRow): string {
  const who = (part: { thread: Thread; stack: StackRef } | null): string =>
    part === null ? '' : `${part.thread.tid} ${part.stack.chain ?? -1} ${part.thread.comm}`
  return `${Math.floor(timeNs / SLICE_NS)} ${who({ thread, stack })} ${who(waker)}`
}
