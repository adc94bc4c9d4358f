import { expect, it } from 'vitest'
import { RECIPE_LIST } from './recipe-book.ts'
import { capabilitiesOfRecipe, exampleInstruments } from './recipe-capabilities.ts'

it('is known of every recipe, whether its parameters are filled in or not', () => {
  for (const recipe of RECIPE_LIST) {
    expect(exampleInstruments(recipe).map((instrument) => instrument.collector)).toEqual(recipe.instruments.map((i) => i.collector))
    expect(capabilitiesOfRecipe(recipe).length).toBeGreaterThan(0)
  }
})

it.each([
  ['cpu-and-syscalls', ['stacks', 'syscalls']],
  ['off-cpu', ['offcpu']],
  ['user-function-latency', ['bpftrace', 'uprobes']],
  ['kernel-function-stacks', ['stacks', 'kprobes']],
  ['ipc', ['perf', 'hardware-pmu']],
])('%s needs %j', (id, needed) => {
  const recipe = RECIPE_LIST.find((r) => r.id === id)
  expect(recipe && [...capabilitiesOfRecipe(recipe)].sort()).toEqual([...needed].sort())
})
