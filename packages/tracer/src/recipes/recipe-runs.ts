/**
 * How each recipe is shown to work: by a workload on the machine that runs the tests, in a virtual machine (`npm run test:vm`), or not,
 * with the reason. `docs/RECIPES.md` and the tests both read it; a recipe that is missing here fails them.
 */
export type RecipeRun =
  | {
      how: 'here'
      /** Mode of workload.c, or a program of its own. */
      workload: string
      /** Also what happens outside of the workload's process: interrupts, other threads' switches. */
      wholeHost?: true
      /** Parameters of the recipe. `WORKLOAD` stands for the path of the compiled workload, `PID` for the running one's pid. */
      values?: Readonly<Record<string, unknown>>
      expects: Expectation
      /** What the tests do not install by themselves. */
      needs?: string
    }
  | { how: 'vm'; machine: 'x86' | 'arm64'; because: string }
  | { how: 'not-run'; because: string }

/** What the result must hold, beyond being valid. Texts are looked for in names of frames, keys or values. */
export type Expectation =
  | { kind: 'profile' | 'offcpu'; frame?: string }
  | { kind: 'syscalls'; name: string }
  | { kind: 'counts' | 'latency'; key?: string | RegExp }
  | { kind: 'events'; value?: string | number | RegExp }
  | { kind: 'counters'; event: string }

const noKprobes = 'kprobes: the kernel of the test machine may lack them'
const noPmu = 'hardware counters: the test machine may lack them'
const here = (
  workload: string,
  expects: Expectation,
  more: { wholeHost?: true; values?: Readonly<Record<string, unknown>>; needs?: string } = {},
): RecipeRun => ({
  how: 'here',
  workload,
  expects,
  ...more,
})
const target = { binary: { of: 'path', path: 'WORKLOAD' }, function: 'workload_function' }
/** Whatever other builds run on the machine. */
const ofWorkload = { of: 'pid', pid: 'PID' }
const host = { wholeHost: true } as const

export const RECIPE_RUNS: Readonly<Record<string, RecipeRun>> = {
  'cpu-and-syscalls': here('files', { kind: 'syscalls', name: 'unlinkat' }),
  'cpu-profile': here('spin', { kind: 'profile', frame: 'workload_function' }),
  'runtime-profile': here('spin', { kind: 'profile', frame: 'workload_function' }),
  'syscall-breakdown': here('files', { kind: 'syscalls', name: 'pwrite64' }),
  'off-cpu': here('pipes', { kind: 'offcpu' }),
  'off-cpu-wakers': here('pipes', { kind: 'offcpu', frame: 'waker' }),
  'run-queue-latency': here('pipes', { kind: 'latency', key: 'workload' }, host),
  wakeups: here('pipes', { kind: 'counts', key: 'workload' }),
  'context-switches': here('pipes', { kind: 'counts', key: '1' }),
  'context-switch-stacks': here('pipes', { kind: 'profile', frame: 'pipe' }),
  'futex-waits': here('locks', { kind: 'latency' }),
  'kernel-lock-waits': here('kernel-locks', { kind: 'latency' }),
  'kernel-lock-stacks': here('kernel-locks', { kind: 'profile', frame: 'mmap' }),
  'syscall-files': here('files', { kind: 'syscalls', name: 'pwrite64' }),
  'failing-syscalls': here('files', { kind: 'counts', key: 'ENOENT' }),
  'slow-syscalls': here('files', { kind: 'events' }, { values: { least: 1_000_000 } }),
  'read-latency': here('files', { kind: 'latency' }),
  'fsync-latency': here('disk', { kind: 'latency' }),
  'write-stacks': here('files', { kind: 'profile', frame: 'write' }),
  'file-opens': here('files', { kind: 'events', value: /workload-file$/ }),
  'failing-opens': here('files', { kind: 'events', value: /not-there$/ }),
  'file-reads': here('files', { kind: 'counts' }),
  'file-writes': here('files', { kind: 'counts' }),
  'file-deletes': here('files', { kind: 'events', value: /workload-file$/ }),
  'disk-latency': here('disk', { kind: 'latency', key: /[RWF]/ }, host),
  'disk-time-by-process': here('disk', { kind: 'latency', key: /./ }, host),
  'disk-requests': here('disk', { kind: 'events', value: /[RWF]/ }, host),
  'disk-bytes': here('disk', { kind: 'counts', key: /[RWF]/ }, host),
  'disk-stacks': here('disk', { kind: 'profile' }, host),
  'page-faults': here('faults', { kind: 'profile', frame: 'faults' }),
  'major-faults': here('major-faults', { kind: 'profile', frame: 'major_faults' }),
  'user-allocations': here('allocations', { kind: 'profile', frame: 'malloc' }),
  'kernel-allocations': here('files', { kind: 'profile' }),
  'memory-reclaim': {
    how: 'not-run',
    because: 'the whole host would have to run out of memory; in the virtual machine it attaches, and sees nothing',
  },
  'oom-kills': here('oom', { kind: 'events' }, host),
  'tcp-connects': here('tcp', { kind: 'events', value: '127.0.0.1' }),
  'tcp-accepts': here('tcp', { kind: 'events', value: '127.0.0.1' }, host),
  'tcp-connect-latency': here('tcp', { kind: 'latency' }, host),
  'tcp-retransmits': here('retransmits', { kind: 'events', value: '127.0.0.1' }, host),
  'packet-drops': here('drops', { kind: 'counts' }, host),
  'packet-drop-stacks': here('drops', { kind: 'profile', frame: 'udp' }, host),
  'network-bytes': here('tcp', { kind: 'counts', key: 'lo' }, host),
  'failing-connects': here('tcp', { kind: 'events', value: -111 }),
  'process-starts': here('processes', { kind: 'events', value: /true$/ }),
  'process-exits': here('processes', { kind: 'events' }),
  'process-forks': here('processes', { kind: 'counts' }),
  signals: here('signals', { kind: 'events', value: 10 }),
  ipc: { how: 'vm', machine: 'arm64', because: noPmu },
  'cache-misses': {
    how: 'not-run',
    because: 'neither the test machine nor the virtual ones count cache misses; cycles are sampled instead',
  },
  'branch-misses': {
    how: 'not-run',
    because: 'neither the test machine nor the virtual ones count branch misses; cycles are sampled instead',
  },
  'software-counters': here('pipes', { kind: 'counters', event: 'context-switches' }),
  'user-function-latency': here('functions', { kind: 'latency' }, { values: target }),
  'user-function-calls': here('functions', { kind: 'counts' }, { values: target }),
  'user-function-stacks': here('functions', { kind: 'profile', frame: 'workload_function' }, { values: target }),
  'kernel-function-latency': { how: 'vm', machine: 'x86', because: noKprobes },
  'kernel-function-stacks': { how: 'vm', machine: 'x86', because: noKprobes },
  'postgres-queries': here('postgres', { kind: 'latency' }, { values: { binary: ofWorkload }, needs: "Debian's Postgres is installed" }),
  'python-functions': here('python', { kind: 'counts', key: 'spun' }, { values: { binary: ofWorkload } }),
  'java-gc': here('java', { kind: 'latency' }),
  'cpp-exceptions': here('throw', { kind: 'profile', frame: '__cxa_throw' }, host),
}
