import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { RecipeValues } from '@sonde/contract'
import type { MachineId } from './machines.ts'

/** What running a recipe in a machine is expected to show. */
export type RecipeRun = {
  /** results: the guest does what the recipe is about. attached: it does not, so an empty result is right. refused: see `why`. */
  expect: 'results' | 'attached' | 'refused'
  values?: RecipeValues
  why?: string
}

const libc = { of: 'library', name: 'libc.so.6' }
const asUsual: RecipeRun = { expect: 'results' }
const noProgram = (name: string): RecipeRun => ({ expect: 'refused', why: `no ${name} runs in the machine` })

/** Those that are not simply run and expected to show something. */
const SPECIAL: Readonly<Record<string, RecipeRun>> = {
  'user-function-latency': { expect: 'results', values: { binary: libc, function: 'fsync' } },
  'user-function-calls': { expect: 'results', values: { binary: libc, function: 'fsync' } },
  'user-function-stacks': { expect: 'results', values: { binary: libc, function: 'fsync' } },
  'memory-reclaim': { expect: 'attached', why: 'the machine is never short of memory as a whole' },
  'slow-syscalls': { expect: 'results', values: { least: 1_000_000 } },
  'postgres-queries': noProgram('Postgres'),
  'java-gc': noProgram('Java'),
  'cpp-exceptions': { expect: 'attached', why: 'no C++ program in the machine throws' },
}
const NO_PMU: RecipeRun = { expect: 'refused', why: 'the emulated CPU has no hardware counters' }
const FEW_EVENTS: RecipeRun = { expect: 'refused', why: 'the emulated PMU counts cycles and instructions, but not this' }
const BY_MACHINE: Readonly<Record<MachineId, Readonly<Record<string, RecipeRun>>>> = {
  x86: { ipc: NO_PMU, 'cache-misses': NO_PMU, 'branch-misses': NO_PMU },
  debian13: { ipc: NO_PMU, 'cache-misses': NO_PMU, 'branch-misses': NO_PMU },
  arm64: { 'cache-misses': FEW_EVENTS, 'branch-misses': FEW_EVENTS },
}

export const recipeRun = (machine: MachineId, recipe: string): RecipeRun => BY_MACHINE[machine][recipe] ?? SPECIAL[recipe] ?? asUsual

/** vm/recipe-runs.json: machine → what ran there. Read by the table of recipes in the docs. */
export type RecipeRuns = Partial<Record<MachineId, { kernel: string; recipes: Record<string, { ran: boolean; note: string | null }> }>>

const FILE = path.join(import.meta.dirname, 'recipe-runs.json')

/** Notes down what ran and what did not, beside what earlier runs noted about other recipes and machines. */
export function noteRecipeRuns(
  machine: MachineId,
  kernel: string,
  recipes: Readonly<Record<string, { ran: boolean; note: string | null }>>,
): void {
  const runs: RecipeRuns = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}
  const all = { ...runs[machine]?.recipes, ...recipes }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)))
  const next: RecipeRuns = { ...runs, [machine]: { kernel, recipes: sorted } }
  writeFileSync(FILE, `${JSON.stringify(next, null, 2)}\n`)
}
