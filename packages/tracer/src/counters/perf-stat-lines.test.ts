import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { CounterIntervals, PerfStatLines, parsePerfStatLine } from './perf-stat-lines.ts'

const line = (over: Record<string, unknown>) =>
  JSON.stringify({
    interval: 1,
    'counter-value': '10.000000',
    unit: '',
    event: 'page-faults',
    'event-runtime': 5,
    'pcnt-running': 100,
    'metric-value': 0,
    'metric-unit': '(null)',
    ...over,
  })

describe('parsePerfStatLine', () => {
  it('reads counts, times and shares', () => {
    expect(parsePerfStatLine(line({}))).toEqual({
      untilMs: 1000,
      event: 'page-faults',
      cpu: null,
      value: 10,
      supported: true,
      unit: '',
      runningShare: 1,
    })
    expect(parsePerfStatLine(line({ event: 'cpu-clock', unit: 'msec', 'counter-value': '1498.237300' }))).toMatchObject({
      value: 1_498_237_300,
      unit: 'ns',
    })
    expect(parsePerfStatLine(line({ 'pcnt-running': 66.67 }))?.runningShare).toBeCloseTo(0.6667, 4)
  })

  it('tells what cannot be counted from what was not', () => {
    expect(parsePerfStatLine(line({ 'counter-value': '<not supported>' }))).toMatchObject({
      value: null,
      supported: false,
      runningShare: 0,
    })
    expect(parsePerfStatLine(line({ 'counter-value': '<not counted>' }))).toMatchObject({ value: null, supported: true, runningShare: 0 })
  })

  it('knows CPUs in the ways of several versions, and the names of hybrid ones', () => {
    expect(['0', '15', 'CPU3', 7, '', 'S0-D0-C1'].map((cpu) => parsePerfStatLine(line({ cpu }))?.cpu)).toEqual([0, 15, 3, 7, null, null])
    expect(
      ['cpu_core/cycles/', 'cpu_atom/cycles/u', 'cycles:u', 'LLC-load-misses'].map((event) => parsePerfStatLine(line({ event }))?.event),
    ).toEqual(['cycles', 'cycles', 'cycles', 'LLC-load-misses'])
  })

  it('takes nothing else for a value', () => {
    for (const text of [
      '',
      '{}',
      '[]',
      'null',
      '# started on',
      '{"interval" : ',
      line({ 'counter-value': 'x' }),
      line({ interval: 'x' }),
      line({ event: '' }),
      line({ 'counter-value': '-1' }),
    ])
      expect(parsePerfStatLine(text), text).toBeNull()
  })
})

describe('PerfStatLines', () => {
  it('reads pieces of any size, and counts what it cannot', () => {
    const text = Buffer.from(`${line({})}\n\n# a comment\nnoise\n${line({ event: 'cycles' })}`)
    for (const size of [1, 7, 10_000]) {
      const lines = new PerfStatLines()
      const events: string[] = []
      for (let i = 0; i < text.length; i += size) events.push(...lines.push(text.subarray(i, i + size)).map(({ event }) => event))
      events.push(...lines.end().map(({ event }) => event))
      expect(events).toEqual(['page-faults', 'cycles'])
      expect(lines.malformed).toBe(1)
    }
  })
})

describe('CounterIntervals', () => {
  const value = (untilMs: number, event: string, count: number | null, over = {}) => ({
    untilMs,
    event,
    cpu: null,
    value: count,
    supported: true,
    unit: '',
    runningShare: 1,
    ...over,
  })
  it('gives out an interval when the next one has begun', () => {
    const intervals = new CounterIntervals()
    intervals.add(value(1000, 'a', 1))
    intervals.add(value(1000, 'b', 2))
    expect(intervals.take(false)).toEqual([])
    intervals.add(value(2010, 'a', 3))
    expect(intervals.take(false)).toMatchObject([
      {
        atMs: 0,
        lengthMs: 1000,
        counters: [
          { event: 'a', value: 1 },
          { event: 'b', value: 2 },
        ],
      },
    ])
    expect(intervals.take(true)).toMatchObject([{ atMs: 1000, lengthMs: 1010, counters: [{ event: 'a', value: 3 }] }])
    expect(intervals.take(true)).toEqual([])
  })
  it('adds up two sorts of cores, by the share of the one that counted less', () => {
    const intervals = new CounterIntervals()
    intervals.add(value(1000, 'cycles', 100, { runningShare: 0.9 }))
    intervals.add(value(1000, 'cycles', 50, { runningShare: 0.5 }))
    intervals.add(value(1000, 'misses', null, { runningShare: 0 }))
    intervals.add(value(1000, 'misses', 4, { runningShare: 0.7 }))
    intervals.add(value(1000, 'misses', null, { runningShare: 0 }))
    expect(intervals.take(true)[0]?.counters).toEqual([
      { event: 'cycles', cpu: null, value: 150, unit: '', runningShare: 0.5 },
      { event: 'misses', cpu: null, value: 4, unit: '', runningShare: 0.7 },
    ])
  })
  it('keeps CPUs apart, and remembers what cannot be counted', () => {
    const intervals = new CounterIntervals()
    for (const cpu of [0, 1]) intervals.add(value(1000, 'a', cpu, { cpu }))
    intervals.add(value(1000, 'cycles', null, { supported: false }))
    expect(intervals.take(true)[0]?.counters).toHaveLength(3)
    expect([...intervals.unsupported]).toEqual(['cycles'])
  })
})

const recorded = path.resolve(import.meta.dirname, '../../../../../shared/oracle/recorded')
describe.skipIf(!existsSync(recorded))('what perf was seen to print (../shared/oracle)', () => {
  it.each([
    ['perf-stat-interval.jsonl', 7],
    ['perf-stat-percpu.jsonl', 4],
  ])('%s', (file, events) => {
    const lines = new PerfStatLines()
    const intervals = new CounterIntervals()
    const text = readFileSync(path.join(recorded, file))
    const values = [...lines.push(text), ...lines.end()]
    for (const value of values) intervals.add(value)
    const done = intervals.take(true)
    expect(lines.malformed).toBe(0)
    expect(done.length).toBeGreaterThan(1)
    expect(done.every(({ counters }) => counters.length === done[0]?.counters.length)).toBe(true)
    expect(done[0]?.counters.length).toBe(events)
    expect(done.reduce((sum, { counters }) => sum + counters.length, 0)).toBe(values.length)
  })

  it('the counters of a virtual arm64 machine', () => {
    const text = readFileSync(path.join(recorded, 'qemu-arm64-icount-boot.log'), 'utf8')
    const lines = text.split('\n').flatMap((line) => /\{"interval".*\}/.exec(line)?.[0] ?? [])
    const values = lines.flatMap((line) => parsePerfStatLine(line) ?? [])
    expect(values).toHaveLength(lines.length)
    expect(values.filter(({ event }) => event === 'instructions').every(({ value }) => (value ?? 0) > 0)).toBe(true)
  })
})
