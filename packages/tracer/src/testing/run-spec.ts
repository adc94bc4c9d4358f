import { readFileSync } from 'node:fs'
import {
  type CaptureSpec,
  type CaptureSpecInput,
  type CountersDelta,
  captureSpecSchema,
  countersDeltaSchema,
  type HostCommand,
  type HostFacts,
  targetQualitySchema,
} from '@sonde/contract'
import { decodeProfile, encodeProfile, mergeProfiles, type Profile } from '@sonde/profile'
import type { CapturePlan } from '../capture-plan.ts'
import type { CollectorResult } from '../collectors/collector.ts'
import { planCapture } from '../plan-capture.ts'
import { type CaptureOutcome, runCapture } from '../run-capture.ts'

export type SpecToRun = Pick<CaptureSpecInput, 'instruments'> & Partial<Omit<CaptureSpecInput, 'version' | 'instruments'>>
export const specOf = (spec: SpecToRun): CaptureSpec => captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 2_000, ...spec })

export type RunOptions = {
  facts: HostFacts
  signal?: AbortSignal
  onAttached?: (commands: HostCommand[]) => void | Promise<void>
  change?: (plan: CapturePlan) => CapturePlan
}

export type RunResult = {
  plan: CapturePlan
  outcome: CaptureOutcome
  commands: HostCommand[]
  results: CollectorResult[]
  /** All deltas of the kind as one, through the wire format. */
  profile: Profile
  offcpu: Profile
  counters: CountersDelta[]
}

/** Plans a spec on this host, runs it, and checks everything that comes out against the contract. */
export async function runSpec(spec: SpecToRun, options: RunOptions): Promise<RunResult> {
  const planned = await planCapture(specOf(spec), options.facts)
  const plan = options.change?.(planned) ?? planned
  const results: CollectorResult[] = []
  let commands: HostCommand[] = []
  const outcome = await runCapture(plan, {
    hostId: 'host-1',
    hostName: 'web-1',
    workDir: '/nonexistent',
    signal: options.signal ?? new AbortController().signal,
    onAttached: async (attached) => {
      commands = attached
      await options.onAttached?.(attached)
    },
    onResult: (result) => {
      results.push(result)
      return 1
    },
  })
  targetQualitySchema.parse(outcome.quality)
  const profiles = (kind: 'profile' | 'offcpu') =>
    mergeProfiles(results.flatMap((result) => (result.kind === kind ? [decodeProfile(encodeProfile(result.profile))] : [])))
  return {
    plan,
    outcome,
    commands,
    results,
    profile: profiles('profile'),
    offcpu: profiles('offcpu'),
    counters: results.flatMap((result) => (result.kind === 'counters' ? [countersDeltaSchema.parse(result.delta)] : [])),
  }
}

/** Weight of each stack, by its frames from the outermost to the innermost, joined by `;`. */
export function stackWeights(profile: Profile): Map<string, number> {
  const weights = new Map<string, number>()
  const { samples, stacks, frames, strings } = profile
  for (let i = 0; i < samples.length; i++) {
    const names: string[] = []
    for (let row = samples.stack[i] ?? -1; row !== -1; row = stacks.parent[row] ?? -1)
      names.push(strings[frames.name[stacks.frame[row] ?? 0] ?? 0] ?? '')
    const key = names.reverse().join(';')
    weights.set(key, (weights.get(key) ?? 0) + (samples.weight[i] ?? 0))
  }
  return weights
}

/** Weight of all stacks that have these frames one after the other. */
export function weightWith(profile: Profile, path: string): number {
  let sum = 0
  for (const [stack, weight] of stackWeights(profile)) if (`;${stack};`.includes(`;${path};`)) sum += weight
  return sum
}

export const totalWeight = (profile: Profile): number => profile.samples.weight.reduce((sum, weight) => sum + weight, 0)

/** Events that these commands have made in tracefs and that are still there. */
export function leftEvents(commands: readonly HostCommand[]): string[] {
  const groups = commands.flatMap(({ program }) => [...(program ?? '').matchAll(/^[pr]:(sonde_\w+)\//gm)].map((match) => match[1] ?? ''))
  const text = ['uprobe_events', 'kprobe_events'].map((file) => readTracefs(file)).join('\n')
  return [...new Set(groups)].filter((group) => text.includes(`:${group}/`))
}

function readTracefs(file: string): string {
  try {
    return readFileSync(`/sys/kernel/tracing/${file}`, 'utf8')
  } catch {
    // A kernel without this sort of events.
    return ''
  }
}
