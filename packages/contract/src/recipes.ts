import { type CaptureSpec, DURATION_MS, RATE_HZ, type RecipeId } from './capture-spec.ts'
import type { CapabilityId } from './host.ts'

/** The collectors a recipe turns on. Each makes one kind of result. */
export type CollectorId = 'stacks' | 'syscalls'

/** A named, typed, reviewed combination of probe, collector and defaults. Plain data that UI, agent and docs read. */
export type Recipe = {
  id: RecipeId
  title: string
  /** The question that an engineer has when this is the right recipe. */
  question: string
  explanation: string
  collectors: readonly CollectorId[]
  requires: readonly CapabilityId[]
  /** What it costs on the host. */
  cost: 'negligible' | 'low' | 'moderate'
  costNote: string
  defaults: Omit<CaptureSpec, 'recipe' | 'filter'>
}

const defaults = { durationMs: DURATION_MS.default, rateHz: RATE_HZ.default } as const

export const RECIPES = {
  'cpu-and-syscalls': {
    id: 'cpu-and-syscalls',
    title: 'CPU + syscalls',
    question: 'Something is wrong on this host. What is it doing?',
    explanation:
      'Samples the stacks of everything on CPU and, at the same time, counts and times every system call per process, with its errors.',
    collectors: ['stacks', 'syscalls'],
    requires: ['stacks', 'syscalls'],
    cost: 'moderate',
    costNote: 'The sum of both: sampling is below 1 %, each system call gets about 0.3 to 2 µs slower.',
    defaults,
  },
  'cpu-profile': {
    id: 'cpu-profile',
    title: 'CPU profile',
    question: 'Where does the CPU time go?',
    explanation: 'Takes the kernel and user stack of whatever runs on each CPU, at a fixed rate. Idle CPUs are not sampled.',
    collectors: ['stacks'],
    requires: ['stacks'],
    cost: 'negligible',
    costNote: 'Below 1 % of CPU at 99 Hz.',
    defaults,
  },
  'syscall-breakdown': {
    id: 'syscall-breakdown',
    title: 'Syscall breakdown',
    question: 'Which system calls are made, how long do they take, and which fail?',
    explanation: 'Counts and times every system call per process in the kernel: calls, errors by errno, total, average, p50, p99, maximum.',
    collectors: ['syscalls'],
    requires: ['syscalls'],
    cost: 'moderate',
    costNote: 'Each system call gets about 0.3 to 2 µs slower; nothing else does.',
    defaults,
  },
} satisfies Record<RecipeId, Recipe> as Record<RecipeId, Recipe>

/** In the order they are offered. */
export const RECIPE_LIST: readonly Recipe[] = Object.values(RECIPES)
