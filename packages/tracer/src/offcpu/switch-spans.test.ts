import { describe, expect, it } from 'vitest'
import type { BlockedRow } from './blocked-rows.ts'
import { BlockedTable, NOTHING_LOST } from './blocked-rows.ts'
import { SwitchSpans } from './switch-spans.ts'

const thread = (tid: number) => ({ pid: 10, tid, comm: `t${tid}` })
function spans(minBlockedUs = 0) {
  const rows: BlockedRow[] = []
  return { rows, spans: new SwitchSpans({ minBlockedUs, onRow: (row) => rows.push(row) }) }
}

describe('SwitchSpans', () => {
  it('measures from the switch away to the switch back, whatever happens to others in between', () => {
    const { rows, spans: s } = spans()
    s.away(thread(1), 7, 1000)
    s.away(thread(2), 8, 1500)
    s.back(3, 1600)
    s.back(2, 2500)
    s.back(1, 5000)
    s.back(1, 6000)
    expect(rows.map(({ thread: { tid }, blockedNs, timeNs, stack, count }) => [tid, blockedNs, timeNs, stack.chain, count])).toEqual([
      [2, 1000, 2500, 8, 1],
      [1, 4000, 5000, 7, 1],
    ])
  })

  it('keeps the last waker of a wait, and none of another one', () => {
    const { rows, spans: s } = spans()
    s.wake(1, thread(9), 90)
    s.away(thread(1), 7, 1000)
    s.wake(1, thread(8), 80)
    s.wake(1, thread(9), 91)
    s.back(1, 2000)
    s.away(thread(1), 7, 3000)
    s.back(1, 4000)
    expect(rows.map(({ waker }) => waker && [waker.thread.tid, waker.stack.chain])).toEqual([[9, 91], null])
  })

  it('leaves out what is shorter, and counts it', () => {
    const { rows, spans: s } = spans(10)
    s.away(thread(1), 7, 0)
    s.back(1, 9_999)
    s.away(thread(1), 7, 20_000)
    s.back(1, 30_000)
    expect(rows).toHaveLength(1)
    expect(s.counts).toMatchObject({ shortWaits: 1, shortNs: 9_999 })
  })

  it('counts a wait whose end is lost, and what still waits at the end', () => {
    const { rows, spans: s } = spans()
    s.away(thread(1), 7, 1000)
    s.away(thread(1), 8, 3000)
    s.away(thread(2), 9, 3000)
    s.exited(2)
    s.finish(5000)
    expect(rows.map(({ blockedNs, stack }) => [blockedNs, stack.chain])).toEqual([[2000, 8]])
    expect(s.counts).toMatchObject({ lostWaits: 1, stillWaiting: 1 })
    s.finish(9000)
    expect(rows).toHaveLength(1)
  })
})

describe('BlockedTable', () => {
  const row = (over: Partial<BlockedRow>): BlockedRow => ({
    thread: thread(1),
    stack: { chain: 3, lost: NOTHING_LOST },
    waker: null,
    fromNs: 0,
    timeNs: 100,
    blockedNs: 10,
    count: 1,
    ...over,
  })
  it('adds up what is alike within a slice of time', () => {
    const table = new BlockedTable()
    const waker = { thread: thread(5), stack: { chain: 4, lost: NOTHING_LOST } }
    for (const over of [
      {},
      { timeNs: 200, blockedNs: 5 },
      { timeNs: 10e9 },
      { waker },
      { waker },
      { thread: thread(2) },
      { stack: { chain: null, lost: NOTHING_LOST } },
    ])
      table.add(row(over))
    const rows = table.take()
    expect(rows.map(({ blockedNs, count, timeNs }) => [blockedNs, count, timeNs])).toEqual([
      [15, 2, 200],
      [10, 1, 10e9],
      [20, 2, 100],
      [10, 1, 100],
      [10, 1, 100],
    ])
    expect(table.take()).toEqual([])
  })
})
