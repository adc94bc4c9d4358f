import type { HostCommand, HostFacts } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { deadlineSeconds, guardedArgv } from '../run/guarded-child.ts'
import type { SyscallArch } from './syscall-names.ts'
import { BPFTRACE_ENV, syscallProgram } from './syscall-program.ts'

/** bpftrace with the program on stdin (`-`), printing JSON. */
export function bpftraceCommand(input: { durationMs: number; facts: HostFacts; scope: TraceScope; arch: SyscallArch }): HostCommand {
  const { durationMs, facts, scope, arch } = input
  const tool = facts.tools.find(({ name }) => name === 'bpftrace')
  return {
    collector: 'syscalls',
    tool: 'bpftrace',
    toolVersion: tool?.version ?? null,
    argv: guardedArgv([tool?.path ?? 'bpftrace', '-f', 'json', '-'], deadlineSeconds(durationMs)),
    env: { ...BPFTRACE_ENV },
    program: syscallProgram(scope, arch, durationMs).text,
  }
}
