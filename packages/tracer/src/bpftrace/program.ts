import { type Code, code, integer, join, lines, nothing } from './code.ts'
import type { ScopeFilter } from './scope-filter.ts'

/** What a program prints, a line each, with the moment (CLOCK_MONOTONIC, ns): all probes are attached; a set of maps is complete; the time is over; it ends. */
export const MARKS = { ready: 'sonde-ready', slice: 'sonde-slice', time: 'sonde-time', end: 'sonde-end', full: 'sonde-full' } as const

const TICK_MS = 20
/** What is still in bpftrace's buffers when it is told to exit is thrown away: ticks that it gets to read it. */
const DRAIN_TICKS = 8

export type ProgramParts = {
  durationMs: number
  /** The instrument's own probes; those that begin a span before those that end one. */
  probes: Code
  probeCount: number
  filter: ScopeFilter
  /** More for BEGIN. */
  begin?: Code
  /** What happens when a thread ends, besides. */
  onExit?: Code
  /** What happens every second; then the slice is said to be complete. Also once when everything is attached: that is the base line. */
  onSlice: Code
  /** What happens only every second, before that. */
  onTick?: Code
  onReady?: Code
  /** What stops the recording where the program prints as it goes: there is then a moment to read what is on its way, before it ends. */
  closeTap?: Code
  /** Keep the names of processes that end. */
  keepNames: boolean
  /** Maps that are no result: emptied before everything is printed for the last time. */
  workMaps: readonly Code[]
}

export type Program = {
  text: string
  /** Probes that must be attached for the numbers to mean anything, without BEGIN and END. */
  probeCount: number
}

/**
 * Puts a program together. All share these maps:
 *
 *   @self  bpftrace's own process    @r  everything is attached    @z  the time is over    @d  names of processes that ended
 *
 * bpftrace 0.17 says `attached_probes` before it attaches any; but it attaches in the order of the text, so the first tick of the last
 * probe says that all are. It ends by itself when the time is over, since it may miss a signal.
 */
export function programOf(parts: ProgramParts): Program {
  const { filter } = parts
  const onExit = join(
    [
      ...(parts.keepNames ? [code`if (pid == tid) { @d[pid] = comm; }`] : []),
      ...[filter.onExit, parts.onExit ?? nothing].filter((piece) => piece.text !== ''),
    ],
    code` `,
  )
  const names = parts.keepNames ? code`print(@d); clear(@d); ` : nothing
  const drain = parts.closeTap === undefined ? nothing : code` else if (@z) { @z++; if (@z > ${integer(DRAIN_TICKS)}) { exit(); } }`
  const shared = [
    ...(filter.onFork === null ? [] : [filter.onFork]),
    ...(onExit.text === '' ? [] : [code`tracepoint:sched:sched_process_exit { ${onExit} }`]),
    code`interval:ms:${integer(parts.durationMs)} { printf("${MARK.time} %llu\\n", nsecs); ${parts.closeTap === undefined ? code`exit();` : code`@z = 1; ${parts.closeTap}`} }`,
    code`interval:s:1 { if (@r) { ${parts.onTick ?? nothing} ${parts.onSlice} ${names}printf("${MARK.slice} %llu\\n", nsecs); } }`,
    code`interval:ms:${integer(TICK_MS)} { if (@r == 0) { @r = 1; ${parts.onReady ?? nothing} ${parts.onSlice} printf("${MARK.ready} %llu\\n", nsecs); }${drain} }`,
  ]
  const clears = join(
    [...filter.maps, ...parts.workMaps].map((map) => code`clear(${map});`),
    code` `,
  )
  const text = lines(
    code`BEGIN { @self = pid; @r = 0; @z = 0; ${filter.begin} ${parts.begin ?? nothing} }`,
    parts.probes,
    ...shared,
    code`END { printf("${MARK.end} %llu\\n", nsecs); ${clears} }`,
  ).text
  return { text: `${text.replaceAll(/(?<=\S) {2,}/g, ' ')}\n`, probeCount: parts.probeCount + shared.length }
}

const MARK = {
  ready: code`sonde-ready`,
  slice: code`sonde-slice`,
  time: code`sonde-time`,
  end: code`sonde-end`,
} as const satisfies Partial<Record<keyof typeof MARKS, Code>>
