import { expect, test } from 'vitest'
import { countersOf, recordCapture, specOf } from '../record-capture.ts'
import { burnCpu } from '../workloads.ts'
import type { TheLab } from './with-lab.ts'

/** Hardware counters that count. Their values under emulation say nothing about a real CPU, so it is that they count, and go on counting. */
export function counterTests(theLab: TheLab): void {
  test('PMU, counting: cycles and instructions over time; what this PMU cannot count is said', async () => {
    const events = ['cycles', 'instructions', 'task-clock', 'branch-misses', 'cache-misses']
    const capture = await recordCapture(theLab(), specOf({ collector: 'pmu', events }, 6_000), async () => {
      await burnCpu(theLab().machine, 500_000)
    })
    expect(capture.target, capture.target.message ?? '').toMatchObject({ state: 'done', reason: null })
    const { series, hosts } = await countersOf(theLab(), capture)
    const counted = series.filter(({ value }) => value !== null)
    expect(counted.map(({ event }) => event).sort()).toEqual(['cycles', 'instructions', 'task-clock'])
    for (const { event, value, values, runningShare } of counted) {
      expect(value, event).toBeGreaterThan(0)
      const busy = values.filter((bin) => bin !== null && bin > 0)
      expect(busy.length, `bins in which ${event} went on`).toBeGreaterThanOrEqual(2)
      expect(runningShare, event).toBe(1)
    }
    const unsupported = hosts.flatMap((host) => host.unsupported)
    expect(unsupported.map(({ event }) => event).sort()).toEqual(['branch-misses', 'cache-misses'])
    expect(unsupported.every(({ reason }) => reason.length > 10)).toBe(true)
  })
}
