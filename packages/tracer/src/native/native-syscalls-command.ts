import type { HostCommand, HostFacts } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { helperCommand, workingHelper } from './helper-command.ts'
import { scopeArguments } from './scope-arguments.ts'

/** The helper with the syscall breakdown; null on a host where it does not work. */
export function nativeSyscallsCommand(input: { durationMs: number; facts: HostFacts; scope: TraceScope }): HostCommand | null {
  const { durationMs, facts, scope } = input
  const path = workingHelper(facts)
  if (path === null) return null
  return helperCommand('syscalls', facts, path, ['syscalls', '--duration-ms', String(durationMs), ...scopeArguments(scope)])
}
