import type { HostFacts } from '@sonde/contract'
import { nativeSyscallsCommand } from '../native/native-syscalls-command.ts'
import { bpftraceCommand } from '../syscalls/bpftrace-command.ts'
import type { SyscallArch } from '../syscalls/syscall-names.ts'
import { syscallProgram } from '../syscalls/syscall-program.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'

/** `commands`: the native helper where the host has it, else bpftrace with the syscall program. */
export type SyscallsPlan = CollectorPlanOf<'syscalls'> & {
  arch: SyscallArch
  /** Kernel probes that must be attached for the numbers to mean anything. */
  probeCount: number
}

/** @throws TraceRefusal capability-missing */
export function planSyscalls({ spec, facts, instrument, resolved, probes }: PlanContext<'syscalls'>): SyscallsPlan {
  const arch = archOf(facts)
  const command = { durationMs: spec.durationMs, facts, scope: resolved.scope, arch }
  const objects = instrument.objects ?? false
  const native = nativeSyscallsCommand({ ...command, objects })
  return {
    id: 'syscalls',
    instrument,
    probes,
    commands: [native ?? bpftraceCommand(command)],
    notes: native === null && objects ? ['Files and addresses were not recorded: that takes the native helper.'] : [],
    arch,
    probeCount: syscallProgram(resolved.scope, arch, spec.durationMs).probeCount,
  }
}

function archOf({ arch }: HostFacts): SyscallArch {
  if (arch !== 'other') return arch
  throw new TraceRefusal('capability-missing', 'System call numbers of this architecture are not known here (only x64 and arm64 are).')
}
