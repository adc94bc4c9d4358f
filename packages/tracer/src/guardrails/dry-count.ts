import { getSystemErrorName } from 'node:util'
import type { HostFacts } from '@sonde/contract'
import type { TraceScope } from '../capture-plan.ts'
import { workingHelper } from '../native/helper-command.ts'
import { scopeArguments } from '../native/scope-arguments.ts'
import { GuardedChild, guardedArgv } from '../run/guarded-child.ts'
import { withoutHarmless } from '../run/tool-messages.ts'
import { PERF_ENV } from '../stacks/perf-env.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CountItem, CountPlace } from './count-list.ts'
import type { DryCount } from './forecast.ts'

const COUNT_MS = 1_000
/** Attaching and detaching take the kernel some 0.1 s for each place; the count itself ends long before. */
const DEADLINE_SECONDS = 60
/** Probes that one count may attach: descriptors of the helper. */
const MAX_PLACES = 600

/** What was counted, or, with a sentence, why nothing could be. `notes`: places that could not be counted. */
export type DryCountResult = { count: DryCount; notes: string[] } | { count: null; why: string }

export type DryCountInput = {
  items: readonly CountItem[]
  scope: TraceScope
  facts: HostFacts
  /** The count ends early once so many hits were seen: that is enough to know the rate. */
  stopAboveHits: number
  signal: AbortSignal
}

/**
 * Attaches what the items name for a second and counts, through file descriptors that go with the process: `sonde-bpf count` where the
 * host has it, else `perf stat`, which can count tracepoints and counters only.
 * @throws TraceRefusal too-many-probes: what is too much to be counted is too much to be recorded
 */
export async function dryCount(input: DryCountInput): Promise<DryCountResult> {
  const counts = input.items.map(() => ({ hits: 0, matched: 0 }))
  const notes: string[] = []
  let countedMs = 0
  const places = placesToCount(input.items)
  const helper = workingHelper(input.facts)
  const perf = input.facts.tools.find(({ name }) => name === 'perf')?.path ?? null
  const byHelper = places.filter(({ place }) => helper !== null && place.kind !== 'pmu')
  const byPerf = places.filter(({ place }) => perf !== null && (place.kind === 'pmu' || (helper === null && place.kind === 'tracepoint')))
  if (byHelper.length + byPerf.length < places.length)
    return { count: null, why: 'Counting these probes beforehand needs the program sonde-bpf, which this host does not have.' }
  const runs = await Promise.all([
    byHelper.length > 0 && helper !== null ? countWithHelper(helper, byHelper, input) : null,
    byPerf.length > 0 && perf !== null ? countWithPerf(perf, byPerf, input) : null,
  ])
  for (const run of runs) {
    if (run === null) continue
    if ('why' in run) return { count: null, why: run.why }
    countedMs = Math.max(countedMs, run.countedMs)
    for (const { index, hits, matched, error } of run.rows) {
      const count = counts[index]
      if (count === undefined) continue
      count.hits += hits
      count.matched += matched
      if (error !== null) notes.push(`${input.items[index]?.label ?? ''} could not be counted beforehand: ${error}.`)
    }
  }
  return { count: { countedMs, counts }, notes }
}

type Placed = { place: CountPlace; index: number }

/** Where there are too many, each place once for all processes together instead of once for each. */
function placesToCount(items: readonly CountItem[]): Placed[] {
  const places = items.flatMap((item, index) => item.places.map((place) => ({ place, index })))
  if (places.length <= MAX_PLACES) return places
  const merged = new Map<string, Placed>()
  for (const { place, index } of places) {
    const anyone = place.kind === 'uprobe' ? { ...place, pid: null } : place
    merged.set(JSON.stringify([index, anyone]), { place: anyone, index })
  }
  if (merged.size > MAX_PLACES)
    throw new TraceRefusal(
      'too-many-probes',
      `These probes lie in ${merged.size} places; at most ${MAX_PLACES} can be counted beforehand, and so many may be attached.`,
    )
  return [...merged.values()]
}
type Row = { index: number; hits: number; matched: number; error: string | null }
type Run = { countedMs: number; rows: Row[] } | { why: string }

async function countWithHelper(helper: string, places: readonly Placed[], input: DryCountInput): Promise<Run> {
  const argv = [
    helper,
    'count',
    '--duration-ms',
    String(COUNT_MS),
    '--stop-above',
    String(Math.ceil(input.stopAboveHits)),
    ...scopeArguments(input.scope),
  ]
  const child = new GuardedChild(
    { argv: guardedArgv([...argv, '--', ...places.map(({ place }) => placeArgument(place))], DEADLINE_SECONDS), env: {} },
    { stdin: true },
  )
  const { text, failure } = await outputOf(child, input.signal)
  const result = parseCount(text, places.length)
  // Once it has said what it counted, it does not matter how it ends.
  if (result === null) return { why: `Counting the probes beforehand failed: ${failure ?? 'there was no result'}` }
  return { countedMs: result.countedMs, rows: result.places.map((row, i) => ({ ...row, index: places[i]?.index ?? -1 })) }
}

/** As native/src/count.c reads it: a word, and numbers or the name of a kernel function, joined by commas. */
export function placeArgument(place: CountPlace): string {
  switch (place.kind) {
    case 'tracepoint':
      return `tracepoint,${place.id}`
    case 'kprobe':
      return `${place.isReturn ? 'kretprobe' : 'kprobe'},${place.function}`
    case 'uprobe': {
      const [, owner, descriptor] = /^\/proc\/(\d+)\/fd\/(\d+)$/.exec(place.path) ?? []
      if (owner === undefined || descriptor === undefined) throw new Error(`${place.path} is not an open file`)
      return [place.isReturn ? 'uretprobe' : 'uprobe', place.pid ?? 0, place.fileOffset, place.semaphoreOffset, owner, descriptor].join(',')
    }
    case 'pmu':
      throw new Error('counters are counted by perf')
  }
}

/** Reads the line `{"type":"count","countedNs":…,"places":[[hits,matched,errno],…]}`. Null where it is none. */
export function parseCount(
  text: string,
  placeCount: number,
): { countedMs: number; places: Array<{ hits: number; matched: number; error: string | null }> } | null {
  const line = text.split('\n').find((candidate) => candidate.startsWith('{"type":"count"'))
  if (line === undefined) return null
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('countedNs' in value) || !('places' in value)) return null
    const { countedNs, places } = value
    if (typeof countedNs !== 'number' || !Array.isArray(places) || places.length !== placeCount) return null
    const rows = places.map((place: unknown) => {
      const [hits, matched, errno] = Array.isArray(place) ? place : []
      if (typeof hits !== 'number' || typeof matched !== 'number' || typeof errno !== 'number') throw new Error('not a row')
      return { hits, matched, error: errno === 0 ? null : errnoWords(errno) }
    })
    return { countedMs: countedNs / 1e6, places: rows }
  } catch {
    return null
  }
}

/** `ENOENT`, or the number where the system has no name for it. */
function errnoWords(errno: number): string {
  try {
    return getSystemErrorName(-errno)
  } catch {
    return `error ${errno}`
  }
}

async function countWithPerf(perf: string, places: readonly Placed[], input: DryCountInput): Promise<Run> {
  const { scope } = input
  // Tracepoints fire for everyone, whoever is recorded; counters count only those.
  const scoped = places.every(({ place }) => place.kind === 'pmu') && scope.kind === 'processes' ? ['-p', scope.pids.join(',')] : ['-a']
  const events = places.flatMap(({ place }) => (place.kind === 'pmu' || place.kind === 'tracepoint' ? ['-e', place.event] : []))
  const argv = [perf, 'stat', '-x', ',', ...scoped, ...events, '--', 'sleep', String(COUNT_MS / 1000)]
  const child = new GuardedChild({ argv: guardedArgv(argv, DEADLINE_SECONDS), env: { ...PERF_ENV } })
  const { failure } = await outputOf(child, input.signal)
  if (failure !== null) return { why: `Counting the probes beforehand failed: ${failure}` }
  const values = parsePerfStat(child.stderr)
  if (values.length !== places.length) return { why: 'perf stat did not count what it was asked to.' }
  return {
    countedMs: COUNT_MS,
    rows: places.map(({ index }, i) => {
      const hits = values[i] ?? null
      return { index, hits: hits ?? 0, matched: hits ?? 0, error: hits === null ? 'perf stat did not count it' : null }
    }),
  }
}

/** Values of `perf stat -x ,` in order: the first field of each line; null for `<not supported>` and `<not counted>`. Clocks count ns, and are printed in ms. */
export function parsePerfStat(text: string): Array<number | null> {
  return text.split('\n').flatMap((line) => {
    const [first = '', unit] = line.split(',')
    if (/^\d+(\.\d+)?$/.test(first) && unit !== undefined) return [unit === 'msec' ? Math.round(Number(first) * 1e6) : Number(first)]
    return /^<not (supported|counted)>$/.test(first) ? [null] : []
  })
}

/** All that the child prints. An abort kills it at once: nothing it knows is of use any more. */
async function outputOf(child: GuardedChild, signal: AbortSignal): Promise<{ text: string; failure: string | null }> {
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  const kill = () => child.kill()
  signal.addEventListener('abort', kill, { once: true })
  if (signal.aborted) kill()
  try {
    const status = await child.exited
    const words = withoutHarmless(child.stderr).trim().slice(0, 500)
    const failure = status.code === 0 ? null : (status.spawnError ?? (words || `it ended with status ${status.code ?? status.signal}`))
    return { text: Buffer.concat(parts).toString('utf8'), failure }
  } finally {
    signal.removeEventListener('abort', kill)
  }
}
