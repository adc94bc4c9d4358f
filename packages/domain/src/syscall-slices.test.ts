import { type SyscallRow, type SyscallSnapshot, syscallTimesQuerySchema } from '@sonde/contract'
import { totalOf } from '@sonde/stats'
import { describe, expect, it } from 'vitest'
import { addSyscallSnapshot, emptySyscallSlices, type SyscallSlices, untimedCalls } from './syscall-slices.ts'
import type { HostTimes } from './time-grid.ts'
import { viewSyscallTimes } from './view-syscall-times.ts'
import { viewSyscallWindow } from './view-syscall-window.ts'

/** xorshift32: the same draws on every run. */
function seededDraws(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}

type Call = { atMs: number; pid: number; nr: number; ns: number; errno: number }
const NAMES = ['read', 'write', 'futex', 'openat']

/** Calls at random; what a tracer that saw them all would say after each of `ends`. */
function recording(seed: number): { calls: Call[]; ends: number[]; snapshots: SyscallSnapshot[] } {
  const draw = seededDraws(seed)
  const ends: number[] = []
  for (let at = 0; ends.length < 3 + Math.floor(draw() * 8); ends.push(at)) at += draw() < 0.2 ? 700 + draw() * 900 : 1_990 + draw() * 30
  const total = ends.at(-1) ?? 0
  const calls = Array.from(
    { length: Math.floor(draw() * 400) },
    (): Call => ({
      atMs: draw() * total,
      pid: 1 + Math.floor(draw() * 3),
      nr: Math.floor(draw() * NAMES.length),
      ns: Math.floor(2 ** (draw() * 30)),
      errno: draw() < 0.3 ? [2, 11, 104][Math.floor(draw() * 3)] || 2 : 0,
    }),
  )
  return { calls, ends, snapshots: ends.map((end) => snapshotOfCalls(calls, 0, end)) }
}

function snapshotOfCalls(calls: readonly Call[], fromMs: number, toMs: number): SyscallSnapshot {
  const rows = new Map<string, SyscallRow>()
  for (const { atMs, pid, nr, ns, errno } of calls) {
    if (atMs < fromMs || atMs >= toMs) continue
    const row = rows.get(`${pid}:${nr}`) ?? {
      pid,
      nr,
      name: NAMES[nr] ?? '?',
      calls: 0,
      totalNs: 0,
      maxNs: 0,
      errors: [],
      histogram: [],
    }
    rows.set(`${pid}:${nr}`, row)
    row.calls++
    row.totalNs += ns
    row.maxNs = Math.max(row.maxNs, ns)
    const bucket = ns < 2 ? 0 : Math.floor(Math.log2(ns))
    const pair = row.histogram.find(([b]) => b === bucket)
    if (pair) pair[1]++
    else row.histogram.push([bucket, 1])
    if (errno === 0) continue
    const error = row.errors.find((e) => e.errno === errno)
    if (error) error.count++
    else row.errors.push({ errno, name: `E${errno}`, count: 1 })
  }
  for (const row of rows.values()) {
    row.histogram.sort(([a], [b]) => a - b)
    row.errors.sort((a, b) => b.count - a.count || a.errno - b.errno)
  }
  return {
    version: 1,
    elapsedMs: toMs - fromMs,
    processes: [1, 2, 3].map((pid) => ({ pid, comm: `app${pid}` })),
    rows: [...rows.values()].sort((a, b) => a.pid - b.pid || a.nr - b.nr),
    unmatchedExits: 0,
    lostCalls: 0,
    truncated: false,
  }
}

const HOSTS: HostTimes = new Map([
  ['hosta', { name: 'alpha', offsetMs: 0 }],
  ['hostb', { name: 'beta', offsetMs: 3_000 }],
])
const mergedOf = (snapshots: readonly SyscallSnapshot[], merged = emptySyscallSlices()): SyscallSlices => {
  for (const snapshot of snapshots) addSyscallSnapshot(merged, 'hosta', snapshot)
  return merged
}
const hostOf = (merged: SyscallSlices, id = 'hosta') => {
  const host = merged.hosts.get(id)
  if (!host) throw new Error('no such host')
  return host
}
const times = (merged: SyscallSlices, over: object = {}) =>
  viewSyscallTimes(merged, syscallTimesQuerySchema.parse({ id: 'capture1', ...over }), HOSTS)
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe('snapshots as slices', () => {
  it('say of any stretch from one snapshot to a later one what was called in it', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { calls, ends, snapshots } = recording(seed)
      const merged = mergedOf(snapshots)
      const draw = seededDraws(seed + 1_000)
      const first = Math.floor(draw() * ends.length)
      const last = first + Math.floor(draw() * (ends.length - first))
      const [fromMs, toMs] = [ends[first - 1] ?? 0, ends[last] ?? 0]
      const view = viewSyscallWindow(merged, hostOf(merged), 0, { fromMs, toMs })
      const exact = snapshotOfCalls(calls, fromMs, toMs)
      expect(view?.bounds).toEqual({ fromMs, toMs, slices: last - first + 1 })
      const sorted = [...(view?.rows ?? [])].sort((a, b) => a.pid - b.pid || a.nr - b.nr)
      expect(sorted.map(({ maxNs: _, ...row }) => row)).toEqual(exact.rows.map(({ maxNs: _, ...row }) => row))
      for (const [i, row] of sorted.entries()) {
        const longest = exact.rows[i]?.maxNs ?? 0
        if (view?.boundedMax.includes(`${row.pid}:${row.nr}`)) expect(row.maxNs).toBeGreaterThanOrEqual(longest)
        else expect(row.maxNs).toBe(longest)
        expect(totalOf(row.histogram)).toBe(row.calls)
      }
    }
  })

  it('add up to the last cumulative snapshot, over time as in the table', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { snapshots, ends } = recording(seed)
      const last = snapshots.at(-1)
      const merged = mergedOf(snapshots)
      const whole = viewSyscallWindow(merged, hostOf(merged), 0, { fromMs: 0, toMs: (ends.at(-1) ?? 0) + 1 })
      const byPlace = (a: SyscallRow, b: SyscallRow) => a.pid - b.pid || a.nr - b.nr
      expect([...(whole?.rows ?? [])].sort(byPlace)).toEqual(last?.rows)
      expect(whole?.boundedMax).toEqual([])
      const lines = times(merged, { limit: 2 })
      const all = [...lines.syscalls, ...(lines.others ? [lines.others] : [])]
      const rows = last?.rows ?? []
      expect(sum(all.map((line) => line.calls))).toBe(sum(rows.map((row) => row.calls)))
      for (const line of lines.syscalls) {
        const own = rows.filter((row) => row.name === line.name)
        expect(sum(line.counts)).toBeCloseTo(line.calls, 0)
        expect(line.calls).toBe(sum(own.map((row) => row.calls)))
        expect(line.totalNs).toBe(sum(own.map((row) => row.totalNs)))
        expect(line.errors).toBe(sum(own.flatMap((row) => row.errors.map((error) => error.count))))
      }
      expect(sum(lines.errnos.map((one) => one.calls))).toBe(sum(rows.flatMap((row) => row.errors.map((error) => error.count))))
      expect(sum(lines.grid.coveredMs)).toBeLessThanOrEqual((ends.at(-1) ?? 0) * 1.1)
    }
  })

  it('do not care how many snapshots were left out in between, nor that one comes twice or late', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { snapshots, ends } = recording(seed)
      const [first, last] = [snapshots[0], snapshots.at(-1)]
      if (!first || !last) throw new Error('nothing recorded')
      const window = { fromMs: 0, toMs: (ends.at(-1) ?? 0) + 1 }
      const all = mergedOf(snapshots)
      for (const some of [[last], [first, last], [...snapshots, last], [...snapshots, first]]) {
        const merged = mergedOf(some)
        const rows = viewSyscallWindow(merged, hostOf(merged), 0, window)?.rows
        expect(new Set(rows?.map((row) => JSON.stringify(row)))).toEqual(
          new Set(viewSyscallWindow(all, hostOf(all), 0, window)?.rows.map((row) => JSON.stringify(row))),
        )
      }
    }
  })

  it('keep a row that one snapshot had no room for', () => {
    const row = (calls: number): SyscallRow => ({
      pid: 1,
      nr: 0,
      name: 'read',
      calls,
      totalNs: calls,
      maxNs: 1,
      errors: [],
      histogram: [[0, calls]],
    })
    const at = (elapsedMs: number, rows: SyscallRow[]): SyscallSnapshot => ({ ...snapshotOfCalls([], 0, 1), elapsedMs, rows })
    const merged = mergedOf([at(2_000, [row(5)]), at(4_000, []), at(6_000, [row(9)])])
    expect(
      hostOf(merged)
        .rows.get('1:0')
        ?.parts.map((part) => [part.slice, part.calls]),
    ).toEqual([
      [0, 5],
      [2, 4],
    ])
  })

  it('cut what a host made too long', () => {
    const [one] = recording(2).snapshots
    const [row] = one?.rows ?? []
    if (!one || !row) throw new Error('nothing recorded')
    const long = 'x'.repeat(5_000)
    const merged = mergedOf([
      { ...one, processes: [{ pid: row.pid, comm: long }], rows: [{ ...row, name: long, errors: [{ errno: 5, name: long, count: 1 }] }] },
    ])
    const view = viewSyscallWindow(merged, hostOf(merged), 0, { fromMs: 0, toMs: 100_000 })
    expect([view?.rows[0]?.name.length, view?.processes[0]?.comm.length, view?.rows[0]?.errors[0]?.name.length]).toEqual([64, 64, 32])
  })

  it('take the print of a tool that ends into the slice before', () => {
    const { snapshots } = recording(7)
    const [one] = snapshots
    if (!one) throw new Error('nothing recorded')
    const merged = mergedOf([
      { ...one, elapsedMs: 2_000 },
      { ...one, elapsedMs: 2_003 },
    ])
    expect(hostOf(merged).ends).toEqual([2_003])
  })
})

describe('bounds of memory', () => {
  it('count what has no room in time', () => {
    const { snapshots } = recording(3)
    const total = sum(snapshots.at(-1)?.rows.map((row) => row.calls) ?? [])
    expect(total).toBeGreaterThan(0)
    for (const limits of [{ rows: 0 }, { numbers: 0 }, { rows: 4 }, { numbers: 60 }]) {
      const merged = mergedOf(snapshots, emptySyscallSlices(limits))
      const timed = sum([...hostOf(merged).rows.values()].flatMap((row) => row.parts.map((part) => part.calls)))
      expect(timed + untimedCalls(merged)).toBe(total)
      expect(times(merged).untimed).toBe(untimedCalls(merged))
    }
  })
})

describe('over time', () => {
  const steady = (hostId: string, merged: SyscallSlices, perSlice: number, slices = 3) => {
    for (let i = 1; i <= slices; i++) {
      const calls = perSlice * i
      addSyscallSnapshot(merged, hostId, {
        ...snapshotOfCalls([], 0, 1),
        elapsedMs: i * 2_000.4,
        processes: [{ pid: 7, comm: `on-${hostId}` }],
        rows: [
          { pid: 7, nr: 1, name: 'write', calls, totalNs: calls * 1_500, maxNs: 1_500, errors: [], histogram: [[10, calls]] },
          {
            pid: 7,
            nr: 0,
            name: 'read',
            calls: i,
            totalNs: i,
            maxNs: 1,
            errors: [{ errno: 11, name: 'EAGAIN', count: i }],
            histogram: [[0, i]],
          },
        ],
      })
    }
  }

  it('bins are as long as the slices, whole, and hosts lie where they began', () => {
    const merged = emptySyscallSlices()
    steady('hosta', merged, 10)
    steady('hostb', merged, 100)
    const { grid, syscalls, hosts } = times(merged)
    expect(grid.stepMs).toBe(2_000)
    expect(hosts.map((host) => [host.hostName, host.slices[0]?.map(Math.round)])).toEqual([
      ['alpha', [0, 2_000]],
      ['beta', [3_000, 5_000]],
    ])
    expect(syscalls[0]).toMatchObject({ name: 'write', calls: 330 })
    // beta's slices lie across the bins: 3–5 s is half of 2–4 s and half of 4–6 s.
    expect(syscalls[0]?.counts.map((count) => Math.round(count))).toEqual([10, 60, 110, 100, 50])
    expect(times(merged, { process: { hostId: 'hosta', pid: 7 } }).syscalls[0]?.counts).toEqual([10, 10, 10, 0, 0])
    expect(times(merged, { host: 'hosta' })).toMatchObject({
      grid: { coveredMs: [2_000, 2_000, 2_000, 0, 0].map((ms) => expect.closeTo(ms, -1)) },
      hosts: [{ hostName: 'alpha' }],
      syscalls: [{ calls: 30 }, { calls: 3 }],
    })
    expect(times(merged, { host: 'hosta', process: { hostId: 'hostb', pid: 7 } }).syscalls).toEqual([])
  })

  it('narrow to a process, words, a syscall; rank by what is asked for, in the window', () => {
    const merged = emptySyscallSlices()
    steady('hosta', merged, 10)
    expect(times(merged, { process: { hostId: 'hostb', pid: 7 } }).syscalls).toEqual([])
    expect(times(merged, { search: 'on-hosta eagain' }).syscalls.map((line) => line.name)).toEqual(['read'])
    expect(times(merged, { syscall: 'read' }).syscalls.map((line) => [line.name, line.errors])).toEqual([['read', 3]])
    expect(times(merged, { by: 'errors', limit: 1 })).toMatchObject({ syscalls: [{ name: 'read' }], others: { syscalls: 1, calls: 30 } })
    const windowed = times(merged, { window: { fromMs: 2_000, toMs: 3_000 } })
    expect(windowed.bounds).toMatchObject({ slices: 1, fromMs: 2_000.4 })
    expect(windowed.syscalls[0]).toMatchObject({ name: 'write', calls: 10 })
    expect(windowed.errnos).toMatchObject([{ errno: 11, name: 'EAGAIN', calls: 1, counts: [1, 1, 1] }])
    expect(times(merged, { window: { fromMs: 60_000, toMs: 61_000 } })).toMatchObject({ bounds: null, syscalls: [] })
  })

  it('knows the quantiles of each bin', () => {
    const merged = emptySyscallSlices()
    steady('hosta', merged, 10)
    for (const p99 of times(merged, { syscall: 'write' }).syscalls[0]?.p99 ?? [null]) {
      expect(p99).toBeGreaterThanOrEqual(1_024)
      expect(p99).toBeLessThan(2_048)
    }
  })
})
