/** Events that every kernel counts, with or without a PMU. */
export const SOFTWARE_EVENTS: ReadonlySet<string> = new Set([
  'cpu',
  'cpu-clock',
  'task-clock',
  'page-faults',
  'minor-faults',
  'major-faults',
  'context-switches',
  'cpu-migrations',
  'alignment-faults',
  'emulation-faults',
  'bpf-output',
  'cgroup-switches',
])

/** Counters that go with time on the CPU: one sample of them is as good as another. Of all other counters, events are counted. */
export const CPU_TIME_EVENTS: ReadonlySet<string> = new Set(['cpu', 'cpu-clock', 'task-clock', 'cycles', 'cpu-cycles', 'ref-cycles'])
