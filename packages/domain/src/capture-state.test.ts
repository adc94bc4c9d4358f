import { isFinal, TARGET_STATES, type TargetState } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { captureEndedAt, captureState } from './capture-state.ts'

describe('captureState', () => {
  it.each([
    [['queued', 'offered'], 'queued'],
    [['queued', 'accepted'], 'running'],
    [['done', 'queued'], 'running'],
    [['done', 'done'], 'done'],
    [['done', 'lost'], 'partial'],
    [['done', 'cancelled'], 'partial'],
    [['cancelled', 'failed'], 'cancelled'],
    [['cancelled'], 'cancelled'],
    [['expired', 'refused', 'lost', 'failed'], 'failed'],
  ] as const)('%j is %s', (states, expected) => {
    expect(captureState(states)).toBe(expected)
  })

  it('does not depend on the order of targets, and is final exactly when all of them are', () => {
    const random = seededRandom(3)
    const pick = (): TargetState => TARGET_STATES[Math.floor(random() * TARGET_STATES.length)] ?? 'queued'
    for (let run = 0; run < 1_000; run++) {
      const states = Array.from({ length: 1 + Math.floor(random() * 5) }, pick)
      const state = captureState(states)
      expect(captureState([...states].reverse())).toBe(state)
      expect(['done', 'partial', 'failed', 'cancelled'].includes(state)).toBe(states.every(isFinal))
    }
  })
})

it('a capture ends when its last target does', () => {
  const at = (ms: number) => new Date(ms)
  expect(
    captureEndedAt([
      { state: 'done', endedAt: at(5) },
      { state: 'lost', endedAt: at(9) },
    ]),
  ).toEqual(at(9))
  expect(
    captureEndedAt([
      { state: 'done', endedAt: at(5) },
      { state: 'running', endedAt: null },
    ]),
  ).toBeNull()
})
