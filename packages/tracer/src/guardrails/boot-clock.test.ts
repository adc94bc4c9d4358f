import { describe, expect, it, vi } from 'vitest'
import { afterBootTime, bootMs } from './boot-clock.ts'

describe('the boot clock', () => {
  it('goes on at the pace of time', async () => {
    // However long the reading takes, it lies between these two.
    const read = () => [performance.now(), bootMs(), performance.now()] as const
    const [before, boot, after] = read()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const [laterBefore, laterBoot, laterAfter] = read()
    expect(laterBoot - boot).toBeGreaterThan(laterBefore - after - 25)
    expect(laterBoot - boot).toBeLessThan(laterAfter - before + 25)
  })

  it('calls back after the time, not before, and not when called off', () => {
    vi.useFakeTimers()
    try {
      let now = 1_000
      const calls: string[] = []
      const advance = (ms: number) => {
        for (let i = 0; i < ms; i += 100) {
          now += 100
          vi.advanceTimersByTime(100)
        }
      }
      afterBootTime(
        2_000,
        () => calls.push('two'),
        () => now,
      )
      const forget = afterBootTime(
        2_500,
        () => calls.push('never'),
        () => now,
      )
      advance(1_900)
      expect(calls).toEqual([])
      advance(100)
      expect(calls).toEqual(['two'])
      forget()
      advance(2_000)
      expect(calls).toEqual(['two'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not trace on after a suspend: timers stood still, the clock did not', () => {
    vi.useFakeTimers()
    try {
      let now = 0
      const calls: number[] = []
      afterBootTime(
        60_000,
        () => calls.push(now),
        () => now,
      )
      vi.advanceTimersByTime(500)
      // An hour of sleep, of which timers see nothing.
      now = 3_600_000
      vi.advanceTimersByTime(500)
      expect(calls).toEqual([3_600_000])
    } finally {
      vi.useRealTimers()
    }
  })
})
