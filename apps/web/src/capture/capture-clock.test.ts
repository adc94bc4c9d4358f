import type { TargetState, TargetView } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { captureProgress } from './capture-clock.ts'
import { captureOf, targetOf } from './testing/capture-of.ts'

const target = (state: TargetState, startedAtMs: number | null): TargetView =>
  targetOf({ state, startedAt: startedAtMs === null ? null : new Date(startedAtMs) })
const capture = (...targets: TargetView[]) => captureOf(targets)

describe('captureProgress', () => {
  it('does not run before a host recorded anything', () => {
    expect(captureProgress(capture(target('queued', null)), 5_000)).toEqual({ elapsedMs: null, remainingMs: null, share: null })
    expect(captureProgress(capture(target('failed', 1_000)), 5_000).elapsedMs).toBeNull()
  })
  it('counts from the first start and to the last end', () => {
    const progress = captureProgress(capture(target('running', 0), target('running', 10_000), target('done', 2)), 15_000)
    expect(progress).toEqual({ elapsedMs: 15_000, remainingMs: 25_000, share: 1 - 25 / 30 })
  })
  it('never leaves its bounds, whatever the clocks say', () => {
    for (const now of [-1e6, 0, 1e9]) {
      const { elapsedMs, remainingMs, share } = captureProgress(capture(target('running', 20_000)), now)
      expect(elapsedMs).toBeGreaterThanOrEqual(0)
      expect(elapsedMs).toBeLessThanOrEqual(30_000)
      expect(remainingMs).toBeGreaterThanOrEqual(0)
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
  })
})
