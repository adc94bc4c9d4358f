import { describe, expect, it } from 'vitest'
import type { BlockedRow } from './blocked-rows.ts'
import { NativeOffcpu } from './native-offcpu.ts'

/** Runs something that prints these lines in place of the helper. */
async function read(lines: readonly (string | object)[], remember: (pid: number, words: bigint[]) => number | null = () => 1) {
  const rows: BlockedRow[] = []
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const native = new NativeOffcpu({
    command: { collector: 'offcpu', tool: 'sonde-bpf', toolVersion: null, argv: ['printf', '%s\n', text], env: {}, program: null },
    remember: (pid, _tid, _timeNs, words) => {
      const addresses: bigint[] = []
      for (let i = 0; i < words.length; i += 2) addresses.push((BigInt(words[i + 1] ?? 0) << 32n) | BigInt(words[i] ?? 0))
      return remember(pid, addresses)
    },
    onRow: (row) => rows.push(row),
  })
  const attached = await native.attached
  await native.ended
  return { rows, native, attached }
}
const ready = { type: 'ready', readyNs: 1000, probes: 2 }
const stack = (id: number, ...frames: string[]) => ({ type: 'stack', id, frames })
const row = { type: 'row', pid: 7, tid: 8, comm: 'app', kernel: 1, user: 2, blockedNs: 50, maxNs: 30, count: 2, waker: null }
const snapshot = (elapsedNs: number, over = {}) => ({ type: 'snapshot', elapsedNs, shortWaits: 0, shortNs: 0, lostWaits: 0, ...over })

describe('NativeOffcpu', () => {
  it('hands over the rows of an interval once it is complete, with the time that it covers', async () => {
    const seen: [number, bigint[]][] = []
    const { rows, attached } = await read(
      [
        ready,
        stack(1, 'ffffffff814ba96c', 'ffffffff821facd8'),
        stack(2, '7f0000001149'),
        row,
        snapshot(100),
        row,
        snapshot(250),
        { type: 'end', reason: 'signal' },
      ],
      (pid, words) => seen.push([pid, words]),
    )
    expect(attached).toBe(true)
    expect(rows.map(({ fromNs, timeNs, blockedNs, count, thread }) => [fromNs, timeNs, blockedNs, count, thread.tid])).toEqual([
      [1000, 1100, 50, 2, 8],
      [1100, 1250, 50, 2, 8],
    ])
    // All 64 bits of an address, kernel before user, each with its mark.
    expect(seen[0]).toEqual([7, [0xffffffffffffff80n, 0xffffffff814ba96cn, 0xffffffff821facd8n, 0xfffffffffffffe00n, 0x7f0000001149n]])
  })

  it('tells a side that is not there from one that is lost', async () => {
    const sides = [
      { kernel: 1, user: 0 },
      { kernel: -1, user: 0 },
      { kernel: 0, user: -2 },
      { kernel: 99, user: 0 },
      { kernel: 0, user: 0 },
    ]
    const { rows } = await read([ready, stack(1, 'ff'), ...sides.map((side) => ({ ...row, ...side })), snapshot(1)])
    expect(rows.map(({ stack: { chain, lost } }) => [chain, lost.kernel, lost.user])).toEqual([
      [1, false, false],
      [null, true, false],
      [null, false, true],
      [null, true, false],
      [null, false, false],
    ])
    const { rows: forgotten } = await read([ready, stack(1, 'ff'), { ...row, user: 0 }, snapshot(1)], () => null)
    expect(forgotten[0]?.stack).toEqual({ chain: null, lost: { kernel: true, user: false } })
  })

  it('reads wakers, counts and threads that still wait', async () => {
    const waker = { pid: 0, tid: 0, comm: 'swapper/1', kernel: 1, user: 0 }
    const { rows, native } = await read([
      ready,
      stack(1, 'ff'),
      { ...row, user: 0, waker },
      snapshot(10, {
        shortWaits: 3,
        shortNs: 7,
        lostWaits: 1,
        lostBegins: 2,
        missed: 4,
        lostStacks: 5,
        unreadableStacks: 6,
        deepStacks: 8,
      }),
      { ...row, type: 'waiting', user: 0 },
    ])
    expect(rows[0]?.waker).toMatchObject({ thread: { comm: 'swapper/1', tid: 0 }, stack: { chain: 1 } })
    expect(rows[1]).toMatchObject({ fromNs: 1010, timeNs: 1010 })
    expect(native.counts).toEqual({ shortWaits: 3, shortNs: 7, lostWaits: 7, lostStacks: 11, deepStacks: 8, stillWaiting: 1 })
    expect(native.malformed).toBe(0)
  })

  it('counts what it cannot read, and takes nothing from it', async () => {
    const { rows, native, attached } = await read([
      'noise',
      { ...row, blockedNs: -1 },
      { ...row, pid: 'x' },
      { ...row, comm: 5 },
      { ...row, waker: { pid: 1 } },
      { type: 'stack', id: 1, frames: ['xyz'] },
      { type: 'stack', id: 'a', frames: [] },
      snapshot(1),
    ])
    expect(attached).toBe(false)
    expect(rows).toHaveLength(1)
    expect(native.malformed).toBe(7)
  })
})
