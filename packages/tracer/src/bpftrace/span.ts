import type { Condition, FieldRef, SpanStart } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import { syscallNumber } from '../syscalls/syscall-names.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { type Code, code, integer, join, lines, nothing } from './code.ts'
import { conditionCodes } from './conditions.ts'
import { type FieldContext, fieldValue } from './fields.ts'
import { keepValues, startContext } from './kept-values.ts'
import { probePoint } from './probe-point.ts'
import { type ScopeFilter, scopeFilter } from './scope-filter.ts'
import type { Value } from './value.ts'

/**
 * Spans: time from one probe to another. What is kept of a beginning lies in one map, found again by
 *
 * - frame: thread and stack pointer, where a function's return ends what its entry began. The stack pointer tells the calls of a
 *   recursive function apart, and one that is left without returning (longjmp, an exception, exit) is never taken for another: the next
 *   call at that depth replaces it.
 * - thread: the thread. The latest beginning counts.
 * - fields: the values of up to three fields on both sides.
 *
 *   @s  beginnings under way: [moment, kept values]       @x0…  texts of beginnings       @f  there was no room for a beginning
 *
 * Beginnings whose end never comes stay in @s: a thread's own goes with it (thread). Of the others so many fit that it takes long until
 * it is full; then it is emptied, so that a capture never stops measuring, and what was under way counts as unmatched.
 */
export type Span = {
  /**
   * Programs of the probes that only begin a span. They stand before those that end one: bpftrace learns the types of what is kept from
   * them.
   */
  starts: Code
  /** Programs of all probes: one that begins and ends spans has one for both. */
  programCount: number
  /** Fields as seen by the program of an ending probe. */
  contextOf(end: ResolvedProbe): FieldContext
  /**
   * The body of an ending probe: `found` runs with $l, the length in ns; `unmatched` where the beginning was not seen. Where the probe
   * begins spans too (a socket's change of state ends one and begins the next), the beginning comes last: else the same hit would end it.
   */
  endBody(end: ResolvedProbe, found: Code, unmatched: Code): Code
  /** Name of whoever a span belongs to; null where it is not known when it ends. */
  commOf(end: ResolvedProbe): Code | null
  filter: ScopeFilter
  onExit: Code
  onTick: Code
  /** Maps that are no result. */
  maps: readonly Code[]
  /** Whether ends whose beginning was not seen can be told from those whose beginning was not wanted. */
  countsUnmatched: boolean
  /** Spans belong to threads that the events name by their ids, whoever runs: what stands for a pid is then a thread's id. */
  namesThreads: boolean
  /** What the values of a beginning take up on the stack of a program that ends spans. */
  keptBytes: number
  notes: readonly string[]
}

export type SpanInput = {
  start: SpanStart
  starts: readonly ResolvedProbe[]
  ends: readonly ResolvedProbe[]
  scope: TraceScope
  arch: 'x64' | 'arm64'
  /** Record one in so many. */
  every: number
  /** Conditions of the instrument, looked at where a span ends. */
  when: readonly Condition[]
  /** All other fields that will be read there. */
  reads: readonly FieldRef[]
}

type Match = 'frame' | 'thread' | 'fields'

/** @throws TraceRefusal bad-spec */
export function spanOf(input: SpanInput): Span {
  const { start, starts, ends, scope } = input
  const match: Match = start.match.by === 'fields' ? 'fields' : isCallAndReturn(starts, ends) ? 'frame' : 'thread'
  const subject = subjectOf(start)
  const [firstStart] = starts
  if (firstStart === undefined) throw new TypeError('a span without a beginning')
  const filter = scopeFilter(scope, subject === null ? null : numberOf(subject, startContext(firstStart)))
  const kept = keepValues(keptNames(input, match, subject), starts)
  const countsUnmatched = start.when.length === 0 && input.every === 1 && (match !== 'fields' || filter.who === null)
  const beginnings = starts.map((probe, index) => {
    const { prepare, key } = startKey(input, match, probe, index)
    // Nothing begins before everything is attached: its end might be missed, and it be taken for the beginning of a later one.
    const conditions = [
      code`@r`,
      ...(filter.who === null ? [] : [filter.who]),
      ...(input.every > 1 ? [code`rand % ${integer(input.every)} == 0`] : []),
      ...conditionCodes(start.when, startContext(probe)),
    ]
    const store = code`${prepare}${kept.store(probe, key)}`
    return { point: probePoint(probe), condition: join(conditions, code` && `), store, check: kept.checkStored(key) }
  })
  const endPoints = new Set(ends.map((end) => probePoint(end).text))
  const onlyBegin = beginnings.filter(({ point }) => !endPoints.has(point.text))
  return {
    filter,
    countsUnmatched,
    starts: lines(...onlyBegin.map(({ point, condition, store, check }) => code`${point} /${condition}/ { ${store} ${check} }`)),
    programCount: onlyBegin.length + ends.length,
    contextOf: (end) => {
      const { key } = endKey(input, match, end)
      return {
        probe: end,
        duration: code`$l`,
        start: (name) => kept.read(`start.${name}`, key),
        identity: identityAtEnd(input, match, subject, end, (name) => kept.read(name, key)),
      }
    },
    endBody: (end, found, unmatched) => {
      const { prepare, key } = endKey(input, match, end)
      const missed = countsUnmatched ? code` else ${unmatchedOf(end, input, filter, match, unmatched)}` : nothing
      const point = probePoint(end)
      const begins = beginnings.find((beginning) => beginning.point.text === point.text)
      return lines(
        // Never runs: says the types of what is kept before it is read.
        begins === undefined ? nothing : code`  if (0) { ${begins.store} }`,
        code`  ${prepare}$s = @s[${key}];`,
        code`  if (${kept.moment}) {`,
        code`    $l = nsecs - ${kept.moment};`,
        found,
        code`    ${kept.remove(key)}`,
        code`  }${missed}`,
        begins === undefined ? nothing : code`  if (${begins.condition}) { ${begins.store} ${begins.check} }`,
      )
    },
    commOf: (end) => {
      if (match !== 'fields') return code`comm`
      if (subject === null) return textOf(kept.read('comm', endKey(input, match, end).key))
      return end.arguments.some(({ name }) => name === 'next_comm') ? code`args->next_comm` : null
    },
    onExit: match === 'thread' ? kept.remove(code`tid`) : nothing,
    onTick: code`if (@f) { @f = 0; printf("sonde-full\\n"); ${join(
      [code`@s`, ...kept.textMaps].map((map) => code`clear(${map});`),
      code` `,
    )} }`,
    maps: [code`@s`, ...kept.textMaps],
    keptBytes: kept.bytes,
    namesThreads: subject !== null,
    notes: countsUnmatched
      ? []
      : ['Ends whose beginning was left out cannot be told from ends whose beginning was not seen: neither are counted as unmatched.'],
  }
}

/** Whether every end is the return from a function whose entry is a beginning. */
function isCallAndReturn(starts: readonly ResolvedProbe[], ends: readonly ResolvedProbe[]): boolean {
  return ends.every((end) => starts.some((start) => isEntryOf(start, end)))
}

function isEntryOf(start: ResolvedProbe, end: ResolvedProbe): boolean {
  if (start.kind === 'kprobe' && end.kind === 'kprobe')
    return start.at === 'entry' && end.at === 'return' && start.function === end.function
  if (start.kind === 'uprobe' && end.kind === 'uprobe')
    return start.at === 'entry' && end.at === 'return' && start.file.openPath === end.file.openPath && start.address === end.address
  return false
}

type Key = { prepare: Code; key: Code }

function startKey({ start, starts }: SpanInput, match: Match, probe: ResolvedProbe, index: number): Key {
  if (start.match.by === 'fields') return fieldsKey(start.match.start, startContext(probe))
  if (match === 'frame') return frameKey(starts.length, index, code`$k = reg("sp"); `)
  return { prepare: nothing, key: code`tid` }
}

function endKey({ start, starts, arch }: SpanInput, match: Match, end: ResolvedProbe): Key {
  if (start.match.by === 'fields') return fieldsKey(start.match.end, { probe: end, duration: null, start: null })
  if (match !== 'frame') return { prepare: nothing, key: code`tid` }
  const index = starts.findIndex((begin) => isEntryOf(begin, end))
  // On x64 the call has put the address to return to on the stack, and the return has taken it off again.
  return frameKey(starts.length, index, arch === 'x64' ? code`$k = reg("sp") - 8; ` : code`$k = reg("sp"); `)
}

/** A function that ends in a jump to another shares its frame with that one: where there are several, each has its own number. */
function frameKey(functions: number, index: number, prepare: Code): Key {
  if (functions === 1) return { prepare, key: code`tid, $k` }
  return { prepare, key: code`tid, $k, ${integer(index)}` }
}

function fieldsKey(fields: readonly FieldRef[], context: FieldContext): Key {
  return {
    prepare: nothing,
    key: join(
      fields.map((field) => numberOf(field, context)),
      code`, `,
    ),
  }
}

function numberOf(field: FieldRef, context: FieldContext): Code {
  const value = fieldValue(field, context)
  if (value.kind === 'number') return value.expression
  throw new TraceRefusal('bad-spec', `Spans are matched by numbers, and "${field}" of ${context.probe.label} is none.`)
}

/**
 * A span that is matched by the id of a thread (`pid` of sched_wakeup, `next_pid` of sched_switch) belongs to that thread, whoever runs
 * at either end.
 */
function subjectOf({ match }: SpanStart): FieldRef | null {
  if (match.by !== 'fields') return null
  return match.start.find((field, at) => isThreadId(field) && isThreadId(match.end[at] ?? 'cpu')) ?? null
}
const isThreadId = (field: FieldRef): boolean => /^(args|start)\.(pid|next_pid|prev_pid|child_pid|tid)$/.test(field)

function keptNames(input: SpanInput, match: Match, subject: FieldRef | null): FieldRef[] {
  const reads = [...input.reads, ...input.when.map(({ field }) => field)]
  const ofStart = reads.filter((name) => name.startsWith('start.'))
  if (match !== 'fields' || subject !== null) return ofStart
  // The end comes when it comes, in whatever thread: who began is who it belongs to.
  return ['pid', ...reads.filter((name) => name === 'tid' || name === 'uid' || name === 'comm'), ...ofStart]
}

function identityAtEnd(
  { start, starts }: SpanInput,
  match: Match,
  subject: FieldRef | null,
  end: ResolvedProbe,
  kept: (name: FieldRef) => Value,
): FieldContext['identity'] {
  if (match !== 'fields') return {}
  // Getters: what is not read was not kept.
  if (subject === null)
    return {
      get pid() {
        return kept('pid')
      },
      get tid() {
        return kept('tid')
      },
      get uid() {
        return kept('uid')
      },
      get comm() {
        return kept('comm')
      },
    }
  const at = start.match.by === 'fields' ? start.match.start.indexOf(subject) : -1
  const field = start.match.by === 'fields' ? start.match.end[at] : undefined
  const id = field === undefined ? undefined : fieldValue(field, { probe: end, duration: null, start: null })
  const refuse = (what: string): never => {
    throw new TraceRefusal('bad-spec', `"${what}" would be that of whoever happens to run when a span of ${starts[0]?.label} ends.`)
  }
  return {
    ...(id === undefined ? {} : { pid: id, tid: id }),
    get uid() {
      return refuse('uid')
    },
    get comm() {
      return end.arguments.some(({ name }) => name === 'next_comm')
        ? fieldValue('args.next_comm', { probe: end, duration: null, start: null })
        : refuse('comm')
    },
  }
}

/** Only what the capture would have recorded can be unmatched, as far as that can be told, and only once everything is attached. */
function unmatchedOf(end: ResolvedProbe, { arch, when }: SpanInput, filter: ScopeFilter, match: Match, unmatched: Code): Code {
  const knownHere = when.filter(
    ({ field }) => field.startsWith('args.') || field === 'ret' || (match !== 'fields' && !/^(start\.|duration$)/.test(field)),
  )
  const conditions = [
    code`@r`,
    ...(match !== 'fields' && filter.who !== null ? [filter.who] : []),
    ...(filter.where === null ? [] : [filter.where]),
    ...notNewborn(end, arch),
    ...conditionCodes(knownHere, { probe: end, start: null, duration: null }),
  ]
  return code`if (${join(conditions, code` && `)}) { ${unmatched} }`
}

const FORKS = ['clone', 'clone3', 'fork', 'vfork'] as const

/** A new process comes out of clone without having gone in: that is no call whose beginning was missed. */
function notNewborn(end: ResolvedProbe, arch: 'x64' | 'arm64'): Code[] {
  if (end.kind !== 'tracepoint') return []
  if (end.category === 'syscalls' && FORKS.some((name) => end.name === `sys_exit_${name}`)) return [code`args->ret != 0`]
  if (end.category !== 'raw_syscalls' || end.name !== 'sys_exit') return []
  const numbers = FORKS.map((name) => syscallNumber(name, arch)).filter((nr) => nr !== undefined)
  return [
    code`(args->ret != 0 || (${join(
      numbers.map((nr) => code`args->id != ${integer(nr)}`),
      code` && `,
    )}))`,
  ]
}

function textOf(value: Value): Code {
  if (value.kind !== 'text') throw new TypeError('not a text')
  return value.expression
}
