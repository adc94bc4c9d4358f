import type { CaptureCounters, CounterSeries } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { counterRatios, mergeCpus } from './counter-ratios.ts'

const series = (event: string, value: number | null, over: Partial<CounterSeries> = {}): CounterSeries => ({
  hostId: 'h',
  hostName: 'web-1',
  event,
  unit: '',
  cpu: null,
  value,
  countedMs: 2_000,
  runningShare: 1,
  values: value === null ? [null, null] : [value / 2, value / 2],
  ...over,
})
const data = (list: CounterSeries[]): CaptureCounters => ({
  grid: { stepMs: 1_000, coveredMs: [1_000, 1_000] },
  series: list,
  hosts: [],
  leftOut: 0,
})

describe('counterRatios', () => {
  it('pairs what belongs together', () => {
    const ratios = counterRatios(
      data([
        series('cycles', 1_000),
        series('instructions', 2_500),
        series('branches', 400),
        series('branch-misses', 4),
        series('cache-misses', 5),
      ]),
    )
    expect(ratios.map((r) => [r.id, r.value])).toEqual([
      ['ipc h', 2.5],
      ['branch h', 0.01],
      ['mpki h', 0.002],
    ])
    expect(ratios[0]).toMatchObject({ from: 'instructions / cycles', values: [2.5, 2.5], hostName: 'web-1' })
  })
  it('divides nothing by nothing, and says so with null', () => {
    expect(counterRatios(data([series('cycles', 0), series('instructions', 5)]))[0]).toMatchObject({ value: null, values: [null, null] })
    expect(counterRatios(data([series('cycles', null), series('instructions', 5)]))[0]).toMatchObject({ value: null, values: [null, null] })
    expect(counterRatios(data([series('cycles', 5)]))).toEqual([])
  })
  it('knows how much of it is an estimate: the worse of the two', () => {
    const [ratio] = counterRatios(data([series('cycles', 10, { runningShare: 0.5 }), series('instructions', 5, { runningShare: 0.8 })]))
    expect(ratio?.runningShare).toBe(0.5)
  })
  it('never mixes hosts', () => {
    const ratios = counterRatios(data([series('cycles', 10), series('instructions', 5, { hostId: 'other' })]))
    expect(ratios).toEqual([])
  })
  it('takes the user part for the whole only where there is nothing else', () => {
    expect(counterRatios(data([series('cycles:u', 10), series('instructions:u', 5)]))[0]?.value).toBe(0.5)
    expect(counterRatios(data([series('cycles', 10), series('cycles:u', 1), series('instructions', 5)]))[0]?.value).toBe(0.5)
  })
})

describe('mergeCpus', () => {
  it('adds CPUs up, in the time that passed', () => {
    const merged = mergeCpus([0, 1, 2, 3].map((cpu) => series('cycles', 100, { cpu, runningShare: cpu === 0 ? 0.6 : 1 })))
    expect(merged).toEqual([series('cycles', 400, { cpu: null, runningShare: 0.9, values: [200, 200] })])
  })
  it('leaves units, events and hosts apart, and what was counted on one CPU only', () => {
    const apart = [series('a', 1), series('b', 1), series('a', 1, { unit: 'ns' }), series('a', 1, { hostId: 'x' })]
    expect(mergeCpus(apart)).toEqual(apart)
    expect(mergeCpus([series('a', null, { cpu: 0 }), series('a', 7, { cpu: 1 })])[0]).toMatchObject({ value: 7, values: [3.5, 3.5] })
  })
})
