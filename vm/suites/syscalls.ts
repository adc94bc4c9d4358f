import { specOfRecipe } from '@sonde/contract'
import { expect, test } from 'vitest'
import { recordCapture, syscallsOf } from '../record-capture.ts'
import { copyByteByByte } from '../workloads.ts'
import type { TheLab } from './with-lab.ts'

/** The first capture that everybody makes, on a kernel that the machine that runs the tests does not have. */
export function syscallTests(theLab: TheLab): void {
  test('CPU + syscalls: the calls of a known workload are counted exactly', async () => {
    const bytes = 20_000
    let pid = 0
    const capture = await recordCapture(theLab(), specOfRecipe('cpu-and-syscalls', { durationMs: 5_000 }), async () => {
      pid = await copyByteByByte(theLab().machine, bytes)
    })
    expect(capture.target).toMatchObject({ state: 'done', reason: null })
    const { rows, lostCalls, truncated } = await syscallsOf(theLab(), capture)
    expect({ lostCalls, truncated }).toEqual({ lostCalls: 0, truncated: false })
    const callsOf = (name: string) => rows.find((row) => row.pid === pid && row.name === name)?.calls
    expect(callsOf('write')).toBe(bytes)
    // One more reads the header of libc.
    expect(callsOf('read')).toBe(bytes + 1)
    expect(capture.target.quality).toMatchObject({ lostSamples: 0, partial: false })
    expect(capture.target.quality?.samples).toBeGreaterThan(50)
  })
}
