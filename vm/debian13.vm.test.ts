import { expect, test } from 'vitest'
import { catalogueTests } from './suites/catalogues.ts'
import { kprobeTests } from './suites/kprobes.ts'
import { recipeTests } from './suites/recipes.ts'
import { bpftraceSyscallTests, syscallTests } from './suites/syscalls.ts'
import { withLab } from './suites/with-lab.ts'

const theLab = withLab('debian13')

test('the agent knows its tools and what this kernel can do', async () => {
  const { facts } = await theLab().host()
  expect(facts).toMatchObject({ arch: 'x64', kernel: theLab().image.kernelVersion, os: 'debian 13' })
  const helper = theLab().hasHelper ? [] : ['sonde-bpf']
  expect(facts.tools.filter(({ version }) => version === null).map(({ name }) => name)).toEqual(helper)
  const missing = facts.capabilities.filter((capability) => !capability.available)
  expect(missing.map(({ id }) => id)).toEqual([...(theLab().hasHelper ? [] : ['bpf-helper']), 'hardware-pmu'])
})

syscallTests(theLab)
bpftraceSyscallTests(theLab)
kprobeTests(theLab)
recipeTests(theLab, 'debian13')
catalogueTests(theLab, { counters: ['cpu-clock'], moduleFunction: 'virtnet_poll' })
