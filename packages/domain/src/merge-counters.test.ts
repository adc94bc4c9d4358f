import type { CountersDelta } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { addCounters, countersBytes, emptyCounters, viewCounters } from './merge-counters.ts'
import { countersOf } from './testing/index.ts'
import type { HostTimes } from './time-grid.ts'

const SHAPE = { stepMs: 1_000, longestMs: 65_000 }
const HOSTS: HostTimes = new Map([
  ['host-a', { name: 'alpha', offsetMs: 0 }],
  ['host-b', { name: 'beta', offsetMs: 1_000 }],
])
const delta = (counters: CountersDelta['intervals'][number]['counters'], over: Partial<CountersDelta> = {}): CountersDelta => ({
  version: 1,
  intervals: [{ atMs: 0, lengthMs: 1_000, counters }],
  unsupported: [],
  ...over,
})

describe('viewCounters', () => {
  it('adds intervals up, with the share in which the counter ran', () => {
    const merged = emptyCounters(SHAPE)
    addCounters(merged, 'host-a', countersOf(100))
    addCounters(merged, 'host-a', countersOf(300, { atMs: 1_000, runningShare: 0.5 }))
    addCounters(merged, 'host-b', countersOf(7))
    const { series, grid } = viewCounters(merged, {}, HOSTS)
    expect(grid.coveredMs).toEqual([1_000, 1_000])
    expect(series.map((s) => [s.hostName, s.event, s.value, s.countedMs, s.runningShare, s.values])).toEqual([
      ['alpha', 'cycles', 400, 2_000, 0.75, [100, 300]],
      ['alpha', 'instructions', 200, 2_000, 0.75, [50, 150]],
      ['beta', 'cycles', 7, 1_000, 1, [null, 7]],
      ['beta', 'instructions', 3.5, 1_000, 1, [null, 3.5]],
    ])
    const late = viewCounters(merged, { window: { fromMs: 1_000, toMs: 2_000 } }, HOSTS)
    expect(late.series.map((s) => [s.event, s.value, s.runningShare])).toEqual([
      ['cycles', 300, 0.5],
      ['instructions', 150, 0.5],
      ['cycles', 7, 1],
      ['instructions', 3.5, 1],
    ])
    expect(late.series[0]?.values).toEqual([100, 300])
  })

  it('narrows to one host: its series, its time, its reasons', () => {
    const merged = emptyCounters(SHAPE)
    for (const atMs of [0, 1_000, 2_000]) addCounters(merged, 'host-a', countersOf(100, { atMs }))
    addCounters(merged, 'host-b', { ...countersOf(7), unsupported: [{ event: 'cache-misses', reason: 'none' }] })
    const view = viewCounters(merged, { host: 'host-b' }, HOSTS)
    expect(view.grid.coveredMs).toEqual([0, 1_000, 0])
    expect(view.series.map((s) => [s.hostName, s.value])).toEqual([
      ['beta', 7],
      ['beta', 3.5],
    ])
    expect(view.hosts.map((host) => host.hostName)).toEqual(['beta'])
    expect(viewCounters(merged, { host: 'nobody' }, HOSTS)).toMatchObject({ series: [], hosts: [] })
  })

  it('keeps CPUs, units and what was not counted apart', () => {
    const counter = { event: 'task-clock', unit: 'ns', value: 5, runningShare: 1 }
    const merged = emptyCounters(SHAPE)
    addCounters(
      merged,
      'host-a',
      delta([
        { ...counter, cpu: 1 },
        { ...counter, cpu: 0 },
        { ...counter, cpu: 0, unit: '' },
        { event: 'cycles', cpu: null, unit: '', value: null, runningShare: 0 },
      ]),
    )
    expect(viewCounters(merged, {}, HOSTS).series.map((s) => [s.event, s.unit, s.cpu, s.value, s.values])).toEqual([
      ['cycles', '', null, null, [null]],
      ['task-clock', '', 0, 5, [5]],
      ['task-clock', 'ns', 0, 5, [5]],
      ['task-clock', 'ns', 1, 5, [5]],
    ])
  })

  it('says once what a host cannot count', () => {
    const merged = emptyCounters(SHAPE)
    for (let i = 0; i < 3; i++)
      addCounters(merged, 'host-a', delta([], { unsupported: [{ event: 'cycles', reason: 'this CPU has no PMU' }] }))
    expect(viewCounters(merged, {}, HOSTS).hosts).toEqual([
      { hostId: 'host-a', hostName: 'alpha', unsupported: [{ event: 'cycles', reason: 'this CPU has no PMU' }] },
    ])
  })

  it('keeps to its bounds, and counts what is beyond', () => {
    const merged = emptyCounters(SHAPE, 4)
    for (let round = 0; round < 3; round++)
      addCounters(
        merged,
        'host-a',
        delta(Array.from({ length: 10 }, (_, cpu) => ({ event: 'cycles', cpu, unit: '', value: 1, runningShare: 1 }))),
      )
    const view = viewCounters(merged, {}, HOSTS)
    expect(view.series).toHaveLength(4)
    expect(view.leftOut).toBe(6)
    expect(countersBytes(merged)).toBeLessThan(20_000)
  })
})
