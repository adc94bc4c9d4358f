import { type ImportLimits, refuseBeyond } from './import-limits.ts'
import { isBlank, perfLines, scanFrameLine, skipBlanks, withoutOffset } from './perf-frame-line.ts'
import { classifyModule } from './perf-module.ts'
import { FRAME_KIND, type Profile, type ProfileMeta } from './profile.ts'
import { MAX_EXACT, MAX_STACK_DEPTH, ProfileBuilder, UNKNOWN_NAME } from './profile-builder.ts'

export type PerfScriptOptions = {
  /** Only samples of this event, as it is printed without its colon. Default: the first one met; adding up two says nothing. */
  event?: string | undefined
  /** `samples` (default): each weighs 1. `period`: what perf printed, e.g. cycles. A text that Sonde wrote says itself what its periods are. */
  weight?: 'samples' | 'period' | undefined
  limits?: Partial<ImportLimits> | undefined
}

export type PerfScriptImport = {
  profile: Profile
  /** Samples of other events than the profile's, by event. */
  otherEvents: Map<string, number>
  /** What perf says was lost: the sum of its PERF_RECORD_LOST lines. */
  lostSamples: number
  /** Lines that are neither comment, sample nor frame. */
  unrecognizedLines: number
  /** Frames cut off stacks deeper than `MAX_STACK_DEPTH`. */
  cutFrames: number
  /** Names that were longer than the limits allow. */
  cutNames: number
}

/**
 * Text of `perf script` → timed profile. Takes whatever fields were printed: pid/tid or tid alone (the pid is then taken to be
 * the tid), CPU, time, period, event, the stack below the sample or one frame behind it. Times count from the first sample,
 * in µs; `meta.startMs` stays 0, as perf's clock does not say when it began.
 */
export function importPerfScript(text: string, options: PerfScriptOptions = {}): PerfScriptImport {
  const limits = options.limits ?? {}
  const builder = new ProfileBuilder({}, limits)
  const host = builder.addHost('', '')
  const pending: PendingSample[] = []
  const otherEvents = new Map<string, number>()
  const periods = new Set<number>()
  let unrecognizedLines = 0
  let cutFrames = 0
  let lostSamples = 0
  let event = options.event
  let open: PendingSample | null = null
  let frames: Frame[] = []
  /** perf pads the comm exactly where it prints no stack. */
  let takesFrames = false
  /** Inside a sample of another event: its frames are known lines that go nowhere. */
  let passingOver = false

  const close = () => {
    if (open) {
      const { stack, cut } = addStack(builder, frames)
      cutFrames += cut
      open.stack = stack
      pending.push(open)
      if (limits.samples !== undefined) refuseBeyond(limits.samples, pending.length, 'samples')
    }
    open = null
    frames = []
    passingOver = false
  }

  const own = OWN_WEIGHTS.exec(text)?.[1] as ProfileMeta['unit'] | undefined
  const byPeriod = own !== undefined || options.weight === 'period'

  for (const line of perfLines(text)) {
    if (line.startsWith('#')) continue
    if (skipBlanks(line, 0) === line.length) {
      close()
      continue
    }
    const header = scanSampleHeader(line)
    if (header) {
      close()
      const record = RECORD.exec(`${header.event} ${header.rest}`)
      if (record) {
        lostSamples += Number(record[1] ?? 0)
        continue
      }
      event ??= header.event
      if (header.event !== event) {
        otherEvents.set(header.event, (otherEvents.get(header.event) ?? 0) + 1)
        passingOver = true
        continue
      }
      periods.add(header.period)
      takesFrames = !isBlank(line.charCodeAt(0))
      const thread = builder.addThread(host, header.pid, header.tid, header.comm)
      open = { stack: -1, thread, timeUs: header.timeUs, weight: byPeriod ? header.period : 1 }
      const only = scanStackFrame(header.rest)
      if (only) frames.push(only)
      continue
    }
    if (passingOver) continue
    const frame = open && takesFrames && isBlank(line.charCodeAt(0)) ? scanStackFrame(line) : null
    if (frame) frames.push(frame)
    else unrecognizedLines++
  }
  close()

  const known = pending.flatMap((sample) => (sample.timeUs === null ? [] : [sample.timeUs]))
  const firstUs = known.reduce((least, timeUs) => Math.min(least, timeUs), known[0] ?? 0)
  const lastUs = known.reduce((most, timeUs) => Math.max(most, timeUs), firstUs)
  for (const { stack, thread, timeUs, weight } of pending)
    builder.addSample(stack, thread, timeUs === null ? 0 : exactUs(timeUs - firstUs), weight)
  const [period = 0] = periods
  builder.meta = {
    ...builder.meta,
    event: event ?? '',
    unit: own ?? (byPeriod ? (isClock(event) ? 'ns' : 'count') : 'samples'),
    periodNs: own === undefined && periods.size === 1 && isClock(event) && period > 1 ? period : 0,
    durationMs: (lastUs - firstUs) / 1000,
    timed: known.length === pending.length,
  }
  return { profile: builder.build(), otherEvents, lostSamples, unrecognizedLines, cutFrames, cutNames: builder.cutNames }
}

/** As `importPerfScript`, the profile alone. */
export function parsePerfScript(text: string, options: PerfScriptOptions = {}): Profile {
  return importPerfScript(text, options).profile
}

/** Whether the line begins a sample. */
export const isSampleHeader = (line: string): boolean => scanSampleHeader(line) !== null

type PendingSample = { stack: number; thread: number; timeUs: number | null; weight: number }
type Frame = { symbol: string; dso: string }
type SampleHeader = { comm: string; pid: number; tid: number; timeUs: number | null; period: number; event: string; rest: string }

/** First line of a text that Sonde wrote: the periods are weights, and in which unit. */
const OWN_WEIGHTS = /^# sonde weights: (samples|ns|bytes|count)\r?\n/

/** Events whose period is in ns. */
function isClock(event: string | undefined): boolean {
  return /^(?:cpu|task)-clock\b/.test(event ?? '')
}

/** Lines about the recording itself, as `perf script --show-…-events` prints them between the samples. */
const RECORD = /^\s*PERF_RECORD_[A-Z0-9_]+(?: lost (\d{1,15}))?/

/** Times are printed in µs or ns: rounding to ns takes the noise off a difference of two large floats. */
function exactUs(timeUs: number): number {
  return Math.round(timeUs * 1000) / 1000
}

/** pid[/tid], [cpu], interrupt flags, time, period, event: each but the first may be missing. */
const AFTER_COMM =
  /(-?\d{1,15})(?:\/(-?\d{1,15}))?[ \t]+(?:\[\d+\][ \t]+)?(?:[\w.]{4,5}[ \t]+(?=\d+\.\d+:))?(?:(\d{1,15})\.(\d{1,9}):[ \t]*)?(?:(\d{1,19})[ \t]+)?(?:(\S+):(?=\s|$)[ \t]*)?/y

/**
 *   V8 WorkerThread 24636/25607 [000] 94564.109216:     100 cycles:ppp:
 *
 * The comm may hold blanks and numbers, so each number after a blank is tried as the pid. At the margin a time or an event is
 * enough to know a sample by; an indented line (perf pads the comm where there is no stack) must have a time, since it may be
 * a frame.
 */
function scanSampleHeader(line: string): SampleHeader | null {
  const indented = isBlank(line.charCodeAt(0))
  const commStart = skipBlanks(line, 0)
  for (let at = commStart + 1; at < line.length; at++) {
    if (!isBlank(line.charCodeAt(at))) continue
    const start = skipBlanks(line, at)
    AFTER_COMM.lastIndex = start
    const match = AFTER_COMM.exec(line)
    if (match) {
      const [all, first = '', second, seconds, fraction = '', period, event] = match
      const isSample = seconds !== undefined || (event !== undefined && !indented)
      if (isSample) {
        const tid = Number(second ?? first)
        const timeUs = seconds === undefined ? null : Number(seconds) * 1_000_000 + Number(fraction.padEnd(9, '0')) / 1000
        return {
          comm: line.slice(commStart, at),
          pid: Number(first),
          tid,
          timeUs: timeUs !== null && timeUs <= MAX_EXACT ? timeUs : null,
          period: Math.min(MAX_EXACT, Number(period ?? 1)),
          event: event ?? '',
          rest: line.slice(start + all.length),
        }
      }
    }
    at = start - 1
  }
  return null
}

/** `address symbol (module)`, without symbol, without module or with the address alone, as `-F` printed it. */
function scanStackFrame(line: string): Frame | null {
  const match = /^[ \t]*[0-9a-f]+(?=\s|$)[ \t]*(\(|)/.exec(line)
  if (!match) return null
  const rest = line.slice(match[0].length).trimEnd()
  const isBare = match[1] === '(' && !rest.startsWith('anonymous namespace)')
  if (isBare) return { symbol: UNKNOWN_NAME, dso: rest.replace(/\)$/, '') }
  const frame = scanFrameLine(line)
  if (frame) return { symbol: withoutOffset(frame.symbol), dso: frame.module }
  return { symbol: rest === '' ? UNKNOWN_NAME : withoutOffset(rest), dso: '' }
}

/** Frames as printed, innermost first → stack row; `cut` innermost frames found no room. */
function addStack(builder: ProfileBuilder, frames: readonly Frame[]): { stack: number; cut: number } {
  let stack = -1
  for (let i = frames.length - 1; i >= 0; i--) {
    const room = MAX_STACK_DEPTH - builder.depthOf(stack)
    if (room === 0) return { stack, cut: i + 1 }
    const { symbol, dso } = frames[i] ?? { symbol: UNKNOWN_NAME, dso: '' }
    const { module, kind } = classifyModule(dso)
    if (symbol === UNKNOWN_NAME) stack = builder.addStack(stack, builder.addFrame(UNKNOWN_NAME, module, FRAME_KIND.unknown))
    else if (kind === FRAME_KIND.jit && symbol.includes('->') && room > MAX_STACK_DEPTH / 2) {
      // JIT maps write what was inlined into one function as `outer->inner`. In native code `->` is part of `operator->`.
      const parts = symbol.split('->', 64).filter((part) => part !== '')
      for (const [place, part] of parts.entries()) {
        stack = builder.addStack(stack, builder.addFrame(part, module, place === 0 ? FRAME_KIND.jit : FRAME_KIND.inlined))
      }
    } else stack = builder.addStack(stack, builder.addFrame(symbol, module, kind))
  }
  return { stack, cut: 0 }
}
