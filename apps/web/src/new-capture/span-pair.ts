import { type EventProbe, type Probe, probeLabel } from '@sonde/contract'

export type SpanPair = { start: EventProbe; end: EventProbe }

const SYSCALL = /^sys_(?:enter|exit)_(.+)$/

/**
 * The span that a probe is an end of, where there is only one that can be meant: a function from entry to return, a system call from
 * sys_enter_X to sys_exit_X. Either end will do. Null where a person has to say what begins the span.
 */
export function automaticSpan(probe: EventProbe): SpanPair | null {
  switch (probe.kind) {
    case 'kprobe':
    case 'uprobe':
      return { start: { ...probe, at: 'entry' }, end: { ...probe, at: 'return' } }
    case 'tracepoint': {
      const name = SYSCALL.exec(probe.name)?.[1]
      if (probe.category !== 'syscalls' || name === undefined) return null
      return { start: { ...probe, name: `sys_enter_${name}` }, end: { ...probe, name: `sys_exit_${name}` } }
    }
    case 'usdt':
      return null
  }
}

/** Words that kernel and library authors end the names of a pair with: the end, and what its beginning may be called. */
const ENDINGS: ReadonlyArray<readonly [end: string, starts: readonly string[]]> = [
  ['exit', ['entry', 'enter']],
  ['return', ['entry', 'call']],
  ['end', ['start', 'begin', 'entry']],
  ['done', ['start', 'begin']],
  ['finish', ['start', 'begin']],
  ['complete', ['issue', 'start', 'begin']],
  ['release', ['acquire', 'acquired', 'begin']],
  ['stop', ['start']],
]

/** Names that the beginning of a span may have, given the name of its end: `query__done` → `query__start`, `query__begin`. */
export function startNames(endName: string): string[] {
  for (const [end, starts] of ENDINGS) {
    if (endName === end || endName.endsWith(`_${end}`) || endName.endsWith(`-${end}`)) {
      const stem = endName.slice(0, endName.length - end.length)
      return starts.map((start) => stem + start)
    }
  }
  return []
}

/** Fields by which the two ends of a span are told to belong together where the thread is not the same one: [at the start, at the end]. */
const MATCHES: Readonly<Record<string, ReadonlyArray<{ start: string; end: string }>>> = {
  'block_rq_issue block_rq_complete': [
    { start: 'start.dev', end: 'args.dev' },
    { start: 'start.sector', end: 'args.sector' },
  ],
  'block_rq_insert block_rq_issue': [
    { start: 'start.dev', end: 'args.dev' },
    { start: 'start.sector', end: 'args.sector' },
  ],
  'sched_wakeup sched_switch': [{ start: 'start.pid', end: 'args.next_pid' }],
  'sched_waking sched_switch': [{ start: 'start.pid', end: 'args.next_pid' }],
}

/** Probes that may begin the span which this tracepoint or USDT probe ends, most likely first. They may not exist: the finder knows. */
export function likelyStarts(end: EventProbe): EventProbe[] {
  if (end.kind !== 'tracepoint' && end.kind !== 'usdt') return []
  return startNames(end.name).map((name) => ({ ...end, name }))
}

/** Which fields belong together, where that is known of a pair; empty: the same thread is the best guess. */
export function likelyMatch(start: EventProbe, end: EventProbe): Array<{ start: string; end: string }> {
  if (start.kind !== 'tracepoint' || end.kind !== 'tracepoint') return []
  return [...(MATCHES[`${start.name} ${end.name}`] ?? [])]
}

export const isSameProbe = (a: Probe, b: Probe): boolean => probeLabel(a) === probeLabel(b) && JSON.stringify(a) === JSON.stringify(b)
