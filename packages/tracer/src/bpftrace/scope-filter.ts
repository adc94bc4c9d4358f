import { assertNever } from '@sonde/contract'
import type { ProcessScope, TraceScope } from '../capture-plan.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { and, type Code, code, integer, join, nothing } from './code.ts'

/**
 * A scope in the kernel. bpftrace's own `-p` does not filter (0.17), so the program does.
 *
 *   @p  recorded processes: those asked for and, by sched_process_fork, what they start; also thread ids of new threads
 *   @g  recorded cgroups, where there are several        @v  recorded CPUs, where there are many
 */
export type ScopeFilter = {
  /** Who: of the thread that runs now, or of the one whose id is given. Null: everyone. */
  who: Code | null
  /** Which CPUs. Null: all. */
  where: Code | null
  /** For BEGIN: fills the maps. */
  begin: Code
  /** Keeps @p up to date; null where there is none. */
  onFork: Code | null
  onExit: Code
  /** Of maps that are no result, for END. */
  maps: readonly Code[]
}

/** Ids that a program is given one by one. */
const MAX_THREADS = 2_000
/** More CPUs than this are looked up in a map. */
const MAX_CPU_TERMS = 8

/** `subject`: the id of a thread that the events tell of, where that is not the one that runs (a thread that is woken). */
export function scopeFilter(scope: TraceScope, subject: Code | null = null): ScopeFilter {
  const process = subject === null ? processFilter(scope) : subjectFilter(scope, subject)
  const cpus = cpuFilter(scope.cpus)
  if (subject !== null && scope.uid !== undefined)
    throw new TraceRefusal(
      'bad-spec',
      'These events tell of threads that are not running, whose user the kernel does not say: filter by process instead.',
    )
  return {
    ...process,
    who: and([...(process.who === null ? [] : [process.who]), ...(scope.uid === undefined ? [] : [code`uid == ${integer(scope.uid)}`])]),
    where: cpus.where,
    begin: join([process.begin, cpus.begin], code` `),
    maps: [...process.maps, ...cpus.maps],
  }
}

type ProcessFilter = Pick<ScopeFilter, 'who' | 'begin' | 'onFork' | 'onExit' | 'maps'>

function processFilter(scope: ProcessScope): ProcessFilter {
  switch (scope.kind) {
    case 'host':
      return { who: null, begin: nothing, onFork: null, onExit: nothing, maps: [] }
    case 'processes':
      return { ...followed(scope.pids), who: code`@p[pid]` }
    case 'cgroup': {
      const [only] = scope.ids
      if (scope.ids.length === 1 && only !== undefined)
        return { who: code`cgroup == ${integer(only)}`, begin: nothing, onFork: null, onExit: nothing, maps: [] }
      const begin = join(
        scope.ids.map((id) => code`@g[${integer(id)}] = 1;`),
        code` `,
      )
      return { who: code`@g[cgroup]`, begin, onFork: null, onExit: nothing, maps: [code`@g`] }
    }
    default:
      return assertNever(scope)
  }
}

/** By thread ids, since that is all that an event says of another thread. */
function subjectFilter(scope: ProcessScope, subject: Code): ProcessFilter {
  if (scope.kind === 'host') return processFilter(scope)
  const tids = scope.tids ?? (scope.kind === 'processes' ? scope.pids : [])
  if (tids.length > MAX_THREADS)
    throw new TraceRefusal('bad-spec', `The filter matches ${tids.length} threads; these events can be narrowed to ${MAX_THREADS} at most.`)
  return { ...followed([...(scope.kind === 'processes' ? scope.pids : []), ...tids]), who: code`@p[${subject}]` }
}

function followed(ids: readonly number[]): Omit<ProcessFilter, 'who'> {
  return {
    begin: join(
      [...new Set(ids)].map((id) => code`@p[${integer(id)}] = 1;`),
      code` `,
    ),
    onFork: code`tracepoint:sched:sched_process_fork /@p[pid]/ { @p[(uint64)args->child_pid] = 1; }`,
    onExit: code`if (@p[tid]) { delete(@p[tid]); }`,
    maps: [code`@p`],
  }
}

function cpuFilter(cpus: readonly number[] | undefined): Pick<ScopeFilter, 'where' | 'begin' | 'maps'> {
  if (cpus === undefined) return { where: null, begin: nothing, maps: [] }
  if (cpus.length > MAX_CPU_TERMS) {
    const begin = join(
      cpus.map((cpu) => code`@v[${integer(cpu)}] = 1;`),
      code` `,
    )
    return { where: code`@v[cpu]`, begin, maps: [code`@v`] }
  }
  const terms = cpus.map((cpu) => code`cpu == ${integer(cpu)}`)
  return { where: code`(${join(terms, code` || `)})`, begin: nothing, maps: [] }
}
