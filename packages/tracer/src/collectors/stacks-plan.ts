import { CPU_TIME_EVENTS, type HostCommand, type HostFacts, type InstrumentOf, SOFTWARE_EVENTS } from '@sonde/contract'
import type { ProfileMeta } from '@sonde/profile'
import type { ResolvedScope } from '../capture-plan.ts'
import { HELPER } from '../native/helper-command.ts'
import { probeRequest } from '../native/probe-definition.ts'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import { bestCpuEvent, type PerfRecordInput, perfRecordCommand, perfScriptCommand } from '../stacks/perf-commands.ts'
import { counterConditions, type PerfEvent, perfEventsOf } from '../stacks/perf-events.ts'
import type { AgentCondition } from '../stacks/sample-filter.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'
import { notesOf } from './probe-notes.ts'

/**
 * `commands`: the probe guard where events have to be made first, perf record, and perf script as its symboliser. The guard's group is
 * known once it runs: until then perf's events carry GROUP_TO_COME.
 */
export type StacksPlan = CollectorPlanOf<'stacks'> & {
  /** Of the profiles that come out. */
  meta: Pick<ProfileMeta, 'event' | 'unit' | 'periodNs'>
  record: PerfRecordInput
  script: HostCommand
  /** Null where every event is the kernel's own. */
  guard: HostCommand | null
  /** What one sample stands for. */
  weight: { by: 'constant'; value: number } | { by: 'period' } | { by: 'field'; times: number }
  /** Where perf cannot filter: the agent keeps the samples of these processes and of what they start. */
  onlyPids: readonly number[] | null
  /** The same, of what no filter of the kernel knows. */
  conditions: readonly AgentCondition[]
}

/** @throws TraceRefusal bad-spec, capability-missing */
export function planStacks(context: PlanContext<'stacks'>): StacksPlan {
  const { spec, facts, resolved, probes } = context
  const { scope } = resolved
  const onlyPids = agentsPids(resolved)
  const { what, meta, weight, conditions } = whatToRecord(context, onlyPids !== null)
  const record: PerfRecordInput = {
    durationMs: spec.durationMs,
    facts,
    scope,
    wholeHost: onlyPids !== null,
    sides: context.instrument.sides,
    what,
  }
  const script = perfScriptCommand({ durationMs: spec.durationMs, facts })
  const guard = what.kind === 'events' ? guardCommand(what.events, facts) : null
  const { uid } = scope
  return {
    id: 'stacks',
    instrument: context.instrument,
    probes,
    commands: [...(guard === null ? [] : [guard]), perfRecordCommand(record), script],
    notes: [...notesOf(probes), ...limitsOf(context)],
    meta,
    record,
    script,
    guard,
    weight,
    onlyPids,
    conditions: [...conditions, ...(uid === undefined ? [] : [{ field: 'uid', op: '==', value: uid } as const])],
  }
}

type WhatToRecord = Pick<StacksPlan, 'meta' | 'weight' | 'conditions'> & Pick<PerfRecordInput, 'what'>

/** Processes that perf cannot follow alone; it ignores the CPUs that it is told where it follows processes. */
function agentsPids({ scope, perfOnlyPids }: ResolvedScope): readonly number[] | null {
  return perfOnlyPids ?? (scope.kind === 'processes' && scope.cpus !== undefined ? scope.pids : null)
}

function whatToRecord(context: PlanContext<'stacks'>, wholeHost: boolean): WhatToRecord {
  const { facts, instrument, probes } = context
  const [first] = probes.fire
  if (first?.kind === 'pmu') return counterToRecord(first.event, facts, thinned(instrument, context.every))
  if (facts.arch === 'other')
    throw new TraceRefusal('capability-missing', 'Calling conventions of this architecture are not known here (only x64 and arm64 are).')
  if (instrument.sides === 'kernel' && (first?.kind === 'uprobe' || first?.kind === 'usdt'))
    throw new TraceRefusal('bad-spec', `${first.label} fires in user code: its stacks have no kernel part.`)
  const { events, agentConditions } = perfEventsOf({
    probes: probes.fire.flatMap((probe) => (probe.kind === 'pmu' ? [] : [probe])),
    when: instrument.when,
    weight: instrument.weight?.field ?? null,
    arch: facts.arch,
    userStacks: instrument.sides !== 'kernel',
    exceptPid: context.resolved.scope.kind === 'processes' && !wholeHost ? null : process.pid,
  })
  const every = (instrument.sample.by === 'period' ? instrument.sample.every : 1) * context.every
  return {
    what: { kind: 'events', events, every },
    meta: { event: eventName(probes.fire), unit: instrument.weight?.unit ?? 'count', periodNs: 0 },
    weight: instrument.weight === undefined ? { by: 'constant', value: every } : { by: 'field', times: every },
    conditions: agentConditions,
  }
}

function counterToRecord(asked: string, facts: HostFacts, instrument: InstrumentOf<'stacks'>): WhatToRecord {
  if (instrument.weight !== undefined)
    throw new TraceRefusal('bad-spec', `${asked} is a counter: it has no ${instrument.weight.field} to weigh.`)
  const event = asked === 'cpu' ? bestCpuEvent(facts) : asked
  const { sample } = instrument
  const isCpuTime = CPU_TIME_EVENTS.has(asked)
  const isClock = event === 'cpu-clock' || event === 'task-clock'
  const periodNs = !isClock ? 0 : sample.by === 'frequency' ? Math.round(1e9 / sample.hz) : sample.every
  return {
    what: { kind: 'counter', event, sample },
    meta: { event, unit: isCpuTime ? 'samples' : 'count', periodNs },
    // By frequency the kernel changes the period all the time, and says it with each sample.
    weight: isCpuTime
      ? { by: 'constant', value: 1 }
      : sample.by === 'frequency'
        ? { by: 'period' }
        : { by: 'constant', value: sample.every },
    conditions: counterConditions(asked, instrument.when),
  }
}

/** To stay within the host's budget: a counter's period is longer by so much. */
function thinned(instrument: InstrumentOf<'stacks'>, times: number): InstrumentOf<'stacks'> {
  const { sample } = instrument
  return sample.by === 'frequency' ? instrument : { ...instrument, sample: { by: 'period', every: sample.every * times } }
}

/** Whether perf's `cpu-clock` in place of this event would be another one. */
export const isSoftwareEvent = (event: string): boolean => SOFTWARE_EVENTS.has(event)

function eventName(probes: readonly ResolvedProbe[]): string {
  const [first, ...others] = probes
  const label = first?.label ?? ''
  return others.length === 0 ? label : `${label} and ${others.length} more`
}

function guardCommand(events: readonly PerfEvent[], facts: HostFacts): HostCommand | null {
  const requests = events.flatMap(({ definition }, i) => (definition === null ? [] : [probeRequest(i + 1, definition)]))
  if (requests.length === 0) return null
  const tool = facts.tools.find(({ name }) => name === HELPER)
  if (tool?.path == null || tool.version === null)
    throw new TraceRefusal(
      'capability-missing',
      'Stacks at functions and USDT probes need the program sonde-bpf, which does not work on this host.',
    )
  return {
    collector: 'stacks',
    tool: HELPER,
    toolVersion: tool.version,
    argv: [tool.path, 'probes'],
    env: {},
    program: `${requests.join('\n')}\n`,
  }
}

function limitsOf({ instrument, probes, resolved, every }: PlanContext<'stacks'>): string[] {
  const notes: string[] = []
  const { uid, kind, cpus } = resolved.scope
  if (kind === 'processes' && cpus !== undefined && resolved.perfOnlyPids === null)
    notes.push('perf follows either processes or CPUs: it recorded those CPUs, and the agent kept the processes and what they started.')
  if (uid !== undefined) notes.push(`perf cannot filter by user: it recorded every user's stacks, and the agent kept those of uid ${uid}.`)
  const byAgent = instrument.when.filter(({ field }) => field === 'pid' || field === 'uid')
  if (byAgent.length > 0 && probes.fire[0]?.kind !== 'pmu')
    notes.push(`The kernel's filters know no ${byAgent.map(({ field }) => field).join(' and no ')}: the agent looked at each sample.`)
  if (every > 1 && instrument.sample.by === 'period')
    notes.push(`One in ${every} events was recorded, to stay within the host's budget; each stands for ${every}.`)
  return notes
}
