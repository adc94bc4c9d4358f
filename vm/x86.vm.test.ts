import { expect, test } from 'vitest'
import { catalogueTests } from './suites/catalogues.ts'
import { guardrailTests } from './suites/guardrails.ts'
import { kprobeTests } from './suites/kprobes.ts'
import { recipeTests } from './suites/recipes.ts'
import { bpftraceSyscallTests, syscallTests } from './suites/syscalls.ts'
import { withLab } from './suites/with-lab.ts'

const theLab = withLab('x86')

test('the agent says what this kernel can do, and why it has no hardware counters', async () => {
  const { facts, online, labels } = await theLab().host()
  expect(online).toBe(true)
  expect(labels).toEqual({ env: 'test', kind: 'vm' })
  expect(facts).toMatchObject({ arch: 'x64', kernel: theLab().image.kernelVersion, os: 'debian 12', cpuCount: 2 })
  const missing = facts.capabilities.filter((capability) => !capability.available)
  expect(missing.map(({ id }) => id)).toEqual([...(theLab().hasHelper ? [] : ['bpf-helper']), 'hardware-pmu'])
  expect(missing.at(-1)?.reason).toContain('no hardware counters')
})

syscallTests(theLab)
bpftraceSyscallTests(theLab)
kprobeTests(theLab)
guardrailTests(theLab)
recipeTests(theLab, 'x86')
catalogueTests(theLab, { counters: ['cpu-clock'], moduleFunction: 'virtnet_poll' })
