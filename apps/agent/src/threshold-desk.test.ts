import type { ThresholdSample, ThresholdWatch } from '@sonde/contract'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pause } from './pause.ts'
import { ThresholdDesk } from './threshold-desk.ts'

const WATCH: ThresholdWatch = { ruleId: 'rule-0001', metric: 'pressure-io', above: 30, clearBelow: 20, forS: 10 }
const NOTHING: ThresholdSample = { 'pressure-cpu': null, 'pressure-io': null, 'pressure-memory': null, 'run-queue': null, iowait: null }
const io = (value: number): ThresholdSample => ({ ...NOTHING, 'pressure-io': value })

function deskOf({ read = async () => NOTHING, sampleMs = 5 }: { read?: () => Promise<ThresholdSample>; sampleMs?: number } = {}) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const told: number[] = []
  const desk = new ThresholdDesk({
    read,
    sampleMs,
    signal: stop.signal,
    log: pino({ level: 'silent' }),
    onTrip: () => told.push(desk.trips().length),
  })
  return { desk, told }
}

describe('the watch over thresholds', () => {
  it('tells of a trip at once, with the lowest value, until that is answered', () => {
    const { desk, told } = deskOf({ sampleMs: 60_000 })
    desk.watch([WATCH])
    for (const [i, value] of [40, 50, 35, 90, 60].entries()) desk.take(io(value), i * 2_000)
    expect(told).toEqual([])
    desk.take(io(70), 10_000)
    expect(told).toEqual([1])
    const trips = desk.trips()
    expect(trips).toMatchObject([{ ruleId: WATCH.ruleId, metric: 'pressure-io', value: 35, forS: 10 }])
    expect(desk.trips()).toEqual(trips)
    desk.answered(trips)
    expect(desk.trips()).toEqual([])
    for (let i = 6; i < 60; i++) desk.take(io(70), i * 2_000)
    expect(told).toEqual([1])
  })

  it('goes on where it stood when it is told the same again, and anew when it changed', () => {
    const { desk, told } = deskOf({ sampleMs: 60_000 })
    desk.watch([WATCH])
    for (let i = 0; i < 4; i++) desk.take(io(40), i * 2_000)
    desk.watch([{ ...WATCH }])
    for (let i = 4; i < 6; i++) desk.take(io(40), i * 2_000)
    expect(told).toEqual([1])
    desk.watch([{ ...WATCH, above: 35 }])
    for (let i = 6; i < 11; i++) desk.take(io(40), i * 2_000)
    expect(told).toEqual([1])
    desk.take(io(40), 24_000)
    expect(told).toEqual([1, 2])
  })

  it('reads nothing while nothing is watched, and survives what cannot be read', async () => {
    let reads = 0
    const { desk, told } = deskOf({
      read: async () => {
        reads++
        if (reads % 2 === 1) throw new Error('no such file')
        return io(99)
      },
    })
    await pause(30)
    expect(reads).toBe(0)
    desk.watch([{ ...WATCH, forS: 0.02 }])
    const until = performance.now() + 5_000
    while (told.length === 0 && performance.now() < until) await pause(5)
    expect(told).toEqual([1])
    desk.watch([])
    await pause(30)
    const after = reads
    await pause(50)
    expect(reads).toBe(after)
  })
})
