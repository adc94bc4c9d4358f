import { specOfRecipe } from '@sonde/contract'
import { expect, test } from 'vitest'
import { profileOf, recordCapture } from '../record-capture.ts'
import { burnCpu } from '../workloads.ts'
import type { TheLab } from './with-lab.ts'

/** On a machine with hardware counters. */
export function cpuSamplingTests(theLab: TheLab): void {
  test('CPU profile: samples hardware cycles', async () => {
    let pid = 0
    const capture = await recordCapture(theLab(), specOfRecipe('cpu-profile', { durationMs: 6_000 }), async () => {
      pid = await burnCpu(theLab().machine, 400_000)
    })
    expect(capture.target).toMatchObject({ state: 'done', reason: null })
    expect(capture.target.quality).toMatchObject({ sampledEvent: 'cycles', lostSamples: 0, partial: false })
    const profile = await profileOf(theLab(), capture)
    expect(profile.meta.event).toBe('cycles')
    expect(profile.samples.length).toBe(capture.target.quality?.samples)
    const ofBurner = profile.samples.thread.filter((thread) => profile.threads.pid[thread] === pid)
    expect(ofBurner.length).toBeGreaterThan(20)
  })
}
