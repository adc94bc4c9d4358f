import * as z from 'zod/mini'
import { formatPanes, PANES, parsePanes } from './panes.ts'
import { RESULT_SPLITS } from './result-splits.ts'
import { SYSCALL_MEASURES } from './syscall-measures.ts'
import { MAX_TRANSFORMS_TEXT } from './view-transforms.ts'

/**
 * All that the capture page shows, as it stands in the URL's query string: the link is the view.
 * Version 1. Every field has a default; a field at its default is left out of the URL; an unreadable one falls back to its
 * default on its own and never spoils the others. New fields may be added to a version; a changed meaning needs a new one.
 */
export const FLAME_GROUPINGS = ['host', 'process', 'thread', 'cgroup', 'module', 'merged'] as const
export const FLAME_ORDERS = ['weight', 'name', 'time'] as const
export const SYSCALL_SORTS = ['process', 'syscall', 'calls', 'rate', 'errors', 'total', 'avg', 'p50', 'p99', 'max'] as const

/** The system calls as rows, as one histogram each, by errno, or by the files and addresses that they are about. */
export const SYSCALL_READINGS = ['table', 'histograms', 'errors', 'objects'] as const
/** What files and addresses are ranked by. */
export const OBJECT_SORTS = ['calls', 'bytes', 'errors', 'time'] as const

export const LATENCY_SORTS = ['process', 'key', 'count', 'total', 'avg', 'p50', 'p99', 'max'] as const
/** What the table of hosts is sorted by. `cpu` and `waits`: what they recorded on the CPU and off it. */
export const HOST_SORTS = [
  'host',
  'state',
  'cpu',
  'waits',
  'calls',
  'rate',
  'errors',
  'hits',
  'recorded',
  'lost',
  'kernel',
  'cpus',
] as const
/** As FUNCTION_SORTS of packages/profile: what the table of functions is sorted by. */
export const TABLE_SORTS = ['function', 'self', 'total', 'count', 'hosts', 'first', 'last'] as const
/** `auto`: by what the instrument asks for (its groupBy, else its probes, else processes). */
export const VIEW_SPLITS = ['auto', ...RESULT_SPLITS] as const

/** A field that is left out or cannot be read is `fallback`, and spoils no other. */
const field = <Schema extends z.ZodMiniType>(schema: Schema, fallback: z.output<Schema>) =>
  z.catch(z._default(schema, fallback as never), fallback as never)
const text = (longest: number) => field(z.string().check(z.maxLength(longest)), '')
const matching = (pattern: RegExp) => field(z.string().check(z.regex(pattern)), '')
/** Of a pane's width or height. */
const percent = field(z.coerce.number().check(z.int(), z.minimum(15), z.maximum(85)), 50)

export const captureViewStateSchema = z.object({
  /** Frame that the flame graph is zoomed to: pathKey() of packages/profile, '' for all. */
  zoom: matching(/^[0-9a-z]{0,24}$/),
  /** Highlighted frames: a regular expression where `regex`, else plain text, case-insensitive. */
  search: text(200),
  regex: field(z.stringbool(), false),
  layout: field(z.enum(['flame', 'icicle']), 'icicle'),
  group: field(z.enum(FLAME_GROUPINGS), 'process'),
  /** Order of frames with one caller; `time` is a flame chart. */
  order: field(z.enum(FLAME_ORDERS), 'weight'),
  /** Callees on top of their callers. */
  invert: field(z.stringbool(), false),
  /** What is done to the stacks of the flame graphs, in order, and what was undone of it: view-transforms.ts. */
  transforms: text(MAX_TRANSFORMS_TEXT),
  undone: text(MAX_TRANSFORMS_TEXT),
  /** What a frame's colour says: kernel, user or JIT code; its library; its own weight. */
  color: field(z.enum(['kind', 'module', 'self']), 'kind'),
  /** Selected process, `hostId:pid`; narrows flame graph and syscall table both. */
  process: matching(/^([A-Za-z0-9_-]+:\d+)?$/),
  /** Id of the selected host, '' for all; narrows every pane. */
  host: matching(/^[A-Za-z0-9_-]{0,64}$/),
  hostSort: field(z.enum(HOST_SORTS), 'host'),
  hostDir: field(z.enum(['asc', 'desc']), 'asc'),
  /** What the selected host is compared with: nothing, or the other hosts of the capture together. */
  against: field(z.enum(['', 'rest']), ''),
  /** Text that filters the syscall table by process, syscall or errno. */
  filter: text(200),
  sort: field(z.enum(SYSCALL_SORTS), 'calls'),
  dir: field(z.enum(['asc', 'desc']), 'desc'),
  /** Expanded row of the syscall table, `hostId:pid:nr`. */
  row: matching(/^([A-Za-z0-9_-]+:\d+:-?\d+)?$/),
  syscallsAs: field(z.enum(SYSCALL_READINGS), 'table'),
  objectsBy: field(z.enum(OBJECT_SORTS), 'calls'),
  /** What of the system calls is drawn over time; `auto`: what the table is sorted by. */
  syscallMeasure: field(z.enum(['auto', ...SYSCALL_MEASURES]), 'auto'),
  /** The panes that are shown, comma-separated, at most three; '' for what the capture recorded. */
  panes: field(
    z.pipe(
      z.string().check(z.maxLength(200)),
      z.transform((text) => formatPanes(parsePanes(text))),
    ),
    '',
  ),
  /** Width of the left pane in percent. */
  split: percent,
  /** Height of the upper of two panes that stand one above the other, in percent. */
  rows: percent,
  /** The pane that is open where not all of them fit; '' for the first. */
  pane: field(z.enum(['', ...PANES]), ''),
  /** Selected time, `from-to` in ms since the first host began; narrows every pane that knows times. */
  window: matching(/^(\d{1,7}-\d{1,7})?$/),
  /** Frame that the off-CPU graph is zoomed to, as `zoom`. */
  waitZoom: matching(/^[0-9a-z]{0,24}$/),
  /** Text that filters the tables of counts, latencies, events and counters. */
  find: text(200),
  /** What the rows of the counts, and of the latencies, stand for. */
  countsBy: field(z.enum(VIEW_SPLITS), 'auto'),
  latencyBy: field(z.enum(VIEW_SPLITS.filter((split) => split !== 'probe')), 'auto'),
  /** Whether the counts show events or the sum of a field, as lines or stacked. */
  measure: field(z.enum(['count', 'sum']), 'count'),
  chart: field(z.enum(['lines', 'stacked']), 'lines'),
  latencySort: field(z.enum(LATENCY_SORTS), 'total'),
  latencyDir: field(z.enum(['asc', 'desc']), 'desc'),
  /** `time`, `process`, or the name of a column of the events. */
  eventSort: field(z.string().check(z.maxLength(80)), 'time'),
  eventDir: field(z.enum(['asc', 'desc']), 'desc'),
  /** Selected function, frameKey() of packages/profile, '' for none: marked in the table of functions, the centre of callers and callees. */
  fn: matching(/^([0-9a-z]{14})?$/),
  /** Whether functions are those on the CPU or those that wait; '' for what the capture recorded, the CPU first. */
  fnOf: field(z.enum(['', 'profile', 'offcpu']), ''),
  tableSort: field(z.enum(TABLE_SORTS), 'self'),
  tableDir: field(z.enum(['asc', 'desc']), 'desc'),
  /** Frames that the callers and the callees of a function are zoomed to, as `zoom`. */
  callerZoom: matching(/^[0-9a-z]{0,24}$/),
  calleeZoom: matching(/^[0-9a-z]{0,24}$/),
  /** The heat map: of which profile (`auto`: the CPU's where there is one), a map for all hosts or for each, as a picture or a table. */
  heatOf: field(z.enum(['auto', 'cpu', 'offcpu']), 'auto'),
  heatHosts: field(z.enum(['together', 'each']), 'together'),
  heatAs: field(z.enum(['map', 'table']), 'map'),
  /** Samples of the kernel's idle task, which files hold, are counted too. */
  heatIdle: field(z.stringbool(), false),
  /** Counters of each CPU, not of all together. */
  perCpu: field(z.stringbool(), false),
})
export type CaptureViewState = z.infer<typeof captureViewStateSchema>

export const DEFAULT_VIEW_STATE: CaptureViewState = captureViewStateSchema.parse({})

/** Query string → view. Unknown keys are ignored; never throws. */
export function parseViewState(params: URLSearchParams): CaptureViewState {
  return captureViewStateSchema.parse(Object.fromEntries(params))
}

/** Host of a `hostId:pid` of the view; '' for none. */
export const hostOfProcess = (process: string): string => process.slice(0, Math.max(0, process.lastIndexOf(':')))

/**
 * The view after a change, with one selection: the process lies on the selected host, and only a selected host is compared with the rest.
 * What the change names wins: a host chosen lets a process of another one go, a process chosen moves the host with it.
 * Zooms are given up where a change moves the frames to other paths.
 */
export function patchView(view: CaptureViewState, patch: Partial<CaptureViewState>): CaptureViewState {
  const next = { ...view, ...patch }
  const ofProcess = hostOfProcess(next.process)
  if (next.host !== '' && ofProcess !== '' && ofProcess !== next.host) {
    if (patch.process === undefined) next.process = ''
    else next.host = ofProcess
  }
  // Hosts are compared as a whole: no process of one is a process of the others.
  if (patch.process) next.against = ''
  else if (patch.against === 'rest') next.process = ''
  if (next.host === '') next.against = ''
  if (pathsDiffer(view, next)) {
    if (patch.zoom === undefined) next.zoom = ''
    if (patch.waitZoom === undefined) next.waitZoom = ''
  }
  return next
}

/** A zoomed frame is named by its path: where all frames get other ones, the zoom would point nowhere. */
function pathsDiffer(a: CaptureViewState, b: CaptureViewState): boolean {
  return a.group !== b.group || a.invert !== b.invert || a.transforms !== b.transforms || (a.order === 'time') !== (b.order === 'time')
}

/** View → query string without `?`: `v=1` and whatever differs from the defaults; '' for the default view. */
export function formatViewState(state: CaptureViewState): string {
  const out = new URLSearchParams()
  for (const [key, value] of Object.entries(state)) {
    if (value !== DEFAULT_VIEW_STATE[key as keyof CaptureViewState]) out.set(key, String(value))
  }
  if ([...out.keys()].length === 0) return ''
  // Commas and tildes need no escape in a query, and lists are easier to read with them.
  return `v=1&${out}`.replaceAll('%2C', ',').replaceAll('%7E', '~')
}
