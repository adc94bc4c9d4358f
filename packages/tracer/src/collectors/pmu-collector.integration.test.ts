import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CountersDelta, HostFacts } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cgroupMounts } from '../host/cgroup-mount.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { planCapture } from '../plan-capture.ts'
import { ProbedProgram } from '../testing/probed-program.ts'
import { runSpec, type SpecToRun, specOf } from '../testing/run-spec.ts'

const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable = process.getuid?.() === 0 && works('perf') && works('gcc')
let facts: HostFacts
let program: ProbedProgram

async function count(events: string[], spec: Omit<SpecToRun, 'instruments'> = {}, perCpu = false) {
  const result = await runSpec({ durationMs: 3_000, ...spec, instruments: [{ collector: 'pmu', events, perCpu }] }, { facts })
  const intervals = result.counters.flatMap((delta) => delta.intervals)
  return { ...result, intervals, sum: (event: string) => sumOf(intervals, event) }
}
const sumOf = (intervals: CountersDelta['intervals'], event: string): number =>
  intervals.reduce((sum, { counters }) => sum + counters.reduce((part, c) => part + (c.event === event ? (c.value ?? 0) : 0), 0), 0)

describe.skipIf(!usable)('counters over time', () => {
  beforeAll(async () => {
    facts = await detectFacts()
    program = new ProbedProgram()
  })
  afterEach(() => program.stop())
  afterAll(() => program.remove())

  it('cover the time of the capture without a gap, from its beginning', async () => {
    const { intervals, outcome, sum, commands } = await count(['cpu-clock', 'context-switches', 'page-faults'])
    expect(intervals.length).toBeGreaterThanOrEqual(3)
    for (const [i, { atMs, lengthMs, counters }] of intervals.entries()) {
      const before = intervals[i - 1]
      if (before) expect(atMs).toBeCloseTo(before.atMs + before.lengthMs, 3)
      expect(lengthMs).toBeGreaterThan(0)
      expect(counters.map(({ event }) => event)).toEqual(['cpu-clock', 'context-switches', 'page-faults'])
      expect(counters.every(({ runningShare, cpu }) => runningShare === 1 && cpu === null)).toBe(true)
    }
    const [first] = intervals
    const last = intervals.at(-1)
    expect(first?.atMs).toBeLessThan(1_000)
    expect(Math.abs((last?.atMs ?? 0) + (last?.lengthMs ?? 0) - outcome.recordedMs)).toBeLessThan(1_000)
    // A clock that counts on every CPU: their number times the time.
    const covered = intervals.reduce((all, { lengthMs }) => all + lengthMs, 0)
    expect(sum('cpu-clock') / 1e6 / covered / facts.cpuCount).toBeGreaterThan(0.9)
    expect(sum('cpu-clock') / 1e6 / covered / facts.cpuCount).toBeLessThan(1.1)
    expect(sum('context-switches')).toBeGreaterThan(10)
    expect(intervals[0]?.counters[0]).toMatchObject({ unit: 'ns' })
    expect(outcome.quality).toMatchObject({ partial: false, notes: [] })
    expect(commands).toMatchObject([{ collector: 'pmu', tool: 'perf', program: null }])
  })

  it('of one process are its own alone', async () => {
    const quiet = program.start('waits')
    program.start('faults')
    await sleep(100)
    const { sum } = await count(['page-faults', 'context-switches'], { filter: { kind: 'pid', pid: quiet.pid } })
    // It waits some 450 times a second, and touches nothing new.
    expect(sum('context-switches')).toBeGreaterThan(100)
    expect(sum('page-faults')).toBeLessThan(100)
    const { sum: all } = await count(['page-faults'], { filter: { kind: 'process', name: 'probed' } })
    expect(all('page-faults')).toBeGreaterThan(1_000)
  })

  it('by CPU: a busy one and the others', async () => {
    const child = spawn('taskset', ['-c', '0', program.path, 'faults'], { stdio: 'ignore' })
    try {
      await sleep(100)
      const { intervals } = await count(['page-faults'], {}, true)
      const cpus = new Set(intervals.flatMap(({ counters }) => counters.map(({ cpu }) => cpu)))
      expect(cpus).toEqual(new Set(Array.from({ length: facts.cpuCount }, (_, i) => i)))
      const { intervals: chosen } = await count(['page-faults'], { cpus: [0] }, true)
      expect(new Set(chosen.flatMap(({ counters }) => counters.map(({ cpu }) => cpu)))).toEqual(new Set([0]))
      expect(sumOf(chosen, 'page-faults')).toBeGreaterThan(1_000)
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('of a cgroup', async () => {
    const { v2 } = await cgroupMounts()
    const name = `sonde-pmu-${process.pid}`
    mkdirSync(`${v2}/${name}`)
    try {
      const inside = program.start('faults')
      program.start('faults')
      writeFileSync(`${v2}/${name}/cgroup.procs`, String(inside.pid))
      const { sum, intervals } = await count(['page-faults', 'task-clock'], { filter: { kind: 'cgroup', path: `/${name}` } })
      expect(sum('page-faults')).toBeGreaterThan(1_000)
      expect(sum('task-clock') / 1e6).toBeLessThan(intervals.reduce((all, { lengthMs }) => all + lengthMs, 0) * 1.05)
      inside.kill('SIGKILL')
      await new Promise((resolve) => inside.once('exit', resolve))
      await sleep(100)
    } finally {
      rmdirSync(`${v2}/${name}`)
    }
  })

  it('that this host does not have are named, and the others counted', async () => {
    if (facts.capabilities.some(({ id, available }) => id === 'hardware-pmu' && available)) return
    await expect(planCapture(specOf({ instruments: [{ collector: 'pmu', events: ['cycles'] }] }), facts)).rejects.toMatchObject({
      reason: 'capability-missing',
    })
    const claims: HostFacts = {
      ...facts,
      capabilities: [
        ...facts.capabilities.filter(({ id }) => id !== 'hardware-pmu'),
        { id: 'hardware-pmu', available: true, reason: null, remedy: null },
      ],
    }
    const result = await runSpec(
      { durationMs: 1_500, instruments: [{ collector: 'pmu', events: ['cycles', 'instructions', 'page-faults'] }] },
      { facts: claims },
    )
    expect(result.counters.flatMap(({ unsupported }) => unsupported.map(({ event }) => event)).sort()).toEqual(['cycles', 'instructions'])
    const counters = result.counters.flatMap(({ intervals }) => intervals.flatMap((interval) => interval.counters))
    expect(
      counters.filter(({ event }) => event === 'cycles').every(({ value, runningShare }) => value === null && runningShare === 0),
    ).toBe(true)
    expect(counters.some(({ event, value }) => event === 'page-faults' && (value ?? 0) > 0)).toBe(true)
    expect(result.outcome.quality.notes.join()).toContain('cannot count cycles, instructions')
  })

  it('are refused where perf does not know them, or cannot count for whom they are asked', async () => {
    const claims: HostFacts = {
      ...facts,
      capabilities: [
        ...facts.capabilities.filter(({ id }) => id !== 'hardware-pmu'),
        { id: 'hardware-pmu', available: true, reason: null, remedy: null },
      ],
    }
    const refused = (spec: SpecToRun) => expect(planCapture(specOf(spec), claims)).rejects
    await refused({ instruments: [{ collector: 'pmu', events: ['page-faults', 'no-such-counter'] }] }).toMatchObject({
      reason: 'probe-missing',
    })
    const faults = [{ collector: 'pmu' as const, events: ['page-faults'] }]
    await refused({ instruments: faults, uid: 0 }).toMatchObject({ reason: 'bad-spec', message: expect.stringContaining('one user') })
    await refused({ instruments: faults, cpus: [0], filter: { kind: 'pid', pid: process.pid } }).toMatchObject({ reason: 'bad-spec' })
  })

  it('end with the processes that they count, and with a cancel', async () => {
    const child = program.start('calls', '1000', '1000')
    const { outcome } = await count(['page-faults', 'task-clock'], { durationMs: 30_000, filter: { kind: 'pid', pid: child.pid } })
    expect(outcome.recordedMs).toBeLessThan(20_000)
    expect(outcome.quality.notes).toContain('The recorded processes ended before the time was over.')
    const controller = new AbortController()
    const { counters, outcome: cancelled } = await runSpec(
      { durationMs: 60_000, instruments: [{ collector: 'pmu', events: ['context-switches'] }] },
      { facts, signal: controller.signal, onAttached: () => void setTimeout(() => controller.abort(), 1_500) },
    )
    expect(cancelled.quality.partial).toBe(true)
    expect(
      sumOf(
        counters.flatMap(({ intervals }) => intervals),
        'context-switches',
      ),
    ).toBeGreaterThan(0)
  })
})
