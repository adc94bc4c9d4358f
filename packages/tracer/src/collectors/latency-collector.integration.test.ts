import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CaptureSpecInput, HostFacts, LatencyDelta } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CapturePlan } from '../capture-plan.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { CountedProgram } from '../testing/counted-program.ts'
import { commsOf, type InstrumentResult, latencyRows, runInstrument, sumBy } from '../testing/run-instrument.ts'

const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable = process.getuid?.() === 0 && works('bpftrace') && works('gcc')

type LatencyInput = Extract<CaptureSpecInput['instruments'][number], { collector: 'latency' }>
let facts: HostFacts
let program: CountedProgram

const latency = (instrument: Omit<LatencyInput, 'collector'>, options: Partial<Parameters<typeof runInstrument>[1]> = {}) =>
  runInstrument({ collector: 'latency', ...instrument }, { facts, ...options })
const calls = (name: string): Omit<LatencyInput, 'collector'> => {
  const probe = { kind: 'uprobe', binary: { of: 'path', path: program.path }, function: name } as const
  return { start: { probe }, probe: { ...probe, at: 'return' } }
}
const syscall = (name: string): Omit<LatencyInput, 'collector'> => ({
  start: { probe: { kind: 'tracepoint', category: 'syscalls', name: `sys_enter_${name}` } },
  probe: { kind: 'tracepoint', category: 'syscalls', name: `sys_exit_${name}` },
})
const isCounted = { field: 'comm', op: '==', value: 'counted' } as const

const sums = (result: InstrumentResult) => ({
  spans: latencyRows(result).reduce((sum, { count }) => sum + count, 0),
  unmatched: result.latency.reduce((sum, delta) => sum + delta.unmatched, 0),
  lost: result.latency.reduce((sum, delta) => sum + delta.lost, 0),
})
/** Spans whose bucket begins at 2^power ns or above. */
const atLeast = (rows: LatencyDelta['slices'][number]['rows'], power: number) =>
  rows.flatMap(({ histogram }) => histogram).reduce((sum, [bucket, count]) => sum + (bucket >= power ? count : 0), 0)

describe.skipIf(!usable)('latency', () => {
  beforeAll(async () => {
    facts = await detectFacts()
    program = new CountedProgram()
  })
  afterEach(() => program.stop())
  afterAll(() => program.remove())

  it('tells the calls of a function that calls itself apart', async () => {
    const result = await latency(calls('fib'), { work: () => program.run(['fib', 15]) })
    // fib(15) makes 1,973 calls.
    expect(sums(result)).toEqual({ spans: 1_973, unmatched: 0, lost: 0 })
    expect(result.outcome.quality).toMatchObject({ hits: 1_973, unmatchedSpans: 0, notes: [] })
    // The outermost call is as long as all of them take; the others lie inside of it.
    const [longest = 0] = latencyRows(result).map(({ maxNs }) => maxNs)
    expect(atLeast(latencyRows(result), Math.floor(Math.log2(longest)) + 1)).toBe(0)
  })

  it('is never shorter than what it measures, and every number fits the others', async () => {
    const result = await latency(calls('nap'), {
      work: () => Promise.all([program.run(['naps', 60, 20_000]), program.run(['naps', 6, 200_000])]),
    })
    const rows = latencyRows(result)
    expect(sums(result)).toEqual({ spans: 66, unmatched: 0, lost: 0 })
    for (const { count, totalNs, maxNs, histogram } of rows) {
      expect(histogram.reduce((sum, [, more]) => sum + more, 0)).toBe(count)
      const bounds = histogram.reduce(
        (sum, [power, more]) => ({ least: sum.least + more * 2 ** power, most: sum.most + more * 2 ** (power + 1) }),
        { least: 0, most: 0 },
      )
      expect(totalNs).toBeGreaterThanOrEqual(bounds.least)
      expect(totalNs).toBeLessThan(bounds.most)
      // The longest of the slice lies in its highest bucket.
      expect(Math.floor(Math.log2(maxNs))).toBe(histogram.at(-1)?.[0])
      expect(totalNs).toBeGreaterThanOrEqual(count * 20e6)
    }
    expect(atLeast(rows, 27)).toBeGreaterThanOrEqual(6)
    expect(result.latency.flatMap(({ slices }) => slices).length).toBeGreaterThanOrEqual(2)
    expect(new Set(rows.map(({ pid }) => commsOf(result).get(pid)))).toEqual(new Set(['counted']))
  })

  it('calls that are left without returning are no beginnings of later ones', async () => {
    // 40 threads end within the function, 40 jumps lead out of the other; a second later each returns once, as they should.
    for (const [name, spans] of [
      ['leaves', 40],
      ['jumps', 1],
    ] as const) {
      const result = await latency(calls(name), { work: () => program.run(['leaves', 40]) })
      expect(sums(result)).toEqual({ spans, unmatched: 0, lost: 0 })
      // One that began before the second's rest would be longer than it.
      expect(atLeast(latencyRows(result), 29)).toBe(0)
    }
  })

  it('system calls, by thread, where many are under way at once', async () => {
    const result = await latency(
      { ...syscall('clock_nanosleep'), when: [isCounted], groupBy: 'ret' },
      { work: () => program.run(['blocked', 300]) },
    )
    expect(sums(result)).toEqual({ spans: 300, unmatched: 0, lost: 0 })
    expect(atLeast(latencyRows(result), 28)).toBe(300)
    expect(new Set(latencyRows(result).map(({ key }) => key))).toEqual(new Set(['0']))
  })

  it('counts the ends of what was under way already, once everything is attached', async () => {
    // The shell is in the middle of a read, and stays there until it is told to go on.
    const waiting = program.waiting('naps', 1, 1)
    await sleep(300)
    const result = await latency(syscall('read'), { spec: { filter: { kind: 'pid', pid: waiting.pid } }, work: () => waiting.go() })
    expect(sums(result)).toMatchObject({ unmatched: 1, lost: 0 })
    expect(result.outcome.quality.unmatchedSpans).toBe(1)
    // And the reads of the program that it becomes are measured.
    expect(sums(result).spans).toBeGreaterThan(0)
  })

  it('conditions on the beginning and on the length', async () => {
    const began = await latency(
      { ...calls('fib'), start: { ...calls('fib').start, when: [{ field: 'args.arg0', op: '==', value: 0 }] } },
      { work: () => program.run(['fib', 10]) },
    )
    // fib(10) comes to fib(0) 34 times. What was not wanted is not "unmatched", and the page is told that it cannot be told apart.
    expect(sums(began)).toEqual({ spans: 34, unmatched: 0, lost: 0 })
    expect(began.outcome.quality.notes.join()).toContain('neither are counted as unmatched')
    const long = await latency(
      { ...calls('nap'), when: [{ field: 'duration', op: '>=', value: 100_000_000 }] },
      { work: () => Promise.all([program.run(['naps', 5, 1_000]), program.run(['naps', 2, 150_000])]) },
    )
    expect(atLeast(latencyRows(long), 27)).toBeGreaterThanOrEqual(2)
    expect(latencyRows(long).every(({ totalNs, count }) => totalNs >= count * 100e6)).toBe(true)
  })

  it('matched by fields: from being woken to running, for the process that was woken', async () => {
    const inside = program.waiting('naps', 50, 1_000)
    const result = await latency(
      {
        start: {
          probe: { kind: 'tracepoint', category: 'sched', name: 'sched_wakeup' },
          match: { by: 'fields', start: ['start.pid'], end: ['args.next_pid'] },
        },
        probe: { kind: 'tracepoint', category: 'sched', name: 'sched_switch' },
        groupBy: 'args.next_comm',
      },
      { spec: { filter: { kind: 'pid', pid: inside.pid } }, work: () => inside.go() },
    )
    const rows = latencyRows(result)
    expect(new Set(rows.map(({ pid }) => pid))).toEqual(new Set([inside.pid]))
    // Each nap is one, unless it was over before the CPU was left.
    expect(
      sumBy(
        rows,
        ({ key }) => key ?? '',
        ({ count }) => count,
      ).counted,
    ).toBeGreaterThan(25)
  })

  it('from one hit of a probe to the next one', async () => {
    const { start, probe } = calls('nap')
    expect(probe).toMatchObject(start.probe)
    const result = await latency({ start, probe: start.probe, groupBy: 'start.arg0' }, { work: () => program.run(['naps', 21, 5_000]) })
    // The first one ends what nobody saw begin.
    expect(sums(result)).toEqual({ spans: 20, unmatched: 1, lost: 0 })
    expect(atLeast(latencyRows(result), 22)).toBe(20)
    expect(new Set(latencyRows(result).map(({ key }) => key)).size).toBe(1)
  })

  it('goes on measuring when there is no more room for beginnings, and counts what that cost', async () => {
    const withLittleRoom = (plan: CapturePlan): CapturePlan => ({
      ...plan,
      collectors: plan.collectors.map((collector) => ({
        ...collector,
        commands: collector.commands.map((command) => ({ ...command, env: { ...command.env, BPFTRACE_MAP_KEYS_MAX: '64' } })),
      })) as CapturePlan['collectors'],
    })
    const result = await latency(
      { ...syscall('clock_nanosleep'), when: [isCounted] },
      {
        change: withLittleRoom,
        work: async () => {
          await program.run(['blocked', 500])
          // Until the table of beginnings is emptied.
          await sleep(1_500)
          await program.run(['naps', 7, 1_000])
        },
      },
    )
    const { spans, unmatched } = sums(result)
    expect(unmatched).toBeGreaterThanOrEqual(500 - 64)
    expect(spans + unmatched).toBe(507)
    expect(spans).toBeGreaterThanOrEqual(7)
    expect(result.latency.at(-1)?.truncated).toBe(true)
    expect(result.outcome.quality.notes.join()).toContain('The table of beginnings was full')
  })

  it('refuses what cannot be matched or read', async () => {
    const refused = (instrument: Omit<LatencyInput, 'collector'>, message: RegExp) =>
      expect(latency(instrument)).rejects.toMatchObject({ reason: 'bad-spec', message: expect.stringMatching(message) })
    const openat = syscall('openat')
    await refused(
      { ...openat, start: { ...openat.start, match: { by: 'fields', start: ['start.filename'], end: ['args.ret'] } } },
      /matched by numbers/,
    )
    await refused({ ...openat, groupBy: 'start.nothing' }, /has no argument "nothing": it has .*filename/)
    await refused({ ...openat, when: [{ field: 'args.ret', op: '==', value: 'a' }] }, /it is a number/)
    await refused({ ...openat, when: [{ field: 'comm', op: '==', value: 4 }] }, /it is text/)
  })
})
