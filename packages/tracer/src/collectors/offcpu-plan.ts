import type { HostCommand, HostFacts, InstrumentOf } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { helperCommand, workingHelper } from '../native/helper-command.ts'
import { scopeArguments } from '../native/scope-arguments.ts'
import { deadlineSeconds } from '../run/guarded-child.ts'
import { type PerfRecordInput, perfRecordCommand, perfScriptCommand } from '../stacks/perf-commands.ts'
import type { AgentCondition } from '../stacks/sample-filter.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'

/** How often the helper says what it has added up. What had begun before the recording is left out, so much at most. */
const INTERVAL_MS = 250

/** Off-CPU time by the helper, with perf beside it for what is mapped where; or by perf alone, with every switch recorded. */
export type OffcpuEngine = {
  /** Null: perf alone. */
  helper: HostCommand | null
  record: HostCommand
  script: HostCommand
  /** These processes and what they start: those that the agent keeps where perf cannot filter, and waits for. */
  onlyPids: readonly number[] | null
  conditions: readonly AgentCondition[]
  notes: readonly string[]
}

/** `commands` are those of the first engine. The second one is used where the helper turns out not to attach. */
export type OffcpuPlan = CollectorPlanOf<'offcpu'> & {
  engine: OffcpuEngine
  fallback: OffcpuEngine | null
}

/** @throws TraceRefusal bad-spec where neither can do it */
export function planOffcpu(context: PlanContext<'offcpu'>): OffcpuPlan {
  const helper = workingHelper(context.facts)
  const engine = helper === null ? byPerf(context) : byHelper(context, helper)
  return {
    id: 'offcpu',
    instrument: context.instrument,
    probes: context.probes,
    commands: commandsOfEngine(engine),
    notes: [],
    engine,
    fallback: helper === null ? null : orNull(() => byPerf(context)),
  }
}

export const commandsOfEngine = ({ helper, record, script }: OffcpuEngine): HostCommand[] => [
  ...(helper === null ? [] : [helper]),
  record,
  script,
]

function byHelper({ spec, facts, instrument, resolved }: PlanContext<'offcpu'>, path: string): OffcpuEngine {
  const { scope } = resolved
  const { minBlockedUs, wakers, sides } = instrument
  const flag = (on: boolean): string => (on ? '1' : '0')
  // Its own deadline is a guard: the recording begins when perf is ready too, and the helper is told when it ends.
  const args = [
    '--duration-ms',
    deadlineSeconds(spec.durationMs) * 1000,
    '--interval-ms',
    INTERVAL_MS,
    '--min-us',
    minBlockedUs,
    '--wakers',
    flag(wakers),
  ]
  const stacks = ['--kernel-stacks', flag(sides !== 'user'), '--user-stacks', flag(sides !== 'kernel')]
  return {
    helper: helperCommand('offcpu', facts, path, ['offcpu', ...args.map(String), ...stacks, ...scopeArguments(scope)]),
    // Of the whole host: events of a task, even such that never happen, would make each of its switches dearer.
    record: perfRecordCommand(recordInput(spec.durationMs, facts, { kind: 'host' }, instrument, { kind: 'mappings' })),
    script: perfScriptCommand({ durationMs: spec.durationMs, facts, collector: 'offcpu' }),
    onlyPids: scope.kind === 'processes' ? scope.pids : null,
    conditions: [],
    notes: [],
  }
}

function byPerf({ spec, facts, instrument, resolved }: PlanContext<'offcpu'>): OffcpuEngine {
  const { scope, perfOnlyPids } = resolved
  // A thread may come back on another CPU than the one that it has left.
  if (scope.cpus !== undefined)
    throw new TraceRefusal('bad-spec', 'Off-CPU time of some CPUs alone needs the program sonde-bpf, which does not work on this host.')
  const wholeHost = instrument.wakers || perfOnlyPids !== null
  const pids = scope.kind === 'processes' ? scope.pids : perfOnlyPids
  const notes = ['perf recorded every switch: this costs a busy host more than the native helper would.']
  if (scope.uid !== undefined) notes.push(`perf cannot filter by user: the agent kept the threads of uid ${scope.uid}.`)
  if (instrument.wakers && scope.kind === 'cgroup' && perfOnlyPids === null)
    throw new TraceRefusal('bad-spec', 'Who wakes the threads of a cgroup needs the program sonde-bpf, which does not work on this host.')
  return {
    helper: null,
    record: perfRecordCommand(
      recordInput(spec.durationMs, facts, wholeHost ? { kind: 'host' } : scope, instrument, {
        kind: 'switches',
        wakers: instrument.wakers,
      }),
    ),
    script: perfScriptCommand({ durationMs: spec.durationMs, facts, collector: 'offcpu' }),
    onlyPids: wholeHost ? pids : null,
    conditions: scope.uid === undefined ? [] : [{ field: 'uid', op: '==', value: scope.uid }],
    notes,
  }
}

function recordInput(
  durationMs: number,
  facts: HostFacts,
  scope: TraceScope,
  { sides }: InstrumentOf<'offcpu'>,
  what: PerfRecordInput['what'],
): PerfRecordInput {
  return { durationMs, facts, scope, wholeHost: false, sides, what }
}

function orNull<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof TraceRefusal) return null
    throw error
  }
}
