import type { HostCommand } from '@sonde/contract'
import type { ResolvedScope } from '../capture-plan.ts'
import { deadlineSeconds, guardedArgv } from '../run/guarded-child.ts'
import { bestCpuEvent, knowsControl, perfOf, scopeArguments } from '../stacks/perf-commands.ts'
import { PERF_ENV } from '../stacks/perf-env.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'

/** How often perf prints what it has counted. */
const INTERVAL_MS = 1_000

/** `commands`: perf stat. */
export type PmuPlan = CollectorPlanOf<'pmu'> & {
  /** perf waits until it is told to begin, and says when it has. */
  controlled: boolean
}

/**
 * Counters over time: `perf stat -j -I`, JSON on stdout (`--log-fd 1`), so that only complaints come on stderr. Where perf knows how
 * (5.11), it starts with the counters off (`-D -1`) and turns them on when the recording begins: the first interval begins there.
 *
 * @throws TraceRefusal bad-spec, capability-missing
 */
export function planPmu({ spec, facts, instrument, resolved, probes }: PlanContext<'pmu'>): PmuPlan {
  const { path, version } = perfOf(facts)
  const events = [...new Set(instrument.events.map((event) => (event === 'cpu' ? bestCpuEvent(facts) : event)))]
  const who = whoToCount(resolved)
  const controlled = knowsControl(version)
  const notes: string[] = []
  const perCpu = instrument.perCpu && who[0] !== '-p'
  if (instrument.perCpu && !perCpu) notes.push('perf counts processes on all CPUs together: values are not by CPU.')
  const argv = [path, 'stat', '-j', '-I', String(INTERVAL_MS), '--log-fd', '1', ...(perCpu ? ['-A'] : [])]
  argv.push('-e', events.join(','), ...who, ...(controlled ? ['-D', '-1', '--control', 'fd:3,3'] : []))
  const command: HostCommand = {
    collector: 'pmu',
    tool: 'perf',
    toolVersion: version,
    argv: guardedArgv(argv, deadlineSeconds(spec.durationMs)),
    env: { ...PERF_ENV },
    program: null,
  }
  return { id: 'pmu', instrument, probes, commands: [command], notes, controlled }
}

function whoToCount({ scope, perfOnlyPids }: ResolvedScope): string[] {
  // A counter gives a sum: there is nothing in it that the agent could sort out later.
  if (scope.uid !== undefined)
    throw new TraceRefusal('bad-spec', 'perf cannot count for one user alone; count processes or a cgroup instead.')
  if (scope.kind === 'processes') {
    if (scope.cpus !== undefined)
      throw new TraceRefusal(
        'bad-spec',
        'perf counts either processes or CPUs, not some processes on some CPUs. Leave one of the two filters out.',
      )
    if (perfOnlyPids !== null)
      throw new TraceRefusal(
        'capability-missing',
        'These processes have too many threads for perf to count each; count the whole host or a cgroup instead.',
      )
    return scopeArguments(scope, false)
  }
  if (scope.kind === 'host' || perfOnlyPids === null) return scopeArguments(scope, false)
  // Without a cgroup hierarchy that perf knows: the processes that are in it now, and what they start.
  if (scope.cpus !== undefined)
    throw new TraceRefusal('bad-spec', 'perf counts cgroups by their processes on this host, and those on all CPUs together.')
  return ['-p', perfOnlyPids.join(',')]
}
