import type { CapabilityId, HostView } from '@sonde/contract'

export const CAPABILITY_WORDS: Record<CapabilityId, { name: string; what: string }> = {
  stacks: { name: 'CPU stacks', what: 'Sampling kernel and user stacks of whatever runs.' },
  syscalls: { name: 'Syscalls', what: 'Counting and timing every system call in the kernel.' },
  perf: { name: 'perf', what: 'The kernel’s profiler, on the host and working.' },
  bpftrace: { name: 'bpftrace', what: 'Runs in-kernel aggregation programs.' },
  'hardware-pmu': { name: 'Hardware counters', what: 'Cycles, instructions, cache misses, from the CPU itself.' },
  kprobes: { name: 'kprobes', what: 'Probes on kernel functions.' },
  uprobes: { name: 'uprobes', what: 'Probes on functions of programs and libraries.' },
  btf: { name: 'BTF', what: 'Type information of the running kernel.' },
}

/** The capabilities that today's recipes need; the others are for later ones and are shown on the host's page alone. */
export const MAIN_CAPABILITIES: readonly CapabilityId[] = ['stacks', 'syscalls']

/** Why the host cannot do something; null where it can. */
export function missingCapability(host: HostView, id: CapabilityId): { reason: string; remedy: string | null } | null {
  const capability = host.facts.capabilities.find((c) => c.id === id)
  if (capability?.available) return null
  if (!capability) return { reason: 'The agent on this host does not report it.', remedy: 'Upgrade the agent.' }
  return { reason: capability.reason ?? 'It is not available on this host.', remedy: capability.remedy }
}
