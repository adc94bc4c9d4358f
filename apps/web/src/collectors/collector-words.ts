import type { CollectorId } from '@sonde/contract'

/** What each collector is called, and what it records, in a sentence. */
export const COLLECTOR_WORDS: Record<CollectorId, { name: string; what: string }> = {
  stacks: { name: 'Stacks', what: 'Who was there, as a flame graph: kernel and user stacks of each sample or event.' },
  syscalls: { name: 'System calls', what: 'Every system call per process: calls, errors by errno, time.' },
  offcpu: { name: 'Off-CPU', what: 'Where threads wait, as a flame graph of blocked time.' },
  counts: { name: 'Counts', what: 'How often, over time, per process; per value of a field; sums of a field.' },
  latency: { name: 'Latency', what: 'How long, from a start to an end, as a histogram over time.' },
  events: { name: 'Events', what: 'A row for each event, with the fields you pick, live and capped.' },
  pmu: { name: 'Counters', what: 'Hardware and software counters over time, with their ratios.' },
}
