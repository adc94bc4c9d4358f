export type PmuEventGroup = 'hardware' | 'cache' | 'software' | 'cpu'

/** An event that perf knows by this name on every machine, whether or not the machine has it. */
export type KnownPmuEvent = { name: string; group: PmuEventGroup; description: string }

/** perf_event_open(2), PERF_TYPE_SOFTWARE and PERF_TYPE_HARDWARE; names as of perf-list(1). */
const PLAIN: ReadonlyArray<readonly [name: string, group: PmuEventGroup, description: string]> = [
  ['cpu-clock', 'software', 'Time on a CPU, by a timer of each CPU, in ns. Samples what runs, on every machine.'],
  ['task-clock', 'software', 'Time that a task has run, in ns.'],
  ['page-faults', 'software', 'Memory accesses for which the kernel had to map a page.'],
  ['minor-faults', 'software', 'Page faults that needed no disk: the page was in memory already, or was made.'],
  ['major-faults', 'software', 'Page faults that waited for the page to be read from disk.'],
  ['context-switches', 'software', 'Switches of a CPU from one task to another.'],
  ['cpu-migrations', 'software', 'Moves of a task from one CPU to another.'],
  ['cgroup-switches', 'software', 'Context switches to a task of another cgroup.'],
  ['alignment-faults', 'software', 'Unaligned memory accesses that the kernel had to mend; never on x86.'],
  ['emulation-faults', 'software', 'Instructions that the kernel had to emulate.'],
  ['cycles', 'hardware', 'CPU cycles while not halted: time, in the CPU’s own clock.'],
  ['instructions', 'hardware', 'Instructions completed. Per cycle (IPC): how well the CPU is fed.'],
  ['branches', 'hardware', 'Branch instructions completed.'],
  ['branch-misses', 'hardware', 'Branches that were predicted wrongly; each throws work away.'],
  ['cache-references', 'hardware', 'Accesses that reached the last-level cache.'],
  ['cache-misses', 'hardware', 'Accesses that the last-level cache did not have: they went to memory.'],
  ['bus-cycles', 'hardware', 'Cycles of the bus.'],
  ['ref-cycles', 'hardware', 'CPU cycles at a fixed reference frequency, whatever the clock does.'],
  ['stalled-cycles-frontend', 'hardware', 'Cycles in which no instructions came in: fetching or decoding was late.'],
  ['stalled-cycles-backend', 'hardware', 'Cycles in which instructions waited for data or for a unit.'],
]

const CACHES = {
  'L1-dcache': 'the level 1 data cache',
  'L1-icache': 'the level 1 instruction cache',
  LLC: 'the last-level cache',
  dTLB: 'the data TLB (address translations)',
  iTLB: 'the instruction TLB (address translations)',
  branch: 'the branch predictor',
  node: 'the memory of the own NUMA node',
} as const
const OPERATIONS = {
  loads: 'Reads from',
  'load-misses': 'Reads that missed',
  stores: 'Writes to',
  'store-misses': 'Writes that missed',
  prefetches: 'Prefetches into',
  'prefetch-misses': 'Prefetches that missed',
} as const

/** PERF_TYPE_HW_CACHE: each cache × each operation, named as perf does. */
const CACHE: ReadonlyArray<readonly [string, PmuEventGroup, string]> = Object.entries(CACHES).flatMap(([cache, where]) =>
  Object.entries(OPERATIONS).map(([operation, what]) => [`${cache}-${operation}`, 'cache', `${what} ${where}.`] as const),
)

export const KNOWN_PMU_EVENTS: readonly KnownPmuEvent[] = [...PLAIN, ...CACHE].map(([name, group, description]) => ({
  name,
  group,
  description,
}))
