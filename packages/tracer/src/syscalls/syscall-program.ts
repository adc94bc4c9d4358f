import type { ProcessScope, TraceScope } from '../capture-plan.ts'
import { type SyscallArch, syscallNumber } from './syscall-names.ts'

/** Entries per map, on each CPU. bpftrace's own limit of 4,096 is reached by a few hundred processes, and passed in silence. */
export const MAP_KEYS_MAX = 65_536

/** What the program prints, a line each: all probes are attached; a periodic set of maps is complete; the time is over. */
export const MARKS = { ready: 'sonde-ready', snapshot: 'sonde-snapshot', end: 'sonde-end' } as const

/** Settings for bpftrace 0.17 and later (older names of newer settings do no harm). */
export const BPFTRACE_ENV = {
  BPFTRACE_MAP_KEYS_MAX: String(MAP_KEYS_MAX),
  BPFTRACE_MAX_MAP_KEYS: String(MAP_KEYS_MAX),
  BPFTRACE_STRLEN: '64',
} as const

const PRINT_EVERY_SECONDS = 2
const READY_TICK_MS = 20

export type SyscallProgram = {
  text: string
  /** Probes without BEGIN and END. */
  probeCount: number
}

/**
 * The bpftrace program that counts and times every system call in the kernel. What goes into the text are this template and integers.
 *
 *   @s  start time of the call under way, by thread       @e  errors by process, number, return value
 *   @h  log2 histogram of ns by process, number           @n  calls that were timed (to notice what no map had room for)
 *   @t  sum of ns          @m  longest                     @u  threads with a call that ended without having been seen to begin
 *   @c  name of processes that ended                       @p  recorded processes (only with a filter)   @g  recorded cgroups
 *   @r  whether readiness was announced
 *
 * bpftrace 0.17 announces `attached_probes` before it attaches any; but it attaches in the order of the text, so the first tick of the
 * last probe says that all are. It ends by itself when the time is over, since it may miss a signal.
 *
 * Filters apply where a call begins: a call's end is recorded if its beginning was.
 *
 * sys_exit stands first: bpftrace attaches and detaches one probe after the other, each taking some 20 ms, in the order of the text.
 * The other way round, all calls of the last 20 ms would end without a beginning. For the same reason @u holds threads and does not
 * count calls: at the start, a thread has at most one call under way.
 */
export function syscallProgram(scope: TraceScope, arch: SyscallArch, durationMs: number): SyscallProgram {
  const filter = filterOf(scope)
  // A new process comes out of clone without having gone in: that is no call that was under way.
  const forks = ['clone', 'fork', 'vfork', 'clone3'].map((name) => syscallNumber(name, arch)).filter((nr) => nr !== undefined)
  const notNewborn = `(args->ret != 0 || (${forks.map((nr) => `args->id != ${integer(nr)}`).join(' && ')}))`
  const lines = [
    ...(filter.begin === '' ? [] : [`BEGIN { ${filter.begin} }`]),
    'tracepoint:raw_syscalls:sys_exit {',
    '  $s = @s[tid];',
    '  if ($s) {',
    '    $l = nsecs - $s;',
    '    @n = count();',
    '    @h[pid, args->id] = hist($l);',
    '    @t[pid, args->id] = sum($l);',
    '    @m[pid, args->id] = max($l);',
    '    if (args->ret < 0) { @e[pid, args->id, args->ret] = count(); }',
    '    delete(@s[tid]);',
    `  } else if (${filter.condition === '' ? '' : `(${filter.condition}) && `}${notNewborn}) { @u[tid] = 1; }`,
    '}',
    `tracepoint:raw_syscalls:sys_enter ${filter.condition === '' ? '' : `/${filter.condition}/ `}{ @s[tid] = nsecs; }`,
    ...(scope.kind === 'processes' ? ['tracepoint:sched:sched_process_fork /@p[pid]/ { @p[args->child_pid] = 1; }'] : []),
    'tracepoint:sched:sched_process_exit {',
    '  delete(@s[tid]);',
    ...(scope.kind === 'processes'
      ? ['  if (@p[tid]) { if (pid == tid) { @c[pid] = comm; } delete(@p[tid]); }']
      : [`  if (pid == tid${filter.condition === '' ? '' : ` && (${filter.condition})`}) { @c[pid] = comm; }`]),
    '}',
    `interval:ms:${integer(durationMs)} { printf("${MARKS.end}\\n"); exit(); }`,
    `interval:s:${PRINT_EVERY_SECONDS} { print(@n); print(@h); print(@t); print(@m); print(@e); print(@c); print(@u); printf("${MARKS.snapshot}\\n"); }`,
    `interval:ms:${READY_TICK_MS} { if (@r == 0) { @r = 1; printf("${MARKS.ready}\\n"); } }`,
    `END { clear(@s);${scope.kind === 'processes' ? ' clear(@p);' : ''}${filter.usesCgroupMap ? ' clear(@g);' : ''} }`,
  ]
  return { text: `${lines.join('\n')}\n`, probeCount: scope.kind === 'processes' ? 7 : 6 }
}

function filterOf(scope: TraceScope): { begin: string; condition: string; usesCgroupMap: boolean } {
  const { begin, condition, usesCgroupMap } = processFilterOf(scope)
  const conditions = condition === '' ? [] : [condition]
  if (scope.uid !== undefined) conditions.push(`uid == ${integer(scope.uid)}`)
  if (scope.cpus !== undefined) conditions.push(`(${scope.cpus.map((cpu) => `cpu == ${integer(cpu)}`).join(' || ')})`)
  return { begin, condition: conditions.join(' && '), usesCgroupMap }
}

function processFilterOf(scope: ProcessScope): { begin: string; condition: string; usesCgroupMap: boolean } {
  switch (scope.kind) {
    case 'host':
      return { begin: '', condition: '', usesCgroupMap: false }
    case 'processes':
      return { begin: scope.pids.map((pid) => `@p[${integer(pid)}] = 1;`).join(' '), condition: '@p[pid]', usesCgroupMap: false }
    case 'cgroup': {
      const [only] = scope.ids
      if (scope.ids.length === 1 && only !== undefined) return { begin: '', condition: `cgroup == ${integer(only)}`, usesCgroupMap: false }
      return { begin: scope.ids.map((id) => `@g[${integer(id)}] = 1;`).join(' '), condition: '@g[cgroup]', usesCgroupMap: true }
    }
  }
}

/** The one door through which a value gets into the program. */
function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a number that a program may hold`)
  return String(value)
}
