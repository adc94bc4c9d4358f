import { expect, test } from 'vitest'
import { catalogueTests } from './suites/catalogues.ts'
import { counterTests } from './suites/counters.ts'
import { cpuSamplingTests } from './suites/cpu-sampling.ts'
import { kprobeTests } from './suites/kprobes.ts'
import { recipeTests } from './suites/recipes.ts'
import { syscallTests } from './suites/syscalls.ts'
import { withLab } from './suites/with-lab.ts'

const theLab = withLab('arm64')

test('the agent finds hardware counters, and nothing missing', async () => {
  const { facts } = await theLab().host()
  expect(facts).toMatchObject({ arch: 'arm64', kernel: theLab().image.kernelVersion, os: 'debian 12', cpuCount: 1 })
  const missing = facts.capabilities.filter((capability) => !capability.available)
  expect(missing.map(({ id }) => id)).toEqual(theLab().hasHelper ? [] : ['bpf-helper'])
  expect(facts.capabilities.map(({ id }) => id)).toContain('hardware-pmu')
})

cpuSamplingTests(theLab)
counterTests(theLab)
syscallTests(theLab)
kprobeTests(theLab)
recipeTests(theLab, 'arm64')
catalogueTests(theLab, { counters: ['cycles', 'instructions', 'cpu-clock'], moduleFunction: 'virtnet_poll' })
