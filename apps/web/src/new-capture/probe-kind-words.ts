import type { CapabilityId, ProbeKind } from '@sonde/contract'

/** What each kind of probe is called: in a row, as a filter, and what it is. */
export const PROBE_KIND_WORDS: Record<ProbeKind, { short: string; many: string; what: string; needs: CapabilityId }> = {
  tracepoint: {
    short: 'tracepoint',
    many: 'Tracepoints',
    what: 'Marked by the kernel’s authors; stable, with typed arguments.',
    needs: 'tracepoints',
  },
  kprobe: { short: 'kernel', many: 'Kernel functions', what: 'Any function of the kernel, on entry or return.', needs: 'kprobes' },
  uprobe: {
    short: 'function',
    many: 'User functions',
    what: 'Any function of a program or library, on entry or return.',
    needs: 'uprobes',
  },
  usdt: { short: 'USDT', many: 'USDT', what: 'Marked by the authors of a program or library.', needs: 'uprobes' },
  pmu: { short: 'counter', many: 'Counters', what: 'Counted by the CPU or the kernel: cycles, misses, faults.', needs: 'perf' },
}

/** Kinds that have events with arguments: all but counters. */
export const EVENT_KINDS: readonly ProbeKind[] = ['tracepoint', 'kprobe', 'uprobe', 'usdt']
