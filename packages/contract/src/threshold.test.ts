import { describe, expect, it } from 'vitest'
import { ARMED, stepThreshold, type Threshold, type ThresholdState } from './threshold.ts'

const THRESHOLD: Threshold = { metric: 'pressure-io', above: 30, clearBelow: 20, forS: 10 }
const STEP_MS = 2_000

/** Runs a series of one value for each step → the times (s) at which it tripped and cleared. */
function changes(values: (number | null)[], threshold = THRESHOLD): string[] {
  let state: ThresholdState = ARMED
  return values.flatMap((value, i) => {
    const was = state.tripped
    state = stepThreshold(state, threshold, value, i * STEP_MS)
    return state.tripped === was ? [] : [`${state.tripped ? 'trip' : 'clear'} ${(i * STEP_MS) / 1000}`]
  })
}
const flat = (value: number, seconds: number): number[] => Array.from({ length: seconds / 2 }, () => value)

describe('a watched threshold', () => {
  it('trips when the value has held for its time, and not before', () => {
    expect(changes([...flat(0, 10), ...flat(50, 20)])).toEqual(['trip 20'])
    expect(changes([...flat(0, 10), ...flat(50, 10), ...flat(0, 10)])).toEqual([])
    expect(changes([...flat(0, 10), ...flat(30, 12)])).toEqual(['trip 20'])
  })

  it('starts anew with every sample below it', () => {
    expect(changes([...flat(50, 8), 29, ...flat(50, 10), 29, ...flat(50, 8)])).toEqual([])
  })

  it('trips once while the value swings around it, and again only after it stayed below the lower mark', () => {
    const swinging = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 25 : 35))
    expect(changes([...flat(50, 12), ...swinging])).toEqual(['trip 10'])
    expect(changes([...flat(50, 12), ...flat(10, 12), ...flat(50, 12)])).toEqual(['trip 10', 'clear 22', 'trip 34'])
    expect(changes([...flat(50, 12), ...flat(10, 8), ...flat(50, 40)])).toEqual(['trip 10'])
  })

  it('is not moved by samples that are missing', () => {
    expect(changes([50, null, 50, null, null, 50])).toEqual(['trip 10'])
    expect(changes([50, null, 10, null, null, 50])).toEqual([])
    expect(changes(Array.from({ length: 50 }, () => null))).toEqual([])
  })

  it('never trips twice without clearing in between, whatever comes', () => {
    let seed = 7
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return seed / 2 ** 32
    }
    const series = Array.from({ length: 5_000 }, () => (random() < 0.02 ? null : 60 * random() ** (1 + Math.floor(random() * 3))))
    const told = changes(series, { ...THRESHOLD, forS: 4 }).map((change) => change.split(' ')[0])
    expect(told.length).toBeGreaterThan(10)
    told.forEach((change, i) => {
      expect(change).toBe(i % 2 === 0 ? 'trip' : 'clear')
    })
  })
})
