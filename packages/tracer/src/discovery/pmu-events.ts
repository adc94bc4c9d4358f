import { readdir } from 'node:fs/promises'
import { pmuEventNameSchema } from '@sonde/contract'
import { findTool } from '../host/find-tool.ts'
import { tryCommand } from '../host/try-command.ts'
import { PERF_ENV } from '../stacks/perf-env.ts'
import { KNOWN_PMU_EVENTS, type KnownPmuEvent } from './pmu-event-table.ts'

export type PmuEvent = KnownPmuEvent & {
  /** Can be sampled with stacks; the others can only be counted. */
  sampled: boolean
}
export type PmuEvents = { events: PmuEvent[] /** What could not be found out, in sentences. */; notes: string[] }

const DEVICES = '/sys/bus/event_source/devices'
/** PMUs whose events belong to a CPU and its tasks. Others count for a whole socket or device, and need another notation. */
const CORE_PMU = /^(cpu|cpu_core|cpu_atom|armv8_.*|arm_.*pmuv3.*)$/
const BATCH = 40
const MAX_CANDIDATES = 4_000

/**
 * The counters that this host really has, each by a name that perf takes: every candidate is opened once, for `true`. Software events
 * are there on every kernel; hardware and cache events where there is a PMU; the CPU's own events where perf or the kernel list them.
 * Takes a second or two. Never throws.
 */
export async function listPmuEvents(): Promise<PmuEvents> {
  const perf = await findTool('perf')
  if (perf === null) return { events: [], notes: ['perf is not installed, so that no counters are known.'] }
  const cpuEvents = await listCpuEvents(perf)
  const candidates = new Map([...KNOWN_PMU_EVENTS, ...cpuEvents].reverse().map((event) => [event.name, event]))
  const counted = await whichWork([...candidates.keys()].reverse().slice(0, MAX_CANDIDATES), (names) => countOnce(perf, names))
  const sampled = new Set(await whichWork(counted, (names) => sampleOnce(perf, names)))
  const events = counted.flatMap((name) => {
    const known = candidates.get(name)
    return known === undefined ? [] : [{ ...known, sampled: sampled.has(name) }]
  })
  const hasPmu = events.some((event) => event.group !== 'software')
  const notes = hasPmu ? [] : ['The CPU offers no hardware counters here (common in virtual machines): only software events are listed.']
  return { events, notes }
}

/** Which of the names `test` takes. It says which of a batch work, or null where it refuses the batch as a whole. */
async function whichWork(names: readonly string[], test: (names: string[]) => Promise<string[] | null>): Promise<string[]> {
  const works: string[] = []
  const waiting: string[][] = []
  for (let i = 0; i < names.length; i += BATCH) waiting.push(names.slice(i, i + BATCH))
  for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
    const good = await test(batch)
    if (good !== null) works.push(...good)
    else if (batch.length > 1) waiting.unshift(batch.slice(0, batch.length / 2), batch.slice(batch.length / 2))
  }
  return works
}

async function countOnce(perf: string, names: string[]): Promise<string[] | null> {
  const attempt = await tryCommand([perf, 'stat', '-x', ',', ...names.flatMap((name) => ['-e', name]), '--', 'true'], PERF_ENV)
  if (!attempt.ok) return null
  const supported = parseSupported(attempt.stderr)
  return names.filter((name) => supported.has(name))
}

/**
 * Names in `perf stat -x,` output (`value,unit,event,…`) that have a value. "not counted" is none, but for want of time, not of a
 * counter. Hybrid CPUs have a line for each kind of core: `cpu_core/cycles/`.
 */
export function parseSupported(text: string): Set<string> {
  const names = new Set<string>()
  for (const line of text.split('\n')) {
    const [value = '', , event = ''] = line.split(',')
    if (value === '' || value === '<not supported>' || value.startsWith('#')) continue
    const name = /^(?:[^/]+\/)?([^/:]+)/.exec(event)?.[1]
    if (name !== undefined) names.add(name)
  }
  return names
}

async function sampleOnce(perf: string, names: string[]): Promise<string[] | null> {
  const events = names.flatMap((name) => ['-e', name])
  const attempt = await tryCommand([perf, 'record', '-c', '1000000000', ...events, '-o', '/dev/null', '--', 'true'], PERF_ENV)
  return attempt.ok ? names : null
}

/** Events of this very CPU: the kernel's (sysfs) and those that perf brings along for the model, with their descriptions. */
async function listCpuEvents(perf: string): Promise<KnownPmuEvent[]> {
  const described = parsePerfList((await tryCommand([perf, 'list', '--no-deprecated'], PERF_ENV, 20_000)).stdout)
  const listed: KnownPmuEvent[] = []
  for (const device of await names(DEVICES)) {
    if (!CORE_PMU.test(device)) continue
    for (const name of await names(`${DEVICES}/${device}/events`)) {
      listed.push({ name, group: 'cpu', description: `An event of this CPU (${device}); its manual says what it counts.` })
    }
  }
  return [...described, ...listed].filter((event) => pmuEventNameSchema.safeParse(event.name).success)
}

async function names(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => [])
}

/**
 * Events with a description in `perf list`: a name, and below it text in brackets that may go over several lines. Metrics, which look
 * the same, come after a heading of their own and end the list; so do tracepoints, which have no description.
 */
export function parsePerfList(text: string): KnownPmuEvent[] {
  const events: KnownPmuEvent[] = []
  const end = /^(Metric Groups|Metrics):/m.exec(text)?.index ?? text.length
  for (const [, name = '', description = ''] of text
    .slice(0, end)
    .matchAll(/^ {2}([A-Za-z0-9][A-Za-z0-9_.-]*)\n {7}\[([^\]]*(?:\][^\]\n]+)*)\]$/gm)) {
    events.push({ name, group: 'cpu', description: description.replaceAll(/\s+/g, ' ').trim() })
  }
  return events
}
