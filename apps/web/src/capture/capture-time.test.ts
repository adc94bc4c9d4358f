import type { TargetView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { captureSpanMs, formatWindow, gridEndMs, parseWindow } from './capture-time.ts'
import { captureOf, targetOf } from './testing/capture-of.ts'

const done = (startedAtMs: number, recordedMs: number | null): TargetView =>
  targetOf({ state: 'done', startedAt: new Date(startedAtMs), recordedMs })

describe('captureSpanMs', () => {
  it('is the duration while anything runs', () => {
    expect(captureSpanMs(captureOf([done(0, 1_000), targetOf({ state: 'running' })]))).toBe(30_000)
  })
  it('is what was recorded, of all hosts in one time', () => {
    expect(captureSpanMs(captureOf([done(10_000, 30_012), done(12_000, 30_000)]))).toBe(32_000)
    expect(captureSpanMs(captureOf([done(10_000, 3_200)]))).toBe(3_200)
  })
  it('has an axis where nobody knows, and where next to nothing was recorded', () => {
    expect(captureSpanMs(captureOf([targetOf({ state: 'lost', startedAt: new Date(0) })]))).toBe(30_000)
    expect(captureSpanMs(captureOf([targetOf({ state: 'expired' })]))).toBe(30_000)
    expect(captureSpanMs(captureOf([done(0, 3)]))).toBe(1_000)
  })
})

it('a window goes into the link and comes back; an empty one is none', () => {
  for (const window of [{ fromMs: 0, toMs: 1 }, { fromMs: 1_500, toMs: 300_000 }, null])
    expect(parseWindow(formatWindow(window))).toEqual(window)
  for (const text of ['', '5-5', '9-3']) expect(parseWindow(text)).toBeNull()
})

it('a grid ends where its last bin does', () => {
  expect(gridEndMs({ stepMs: 1_000, coveredMs: [1_000, 1_000, 50] })).toBe(2_050)
  expect(gridEndMs({ stepMs: 1_000, coveredMs: [] })).toBe(0)
  expect(gridEndMs(undefined)).toBe(0)
})
