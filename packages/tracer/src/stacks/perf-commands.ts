import type { HostCommand, HostFacts, InstrumentOf } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { deadlineSeconds, guardedArgv } from '../run/guarded-child.ts'
import { PERF_ENV } from './perf-env.ts'
import { perfScriptArgv } from './perf-script.ts'

/**
 * perf record, streaming to us: nothing is written to disk, and what was recorded survives whatever kills perf.
 * - `:I` leaves idle tasks out in the kernel (only clocks need that: a halted CPU has no cycles).
 * - `-k CLOCK_MONOTONIC`: sample times on the clock that we read too.
 * - `--control`: a `ping` makes perf hand over what is in its buffers, so that a quiet host shows results as soon as a busy one,
 *   without a wake-up per sample (`--no-buffering`). perf before 5.11 does not know it.
 */
export function perfRecordCommand(input: {
  durationMs: number
  facts: HostFacts
  scope: TraceScope
  wholeHost: boolean
  event: string
  sample: InstrumentOf<'stacks'>['sample']
}): HostCommand {
  const { durationMs, facts, scope, event, sample } = input
  const { path, version } = toolOf(facts)
  const argv = [path, 'record', '-e', event === 'cpu-clock' ? 'cpu-clock:I' : event]
  argv.push(...(sample.by === 'frequency' ? ['-F', String(sample.hz)] : ['-c', String(sample.every)]), '-g')
  if (scope.kind === 'host' || input.wholeHost) argv.push('-a')
  else if (scope.kind === 'processes') argv.push('-p', scope.pids.join(','))
  else argv.push('-a', '-G', scope.path)
  argv.push('-k', 'CLOCK_MONOTONIC', ...(knowsControl(version) ? ['--control', 'fd:3'] : ['--no-buffering']), '-o', '-')
  return {
    collector: 'stacks',
    tool: 'perf',
    toolVersion: version,
    argv: guardedArgv(argv, deadlineSeconds(durationMs)),
    env: { ...PERF_ENV },
    program: null,
  }
}

/**
 * perf script, as the symboliser of the stream. It may take a while longer than the recording. Without the right to enter other mount
 * namespaces: paths are rewritten (MountRoots) so that they hold from ours, and where perf enters a namespace they would not.
 */
export function perfScriptCommand(input: { durationMs: number; facts: HostFacts }): HostCommand {
  const { path, version } = toolOf(input.facts)
  const script = perfScriptArgv(path, { lineBuffered: true, force: false })
  const argv = guardedArgv(['setpriv', '--bounding-set', '-sys_chroot', '--', ...script], deadlineSeconds(input.durationMs) + 60)
  return { collector: 'stacks', tool: 'perf', toolVersion: version, argv, env: { ...PERF_ENV }, program: null }
}

export function knowsControl(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 11)
}

function toolOf(facts: HostFacts): { path: string; version: string | null } {
  const tool = facts.tools.find(({ name }) => name === 'perf')
  return { path: tool?.path ?? 'perf', version: tool?.version ?? null }
}
