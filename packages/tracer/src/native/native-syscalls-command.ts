import type { HostCommand, HostFacts } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { helperCommand, workingHelper } from './helper-command.ts'
import { scopeArguments } from './scope-arguments.ts'

/** Files and addresses that the kernel has room for: some 13 MB where all of it is used. */
const MAX_OBJECTS = 32_768

/** The helper with the syscall breakdown; null on a host where it does not work. */
export function nativeSyscallsCommand(input: {
  durationMs: number
  facts: HostFacts
  scope: TraceScope
  /** Also which files and addresses. */
  objects: boolean
}): HostCommand | null {
  const { durationMs, facts, scope, objects } = input
  const path = workingHelper(facts)
  if (path === null) return null
  const options = objects ? ['--objects', String(MAX_OBJECTS)] : []
  return helperCommand('syscalls', facts, path, ['syscalls', '--duration-ms', String(durationMs), ...options, ...scopeArguments(scope)])
}
