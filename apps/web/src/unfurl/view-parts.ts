import {
  type Actor,
  type CaptureView,
  type CaptureViewState,
  hasResultsOf,
  instrumentOf,
  isCpuSampling,
  type PaneName,
  parsePanes,
  parseTransforms,
} from '@sonde/contract'
import { type App, readCounters, readCounts, readEvents, readLatency, readProfile, readSyscalls } from '@sonde/domain'
import { formatCount, formatExact, formatNs, formatPlural, formatRate, formatSpan } from '@sonde/ui'
import { parseWindow } from '../capture/capture-time.ts'
import { counterRows } from '../capture/counter-rows.ts'
import { coveredMsOf, rowName } from '../capture/counts-model.ts'
import { flameArrangement } from '../capture/flame-arrangement.ts'
import { type FlameKind, flameWords } from '../capture/flame-words.ts'
import { sortLatency } from '../capture/latency-rows.ts'
import { parseProcess } from '../capture/process-selection.ts'
import { countsSplit, latencySplit } from '../capture/result-split.ts'
import { groupSyscalls, measureOfSort } from '../capture/syscall-groups.ts'
import { onHost, type SyscallLine, selectSyscalls, syscallLines } from '../capture/syscall-rows.ts'
import type { BarsPart, EmptyPart, GraphPart, HeadlineNumber, TablePart } from './picture-request.ts'

export type PictureSource = { actor: Actor; app: App; capture: CaptureView; view: CaptureViewState }

/** One pane of the view as a part of the picture, and what it adds up to. */
export type ViewPart = { part: GraphPart | TablePart | BarsPart | EmptyPart; numbers: HeadlineNumber[]; narrowed: string[] }

/** `isSide`: it stands beside a graph. */
type Draw = (source: PictureSource, isSide?: boolean) => Promise<ViewPart>

/** Rows of a table, at most: a few more than any picture has room for, so that it can say how many there are. */
const MAX_ROWS = 12

/** The panes that can be a picture. The others (heat map, callers, hosts) are pictures of the same samples: the flame graph stands for them. */
export const PICTURE_PANES = {
  flame: { isOffered: (capture) => hasResultsOf(capture, 'stacks'), draw: (source) => graphOf(source, 'profile') },
  offcpu: { isOffered: (capture) => hasResultsOf(capture, 'offcpu'), draw: (source) => graphOf(source, 'offcpu') },
  latency: { isOffered: (capture) => hasResultsOf(capture, 'latency'), draw: latencyBars },
  counts: { isOffered: (capture) => hasResultsOf(capture, 'counts'), draw: countsTable },
  events: { isOffered: (capture) => hasResultsOf(capture, 'events'), draw: eventBars },
  counters: { isOffered: (capture) => hasResultsOf(capture, 'pmu'), draw: countersTable },
  syscalls: { isOffered: (capture) => hasResultsOf(capture, 'syscalls'), draw: syscallTable },
} as const satisfies Partial<Record<PaneName, { isOffered: (capture: CaptureView) => boolean; draw: Draw }>>
export type PicturePane = keyof typeof PICTURE_PANES

const isPicturePane = (name: PaneName): name is PicturePane => name in PICTURE_PANES

/** What stands in the picture: the panes of the view that can, in their order; else what the capture recorded, as on its page. */
export function picturePanes(capture: CaptureView, view: Pick<CaptureViewState, 'panes'>): PicturePane[] {
  const offered = (Object.keys(PICTURE_PANES) as PicturePane[]).filter((name) => PICTURE_PANES[name].isOffered(capture))
  const chosen = parsePanes(view.panes)
    .filter(isPicturePane)
    .filter((name) => offered.includes(name))
  return chosen.length > 0 ? chosen : offered
}

async function graphOf({ actor, app, capture, view }: PictureSource, kind: FlameKind): Promise<ViewPart> {
  const { gzip } = await readProfile(actor, app, { id: capture.id, kind })
  const words = flameWords(capture.spec, kind)
  const isCompared = view.against === 'rest' && view.host !== ''
  const window = parseWindow(view.window)
  const { transforms } = parseTransforms(view.transforms)
  // Whether samples have times is known once they are unpacked; the thread that does so falls back then.
  const { group, order } = flameArrangement(view, { isTimed: true, isCompared })
  const stacks = instrumentOf(capture.spec, 'stacks')
  return {
    part: {
      kind: 'graph',
      profile: gzip,
      question: {
        group,
        order,
        invert: view.invert,
        transforms,
        hostId: view.host === '' ? undefined : view.host,
        process: parseProcess(view.process) ?? undefined,
        window: window ? { fromUs: window.fromMs * 1_000, toUs: window.toMs * 1_000 } : undefined,
        against: isCompared ? 'rest' : undefined,
      },
      zoom: kind === 'offcpu' ? view.waitZoom : view.zoom,
      search: { text: view.search, regex: view.regex },
      orientation: view.layout,
      colorBy: view.color,
      events: words.events ?? null,
      isCpu: kind === 'profile' && (stacks === undefined || isCpuSampling(stacks)),
      nothing: `No ${words.what} in this selection`,
    },
    numbers: [],
    narrowed: transforms.length > 0 ? [`after ${formatPlural(transforms.length, 'transform')}`] : [],
  }
}

/** Wide, it also says how fast, how slow and with which error; beside a graph there is no room for that. */
async function syscallTable({ actor, app, capture, view }: PictureSource, isSide = false): Promise<ViewPart> {
  const window = parseWindow(view.window) ?? undefined
  const data = await readSyscalls(actor, app, { id: capture.id, window })
  const all = syscallLines(onHost(data, view.host) ?? data)
  const lines = selectSyscalls(all, { process: view.process, filter: view.filter, sort: view.sort, dir: view.dir })
  const groups = groupSyscalls(lines, measureOfSort(view.sort))
  const calls = groups.reduce((sum, group) => sum + group.calls, 0)
  const errors = groups.reduce((sum, group) => sum + group.errorCalls, 0)
  if (groups.length === 0) return { part: { kind: 'empty', text: 'No system call in this selection' }, numbers: [], narrowed: [] }
  const isByTime = ['total', 'avg', 'p50', 'p99', 'max'].includes(view.sort)
  const longest = Math.max(...groups.map((group) => (isByTime ? group.totalNs : group.calls)), 1)
  return {
    part: {
      kind: 'table',
      title: 'Syscalls',
      columns: ['syscall', isByTime ? 'time' : 'calls', ...(isSide ? [] : ['per second', 'p99']), 'errors', ...(isSide ? [] : ['mostly'])],
      rows: groups.slice(0, MAX_ROWS).map((group) => {
        const own = lines.filter((line) => line.name === group.name)
        const rate = own.reduce((sum, line) => sum + line.perSecond, 0)
        return {
          cells: [
            group.name,
            isByTime ? formatNs(group.totalNs) : formatCount(group.calls),
            ...(isSide ? [] : [formatRate(rate), group.p99 ? `≈ ${formatNs(group.p99.value)}` : '–']),
            { text: formatCount(group.errorCalls), tone: group.errorCalls > 0 ? ('bad' as const) : ('muted' as const) },
            ...(isSide ? [] : [{ text: commonError(own), tone: 'bad' as const }]),
          ],
          share: (isByTime ? group.totalNs : group.calls) / longest,
        }
      }),
      left: Math.max(0, groups.length - MAX_ROWS),
    },
    numbers: [
      { value: formatCount(calls), label: calls === 1 ? 'syscall' : 'syscalls' },
      { value: formatCount(errors), label: 'failed' },
    ],
    narrowed: view.filter === '' ? [] : [`filter “${view.filter}”`],
  }
}

/** The error that calls fail with the most; '' where none fails. */
function commonError(lines: readonly SyscallLine[]): string {
  const counts = new Map<string, number>()
  for (const { errors } of lines) for (const { name, count } of errors) counts.set(name, (counts.get(name) ?? 0) + count)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

/** The narrowing that the queries of merged deltas have in common. */
function narrowed({ capture, view }: PictureSource) {
  return {
    id: capture.id,
    host: view.host === '' ? undefined : view.host,
    process: parseProcess(view.process) ?? undefined,
    window: parseWindow(view.window) ?? undefined,
    search: view.find,
  }
}
const foundWords = ({ view }: PictureSource): string[] => (view.find === '' ? [] : [`filter “${view.find}”`])

async function latencyBars(source: PictureSource): Promise<ViewPart> {
  const { actor, app, capture, view } = source
  const query = { ...narrowed(source), by: latencySplit(capture.spec, view), limit: MAX_ROWS }
  const { total, rows } = await readLatency(actor, app, query)
  if (total.count === 0) return { part: { kind: 'empty', text: 'No span in this selection' }, numbers: [], narrowed: foundWords(source) }
  const [slowest] = sortLatency(rows, view.latencySort, view.latencyDir)
  const buckets = total.histogram.map(([bucket]) => bucket)
  const [first, last] = [Math.min(...buckets), Math.max(...buckets)]
  const bars = Array.from({ length: last - first + 1 }, (_, i) => total.histogram.find(([bucket]) => bucket === first + i)?.[1] ?? 0)
  const every = Math.ceil(bars.length / 8)
  const spans = formatPlural(total.count, 'span')
  return {
    part: {
      kind: 'bars',
      title: `How long they took${slowest?.comm && rows.length === 1 ? `: ${slowest.comm}` : ''}`,
      bars,
      ticks: bars.flatMap((_, at) => (at % every === 0 ? [{ at, label: formatNs(first + at === 0 ? 0 : 2 ** (first + at)) }] : [])),
      most: `highest: ${formatPlural(Math.max(...bars), 'span')}`,
    },
    numbers: [
      { value: formatCount(total.count), label: spans.slice(spans.indexOf(' ') + 1) },
      ...(total.p50 ? [{ value: `≈ ${formatNs(total.p50.value)}`, label: 'p50' }] : []),
      ...(total.p99 ? [{ value: `≈ ${formatNs(total.p99.value)}`, label: 'p99' }] : []),
    ],
    narrowed: foundWords(source),
  }
}

async function countsTable(source: PictureSource): Promise<ViewPart> {
  const { actor, app, capture, view } = source
  const by = countsSplit(capture.spec, view)
  const data = await readCounts(actor, app, { ...narrowed(source), by, measure: view.measure, limit: MAX_ROWS })
  if (data.total.count === 0)
    return { part: { kind: 'empty', text: 'Nothing happened in this selection' }, numbers: [], narrowed: foundWords(source) }
  const seconds = coveredMsOf(data.grid, parseWindow(view.window)) / 1_000
  const longest = Math.max(...data.rows.map((row) => row.count), 1)
  const names = { manyHosts: capture.targets.length > 1, manyProbes: by === 'row' || by === 'probe' }
  return {
    part: {
      kind: 'table',
      title: 'Events',
      columns: ['', 'events', 'per second'],
      rows: data.rows.map((row) => ({
        cells: [rowName(row, names), formatCount(row.count), seconds > 0 ? formatRate(row.count / seconds) : ''],
        share: row.count / longest,
      })),
      left: data.others?.rows ?? 0,
    },
    numbers: [
      { value: formatCount(data.total.count), label: data.total.count === 1 ? 'event' : 'events' },
      ...(seconds > 0 ? [{ value: formatRate(data.total.count / seconds), label: '' }] : []),
    ],
    narrowed: foundWords(source),
  }
}

async function eventBars(source: PictureSource): Promise<ViewPart> {
  const { actor, app, view } = source
  const data = await readEvents(actor, app, { ...narrowed(source), sort: view.eventSort, dir: view.eventDir, limit: 1 })
  if (data.matching === 0) return { part: { kind: 'empty', text: 'No event in this selection' }, numbers: [], narrowed: foundWords(source) }
  const every = Math.ceil(data.counts.length / 6)
  return {
    part: {
      kind: 'bars',
      title: 'Events over time',
      bars: data.counts,
      ticks: data.counts.flatMap((_, at) => (at % every === 0 ? [{ at, label: formatSpan(at * data.grid.stepMs) }] : [])),
      most: `highest: ${formatExact(Math.max(...data.counts))} in ${formatSpan(data.grid.stepMs)}`,
    },
    numbers: [{ value: formatCount(data.matching), label: data.matching === 1 ? 'event' : 'events' }],
    narrowed: foundWords(source),
  }
}

async function countersTable(source: PictureSource): Promise<ViewPart> {
  const { actor, app, capture, view } = source
  const { id, host, window } = narrowed(source)
  const data = await readCounters(actor, app, { id, host, window })
  const rows = counterRows(data, { perCpu: view.perCpu, order: instrumentOf(capture.spec, 'pmu')?.events ?? [] })
  if (rows.length === 0) return { part: { kind: 'empty', text: 'Nothing was counted in this selection' }, numbers: [], narrowed: [] }
  const isFleet = capture.targets.length > 1
  return {
    part: {
      kind: 'table',
      title: 'Counters',
      columns: ['', 'value', 'per second'],
      // Of different units, so none is longer than another.
      rows: rows
        .slice(0, MAX_ROWS)
        .map((row) => ({ cells: [isFleet ? `${row.title} · ${row.hostName}` : row.title, row.text, row.rate], share: 0 })),
      left: Math.max(0, rows.length - MAX_ROWS),
    },
    numbers: [],
    narrowed: [],
  }
}
