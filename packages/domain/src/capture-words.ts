import { type Actor, type CaptureView, type Instrument, probeLabel, probesOf } from '@sonde/contract'
import type { Profile } from '@sonde/profile'
import type { App } from './app.ts'
import { hideInLabel } from './hide-spec.ts'
import { readCounts } from './read-counts.ts'
import { readEvents } from './read-events.ts'
import { readLatency } from './read-latency.ts'
import { mergedProfile } from './read-profile.ts'
import { readSyscalls } from './read-syscalls.ts'

/** The texts that stand in a capture, in lower case, by what may be done with them. */
export type CaptureWords = {
  /** Names of hosts, values of their labels, cgroups, containers, the name of an imported file. */
  hosts: Set<string>
  /** Values of arguments: what was grouped by, rows of events, files and addresses, conditions, paths of binaries. */
  args: Set<string>
  /** What every share shows: processes, functions, libraries, system calls, probes. */
  shown: Set<string>
}

/** Rows looked at of each result. */
const MOST_ROWS = 50_000

/** Looks through all results of a capture as they are now. Of nobody's asking: what it returns must not leave the server. */
export async function readCaptureWords(app: App, view: CaptureView): Promise<CaptureWords> {
  const words: CaptureWords = { hosts: new Set(), args: new Set(), shown: new Set() }
  await addHosts(app, view, words)
  addSpec(view, words)
  const insider: Actor = { kind: 'share', shareId: '', captureId: view.id, hosts: true, args: true }
  const { id, resultVersion: has } = view
  for (const kind of ['profile', 'offcpu'] as const) if (has[kind] > 0) addProfile((await mergedProfile(app, id, kind)).profile, words)
  if (has.syscalls > 0) {
    for (const { snapshot } of (await readSyscalls(insider, app, { id })).hosts) {
      for (const { comm } of snapshot.processes) add(words.shown, comm)
      for (const row of snapshot.rows) {
        add(words.shown, row.name)
        for (const error of row.errors) add(words.shown, error.name)
      }
      for (const object of snapshot.objects?.rows ?? []) add(words.args, object.name)
    }
  }
  const all = { id, search: '', by: 'row', limit: MOST_ROWS } as const
  const rows = [
    ...(has.counts > 0 ? (await readCounts(insider, app, { ...all, measure: 'count' })).rows : []),
    ...(has.latency > 0 ? (await readLatency(insider, app, all)).rows : []),
  ]
  for (const { comm, probe, key } of rows) {
    add(words.shown, comm)
    add(words.args, key)
    const label = probe === null ? null : hideInLabel(probe)
    add(words.shown, label)
    if (label !== probe) add(words.args, probe)
  }
  if (has.events > 0) {
    for (const row of (await readEvents(insider, app, { id, search: '', sort: 'time', dir: 'desc', limit: MOST_ROWS })).rows) {
      add(words.shown, row.comm)
      for (const value of row.values) if (typeof value === 'string') add(words.args, value)
    }
  }
  // A process is called the same wherever its name turns up, as where counts are grouped by it.
  for (const word of words.shown) words.args.delete(word)
  return words
}

/** Numbers say nothing by themselves, and turn up in every text. */
function add(to: Set<string>, text: string | null | undefined): void {
  if (text && !/^[\d.,+-]*$/.test(text)) to.add(text.toLowerCase())
}

async function addHosts(app: App, view: CaptureView, { hosts }: CaptureWords): Promise<void> {
  const { rows } = await app.db.pool.query<{ name: string; value: string | null }>(
    `SELECT h.name, label.value FROM targets t JOIN hosts h ON h.id = t.host_id LEFT JOIN LATERAL jsonb_each_text(h.labels) AS label ON true
     WHERE t.capture_id = $1`,
    [view.id],
  )
  for (const { name, value } of rows) {
    add(hosts, name)
    add(hosts, name.split('.')[0])
    add(hosts, value)
  }
  const { filter } = view.spec
  if (filter?.kind === 'container') add(hosts, filter.id.slice(0, 12))
  if (filter?.kind === 'cgroup') addCgroup(hosts, filter.path)
  if (view.source) {
    add(hosts, view.source.fileName)
    add(hosts, view.source.fileName.replace(/\.[^/]*$/, ''))
  }
}

/** Units and containers by their own names, too. */
function addCgroup(hosts: Set<string>, path: string): void {
  add(hosts, path)
  for (const part of path.split('/')) if (part.length >= 4 && !part.endsWith('.slice')) add(hosts, part.replace(/\.(service|scope)$/, ''))
}

function addSpec(view: CaptureView, { args, shown }: CaptureWords): void {
  const conditions = (instrument: Instrument) => [
    ...('when' in instrument ? instrument.when : []),
    ...('start' in instrument && instrument.start ? instrument.start.when : []),
  ]
  for (const instrument of view.spec.instruments) {
    for (const { field, value } of conditions(instrument)) if (typeof value === 'string') add(field === 'comm' ? shown : args, value)
    for (const probe of probesOf(instrument)) {
      if ('binary' in probe && probe.binary.of === 'path') add(args, probe.binary.path)
      else add(shown, probeLabel(probe))
      if (probe.kind === 'kprobe' || probe.kind === 'uprobe') add(shown, probe.function)
      if (probe.kind === 'tracepoint' || probe.kind === 'usdt') add(shown, probe.name)
    }
  }
}

function addProfile({ strings, threads, frames, hosts }: Profile, words: CaptureWords): void {
  for (const name of hosts.name) add(words.hosts, name)
  for (const at of new Set(threads.cgroup)) addCgroup(words.hosts, strings[at] ?? '')
  for (const column of [threads.comm, frames.name, frames.module]) for (const at of new Set(column)) add(words.shown, strings[at])
}

/** Short words are in every longer one; they count where they stand by themselves. */
const SHORTEST_PART = 3

/** Whether a text holds one of the words, anywhere in it. */
export function holdsAny(text: string, words: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase()
  for (const word of words) if (word.length >= SHORTEST_PART && lower.includes(word)) return true
  return holdsWhole(text, words)
}

/** Whether a text holds one of the words as a word of its own: "read" is in "who does read()", not in "already". */
export function holdsWhole(text: string, words: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase()
  const edges = [0, lower.length]
  for (let at = 1; at < lower.length; at++) if (/\w/.test(lower[at - 1] ?? '') !== /\w/.test(lower[at] ?? '')) edges.push(at)
  edges.sort((a, b) => a - b)
  return edges.some((from, i) => edges.slice(i + 1).some((to) => words.has(lower.slice(from, to).trim())))
}

/** Whether something that a person searched for is, or begins to be, one of the words: "web" gives away a part of "web-1". */
export function givesAway(search: string, words: ReadonlySet<string>, shown: ReadonlySet<string>): boolean {
  const parts = search.toLowerCase().split(/\s+/).filter(Boolean)
  const isPart = (part: string, of: ReadonlySet<string>): boolean =>
    [...of].some((word) => word.includes(part) || (part.length >= SHORTEST_PART && part.includes(word) && word.length >= SHORTEST_PART))
  return parts.some((part) => isPart(part, words) && ![...shown].some((word) => word.includes(part)))
}
