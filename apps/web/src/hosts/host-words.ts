import type { CapabilityId, HostView } from '@sonde/contract'

export const CAPABILITY_WORDS: Record<CapabilityId, { name: string; what: string }> = {
  stacks: { name: 'CPU stacks', what: 'Sampling kernel and user stacks of whatever runs.' },
  syscalls: { name: 'Syscalls', what: 'Counting and timing every system call in the kernel.' },
  offcpu: { name: 'Off-CPU', what: 'Measuring where threads wait, and who wakes them.' },
  tracepoints: { name: 'Tracepoints', what: 'The places that the kernel’s authors marked for tracing, with their arguments.' },
  kprobes: { name: 'kprobes', what: 'Probes on kernel functions.' },
  uprobes: { name: 'uprobes', what: 'Probes on functions and USDT markers of programs and libraries.' },
  'hardware-pmu': { name: 'Hardware counters', what: 'Cycles, instructions, cache misses, from the CPU itself.' },
  perf: { name: 'perf', what: 'The kernel’s profiler, on the host and working.' },
  bpftrace: { name: 'bpftrace', what: 'Counts, times and lists events of any probe in the kernel.' },
  'bpf-helper': { name: 'Sonde’s BPF programs', what: 'The cheapest way to record system calls and waiting.' },
  btf: { name: 'BTF', what: 'Type information of the running kernel: names and types of function arguments.' },
}

/** What a person picks a host by. The others are means to these ends and are shown on the host's page alone. */
export const MAIN_CAPABILITIES: readonly CapabilityId[] = [
  'stacks',
  'syscalls',
  'offcpu',
  'tracepoints',
  'kprobes',
  'uprobes',
  'hardware-pmu',
]

/** Why the host cannot do something; null where it can. */
export function missingCapability(host: HostView, id: CapabilityId): { reason: string; remedy: string | null } | null {
  const capability = host.facts.capabilities.find((c) => c.id === id)
  if (capability?.available) return null
  if (!capability) return { reason: 'The agent on this host does not report it.', remedy: 'Upgrade the agent.' }
  return { reason: capability.reason ?? 'It is not available on this host.', remedy: capability.remedy }
}
