import { specOfRecipe } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Lab, openLab } from './lab.ts'
import { leftovers } from './leftovers.ts'
import { recordCapture, syscallsOf } from './record-capture.ts'
import { copyByteByByte } from './workloads.ts'

let lab: Lab

beforeAll(async () => {
  lab = await openLab('x86')
  console.log(
    `x86 (${lab.image.kernelVersion}): boot ${seconds(lab.times.bootMs)}, agent enrolled after ${seconds(lab.times.enrolMs)} more`,
  )
})
afterAll(() => lab?.close())
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(`the guest's console:\n${lab.machine.consoleTail()}`)))
afterEach(async () => expect(await leftovers(lab.machine)).toEqual([]))

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

test('the agent says what this kernel can do, and why it has no hardware counters', async () => {
  const { facts, online, labels } = await lab.host()
  expect(online).toBe(true)
  expect(labels).toEqual({ env: 'test', kind: 'vm' })
  expect(facts).toMatchObject({ arch: 'x64', kernel: lab.image.kernelVersion, os: 'debian 12', cpuCount: 2 })
  const missing = facts.capabilities.filter((capability) => !capability.available)
  expect(missing.map(({ id }) => id)).toEqual(['hardware-pmu'])
  expect(missing[0]?.reason).toContain('no hardware counters')
})

test('CPU + syscalls: the calls of a known workload are counted exactly', async () => {
  const bytes = 20_000
  let pid = 0
  const capture = await recordCapture(lab, specOfRecipe('cpu-and-syscalls', { durationMs: 5_000 }), async () => {
    pid = await copyByteByByte(lab.machine, bytes)
  })
  expect(capture.target).toMatchObject({ state: 'done', reason: null })
  const { rows, lostCalls, truncated } = await syscallsOf(lab, capture)
  expect({ lostCalls, truncated }).toEqual({ lostCalls: 0, truncated: false })
  const callsOf = (name: string) => rows.find((row) => row.pid === pid && row.name === name)?.calls
  expect(callsOf('write')).toBe(bytes)
  // One more reads the library's header.
  expect(callsOf('read')).toBe(bytes + 1)
  expect(capture.target.quality).toMatchObject({ sampledEvent: 'cpu-clock', lostSamples: 0, partial: false })
  expect(capture.target.quality?.samples).toBeGreaterThan(50)
})
