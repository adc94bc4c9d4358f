import { specOfRecipe } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Lab, openLab } from './lab.ts'
import { leftovers } from './leftovers.ts'
import { profileOf, recordCapture } from './record-capture.ts'
import { burnCpu } from './workloads.ts'

let lab: Lab

beforeAll(async () => {
  lab = await openLab('arm64')
  console.log(
    `arm64 (${lab.image.kernelVersion}): boot ${seconds(lab.times.bootMs)}, agent enrolled after ${seconds(lab.times.enrolMs)} more`,
  )
})
afterAll(() => lab?.close())
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(`the guest's console:\n${lab.machine.consoleTail()}`)))
afterEach(async () => expect(await leftovers(lab.machine)).toEqual([]))

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

test('the agent finds hardware counters, and nothing missing', async () => {
  const { facts } = await lab.host()
  expect(facts).toMatchObject({ arch: 'arm64', kernel: lab.image.kernelVersion, os: 'debian 12', cpuCount: 1 })
  expect(facts.capabilities.filter((capability) => !capability.available)).toEqual([])
  expect(facts.capabilities.map(({ id }) => id)).toContain('hardware-pmu')
})

test('CPU profile: samples hardware cycles', async () => {
  let pid = 0
  const capture = await recordCapture(lab, specOfRecipe('cpu-profile', { durationMs: 4_000 }), async () => {
    pid = await burnCpu(lab.machine, 400_000)
  })
  expect(capture.target).toMatchObject({ state: 'done', reason: null })
  expect(capture.target.quality).toMatchObject({ sampledEvent: 'cycles', lostSamples: 0, partial: false })
  const profile = await profileOf(lab, capture)
  expect(profile.meta.event).toBe('cycles')
  expect(profile.samples.length).toBe(capture.target.quality?.samples)
  const ofBurner = profile.samples.thread.filter((thread) => profile.threads.pid[thread] === pid)
  expect(ofBurner.length).toBeGreaterThan(20)
})
