import type { HostCommand, HostFacts, InstrumentOf } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { deadlineSeconds, guardedArgv } from '../run/guarded-child.ts'
import { PERF_ENV } from './perf-env.ts'
import type { PerfEvent } from './perf-events.ts'
import { perfScriptArgv } from './perf-script.ts'

export type PerfRecordInput = {
  durationMs: number
  facts: HostFacts
  scope: TraceScope
  /** perf cannot filter processes here: it records the whole host. */
  wholeHost: boolean
  sides: InstrumentOf<'stacks'>['sides']
  what:
    | { kind: 'counter'; event: string; sample: InstrumentOf<'stacks'>['sample'] }
    /** One in `every` events, on each CPU (or thread, where processes are recorded) by itself. */
    | { kind: 'events'; events: readonly PerfEvent[]; every: number }
    /** Nothing but what is mapped where, and who is who. */
    | { kind: 'mappings' }
    /** Threads that really have to wait, with their stacks; when each gets a CPU again; who wakes whom. */
    | { kind: 'switches'; wakers: boolean }
}

/**
 * Of `prev_state` in sched_switch: sleeping, uninterruptible, stopped, traced, parked, idle. Not those that could have gone on (0), and not
 * the dead (0x10, 0x20), which never come back.
 */
const WAITING_STATES = 0xcf

/** Stands for the group of events that have to be made until it is known. */
export const GROUP_TO_COME = 'sonde_GROUP'

/**
 * perf record, streaming to us: nothing is written to disk, and what was recorded survives whatever kills perf.
 * - `:I` leaves idle tasks out in the kernel (only clocks need that: a halted CPU has no cycles).
 * - `-k CLOCK_MONOTONIC`: sample times on the clock that we read too.
 * - `--control`: a `ping` makes perf hand over what is in its buffers, so that a quiet host shows results as soon as a busy one,
 *   without a wake-up per sample (`--no-buffering`). perf before 5.11 does not know it.
 */
export function perfRecordCommand(input: PerfRecordInput, group = GROUP_TO_COME): HostCommand {
  const { durationMs, facts, scope, sides } = input
  const { path, version } = perfOf(facts)
  const argv = [path, 'record', ...eventArguments(input, group), ...(input.what.kind === 'mappings' ? [] : ['-g'])]
  if (sides !== 'both' && input.what.kind !== 'mappings') argv.push(`--${sides}-callchains`)
  argv.push(...ringArguments(input), ...scopeArguments(scope, input.wholeHost))
  argv.push('-k', 'CLOCK_MONOTONIC', ...(knowsControl(version) ? ['--control', 'fd:3'] : ['--no-buffering']), '-o', '-')
  return {
    collector: collectorOf(input),
    tool: 'perf',
    toolVersion: version,
    argv: guardedArgv(argv, deadlineSeconds(durationMs)),
    env: { ...PERF_ENV },
    program: null,
  }
}

/** perf's own: what a CPU's buffer takes where nothing else is said. */
const USUAL_RING_KB = 512
const MOST_RING_KB = 4096
/** All CPUs together. */
const RINGS_KB = 64 * 1024

/** Events come in bursts, which have to wait for perf to read them: larger buffers, as far as they stay small for the host. */
function ringArguments({ what, facts }: PerfRecordInput): string[] {
  const isBursty = what.kind === 'events' || what.kind === 'switches' || (what.kind === 'counter' && what.sample.by === 'period')
  if (!isBursty) return []
  let size = USUAL_RING_KB
  while (size < MOST_RING_KB && size * 2 * facts.cpuCount <= RINGS_KB) size *= 2
  return size === USUAL_RING_KB ? [] : ['-m', `${size}K`]
}

const collectorOf = ({ what }: PerfRecordInput): 'stacks' | 'offcpu' =>
  what.kind === 'mappings' || what.kind === 'switches' ? 'offcpu' : 'stacks'

function eventArguments({ what, scope, wholeHost }: PerfRecordInput, group: string): string[] {
  if (what.kind === 'mappings') return ['-e', 'dummy']
  if (what.kind === 'switches') {
    const wakers = what.wakers ? ['-e', 'sched:sched_waking'] : []
    return ['-e', 'sched:sched_switch', '--filter', `prev_state & ${WAITING_STATES}`, ...wakers, '-c', '1', '--switch-events']
  }
  if (what.kind === 'counter') {
    const { event, sample } = what
    return [
      '-e',
      event === 'cpu-clock' ? 'cpu-clock:I' : event,
      ...(sample.by === 'frequency' ? ['-F', String(sample.hz)] : ['-c', String(sample.every)]),
    ]
  }
  // What perf does itself is no part of the host's work; where it follows processes, it is not among them.
  const exceptPerf = scope.kind === 'processes' && !wholeHost ? [] : ['--exclude-perf']
  const events = what.events.flatMap(({ selector, filter, definition }) => [
    '-e',
    definition === null ? selector : `${group}:${selector}`,
    ...(filter === null ? [] : ['--filter', filter]),
    ...exceptPerf,
  ])
  // With the period in its samples, the kernel hands over every single event of a tracepoint, whatever the period (perf_swevent_event).
  return [...events, '-c', String(what.every), ...(what.every > 1 ? ['--no-period'] : [])]
}

/** Whom perf records. */
export function scopeArguments(scope: TraceScope, wholeHost: boolean): string[] {
  const cpus = scope.cpus === undefined ? [] : ['-C', scope.cpus.join(',')]
  if (scope.kind === 'host' || wholeHost) return cpus.length > 0 ? cpus : ['-a']
  if (scope.kind === 'processes') return ['-p', scope.pids.join(','), ...cpus]
  return [...(cpus.length > 0 ? cpus : ['-a']), '-G', scope.path]
}

/**
 * perf script, as the symboliser of the stream. It may take a while longer than the recording. Without the right to enter other mount
 * namespaces: paths are rewritten (MountRoots) so that they hold from ours, and where perf enters a namespace they would not.
 */
export function perfScriptCommand(input: { durationMs: number; facts: HostFacts; collector?: 'stacks' | 'offcpu' }): HostCommand {
  const { path, version } = perfOf(input.facts)
  const script = perfScriptArgv(path, { lineBuffered: true, force: false })
  const argv = guardedArgv(['setpriv', '--bounding-set', '-sys_chroot', '--', ...script], deadlineSeconds(input.durationMs) + 60)
  return { collector: input.collector ?? 'stacks', tool: 'perf', toolVersion: version, argv, env: { ...PERF_ENV }, program: null }
}

export function knowsControl(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 11)
}

export function perfOf(facts: HostFacts): { path: string; version: string | null } {
  const tool = facts.tools.find(({ name }) => name === 'perf')
  return { path: tool?.path ?? 'perf', version: tool?.version ?? null }
}

/** What samples and counts CPU time best: cycles with a PMU; perf would take its clock in silence. */
export function bestCpuEvent(facts: HostFacts): 'cycles' | 'cpu-clock' {
  return facts.capabilities.some(({ id, available }) => id === 'hardware-pmu' && available) ? 'cycles' : 'cpu-clock'
}
