import type { RecipeValues } from '@sonde/contract'
import type { MachineId } from './machines.ts'
import type { RunningMachine } from './running-machine.ts'
import { copyByteByByte } from './workloads.ts'

/** What running a recipe in a machine is expected to show. */
export type ExpectedRecipe = {
  /** results: the guest does what the recipe is about. attached: it does not, so an empty result is right. refused: see `why`. */
  shows: 'results' | 'attached' | 'refused'
  values?: RecipeValues
  /** What is done once it is attached, besides guest/activity.py. */
  during?: (machine: RunningMachine) => Promise<void>
  why?: string
}

const libc = { of: 'library', name: 'libc.so.6' }
const asUsual: ExpectedRecipe = { shows: 'results' }
/** The default of their parameter is vfs_read. */
const reads: ExpectedRecipe = { shows: 'results', during: async (machine) => void (await copyByteByByte(machine, 500)) }
const noProgram = (name: string): ExpectedRecipe => ({ shows: 'refused', why: `no ${name} runs in the machine` })

/** Those that are not simply run and expected to show something. */
const SPECIAL: Readonly<Record<string, ExpectedRecipe>> = {
  'user-function-latency': { shows: 'results', values: { binary: libc, function: 'fsync' } },
  'user-function-calls': { shows: 'results', values: { binary: libc, function: 'fsync' } },
  'user-function-stacks': { shows: 'results', values: { binary: libc, function: 'fsync' } },
  'kernel-function-latency': reads,
  'kernel-function-stacks': reads,
  'memory-reclaim': { shows: 'attached', why: 'a machine that is made short of memory hangs, or frees it in the background' },
  'slow-syscalls': { shows: 'results', values: { least: 1_000_000 } },
  'postgres-queries': noProgram('Postgres'),
  'java-gc': noProgram('Java'),
  'cpp-exceptions': { shows: 'attached', why: 'no C++ program in the machine throws' },
}
const NO_PMU: ExpectedRecipe = { shows: 'refused', why: 'the emulated CPU has no hardware counters' }
const FEW_EVENTS: ExpectedRecipe = { shows: 'refused', why: 'the emulated PMU counts cycles and instructions, but not this' }
const BY_MACHINE: Readonly<Record<MachineId, Readonly<Record<string, ExpectedRecipe>>>> = {
  x86: { ipc: NO_PMU, 'cache-misses': NO_PMU, 'branch-misses': NO_PMU },
  debian13: { ipc: NO_PMU, 'cache-misses': NO_PMU, 'branch-misses': NO_PMU },
  arm64: { 'cache-misses': FEW_EVENTS, 'branch-misses': FEW_EVENTS },
}

export const expectedOf = (machine: MachineId, recipe: string): ExpectedRecipe => BY_MACHINE[machine][recipe] ?? SPECIAL[recipe] ?? asUsual
