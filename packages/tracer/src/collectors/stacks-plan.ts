import type { HostFacts } from '@sonde/contract'
import type { ProfileMeta } from '@sonde/profile'
import { perfRecordCommand, perfScriptCommand } from '../stacks/perf-commands.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'

/** `commands`: perf record, and perf script as its symboliser. */
export type StacksPlan = CollectorPlanOf<'stacks'> & {
  /** Of the profiles that come out. */
  meta: Pick<ProfileMeta, 'event' | 'unit' | 'periodNs'>
  /** Where perf cannot filter: the agent keeps the samples of these processes and of what they start. */
  onlyPids: readonly number[] | null
}

/** @throws TraceRefusal for probes that have no stacks yet */
export function planStacks(context: PlanContext<'stacks'>): StacksPlan {
  const { spec, facts, instrument, resolved, probes } = context
  const [probe] = probes.fire
  if (probe?.kind !== 'pmu') throw new TraceRefusal('capability-missing', 'This agent takes stacks at counters only.')
  const event = probe.event === 'cpu' ? bestCpuEvent(facts) : probe.event
  const { sample } = instrument
  const isClock = event === 'cpu-clock' || event === 'task-clock'
  const periodNs = !isClock ? 0 : sample.by === 'frequency' ? Math.round(1e9 / sample.hz) : sample.every
  return {
    id: 'stacks',
    instrument,
    probes,
    commands: [
      perfRecordCommand({
        durationMs: spec.durationMs,
        facts,
        scope: resolved.scope,
        wholeHost: resolved.perfOnlyPids !== null,
        event,
        sample,
      }),
      perfScriptCommand({ durationMs: spec.durationMs, facts }),
    ],
    notes: [],
    meta: { event, unit: 'samples', periodNs },
    onlyPids: resolved.perfOnlyPids,
  }
}

/** What samples CPU time best: cycles with a PMU; perf would fall back to a clock in silence. */
function bestCpuEvent(facts: HostFacts): 'cycles' | 'cpu-clock' {
  return facts.capabilities.some(({ id, available }) => id === 'hardware-pmu' && available) ? 'cycles' : 'cpu-clock'
}
