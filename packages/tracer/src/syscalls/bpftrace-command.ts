import type { CaptureSpec, HostCommand, HostFacts } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { deadlineSeconds, guardedArgv } from '../run/guarded-child.ts'
import { BPFTRACE_ENV, syscallProgram } from './syscall-program.ts'

/** bpftrace with the program on stdin (`-`), printing JSON. */
export function bpftraceCommand(input: { spec: CaptureSpec; facts: HostFacts; scope: TraceScope }): HostCommand {
  const { spec, facts, scope } = input
  const tool = facts.tools.find(({ name }) => name === 'bpftrace')
  return {
    collector: 'syscalls',
    tool: 'bpftrace',
    toolVersion: tool?.version ?? null,
    argv: guardedArgv([tool?.path ?? 'bpftrace', '-f', 'json', '-'], deadlineSeconds(spec.durationMs)),
    env: { ...BPFTRACE_ENV },
    program: syscallProgram(scope, facts.arch === 'arm64' ? 'arm64' : 'x64', spec.durationMs).text,
  }
}
