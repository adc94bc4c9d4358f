import { type CaptureEvents, type EventColumn, type EventRow, type EventsDelta, type EventsQuery, LEFT_OUT } from '@sonde/contract'
import { HIDES_NOTHING, type RowHiding } from './hide-results.ts'
import type { HostTimes } from './time-grid.ts'

/** What the rows of one capture may take in memory, about. Beyond it the oldest are let go. */
const MAX_BYTES = 48 * 1024 * 1024
/** Columns are those of one instrument; hosts that disagree about a type add a few. */
const MAX_COLUMNS = 64
/** A row of numbers; texts come on top. */
const ROW_BYTES = 160

/** The events of all hosts so far. Chunks may be added in any order, each once. `rows`: times by the host's own clock. */
export type MergedEvents = {
  /** Width of the bins that rows are counted in. */
  stepMs: number
  columns: EventColumn[]
  rows: (EventRow & { bytes: number })[]
  byHost: Map<string, HostCounts>
  sizeBytes: number
  maxBytes: number
}

/** What one host sent, how much of it was let go, and what it could not send. */
type HostCounts = Pick<CaptureEvents, 'received' | 'leftOut' | 'overCap' | 'lost'>
const noCounts = (): HostCounts => ({ received: 0, leftOut: 0, overCap: 0, lost: 0 })

/** `durationMs`: of the capture. */
export function emptyEvents(durationMs: number, maxBytes: number = MAX_BYTES): MergedEvents {
  const stepMs = eventStepMs(durationMs)
  return { stepMs, columns: [], rows: [], byHost: new Map(), sizeBytes: 0, maxBytes }
}

export function addEvents(merged: MergedEvents, hostId: string, delta: EventsDelta): void {
  const own = countsOf(merged, hostId)
  own.overCap += delta.overCap
  own.lost += delta.lost
  own.received += delta.rows.length
  const places = delta.fields.map((field) => columnOf(merged, field))
  for (const row of delta.rows) {
    const values: EventRow['values'] = merged.columns.map(() => undefined)
    row.values.forEach((value, i) => {
      const place = places[i] ?? -1
      if (place >= 0) values[place] = value
    })
    const texts = row.values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length * 2 : 0), row.comm.length * 2)
    const bytes = ROW_BYTES + values.length * 8 + texts
    merged.rows.push({ hostId, timeUs: row.timeUs, cpu: row.cpu, pid: row.pid, tid: row.tid, comm: row.comm, values, bytes })
    merged.sizeBytes += bytes
  }
  // Seldom, since sorting all for each chunk would cost more than the memory is worth.
  if (merged.sizeBytes > merged.maxBytes * 1.25) dropOldest(merged)
}

function countsOf(merged: MergedEvents, hostId: string): HostCounts {
  const known = merged.byHost.get(hostId) ?? noCounts()
  merged.byHost.set(hostId, known)
  return known
}

/** Where a field stands among the columns; the same name with another type is another column: its values are of another kind. */
function columnOf(merged: MergedEvents, field: EventColumn): number {
  const known = merged.columns.findIndex((column) => column.name === field.name && column.type === field.type)
  if (known >= 0) return known
  return merged.columns.length < MAX_COLUMNS ? merged.columns.push({ name: field.name, type: field.type }) - 1 : -1
}

function dropOldest(merged: MergedEvents): void {
  merged.rows.sort((a, b) => a.timeUs - b.timeUs)
  let drop = 0
  while (merged.sizeBytes > merged.maxBytes && drop < merged.rows.length) merged.sizeBytes -= merged.rows[drop++]?.bytes ?? 0
  for (const { hostId } of merged.rows.splice(0, drop)) countsOf(merged, hostId).leftOut++
}

/** The merged events as a screen shows them. */
export function viewEvents(
  merged: MergedEvents,
  query: Omit<EventsQuery, 'id'>,
  hosts: HostTimes,
  hiding: RowHiding = HIDES_NOTHING,
): CaptureEvents {
  const { stepMs } = merged
  const isHidden = merged.columns.map((column) => !hiding.column(column))
  const columns = merged.columns.map((column, i): EventColumn => (isHidden[i] ? { name: column.name, type: 'text' } : column))
  const rows = select(merged, query, hosts, isHidden)
  const counts: number[] = []
  let lastMs = 0
  for (const row of merged.rows) lastMs = Math.max(lastMs, timeMsOf(row, hosts))
  const bins = merged.rows.length === 0 ? 0 : Math.floor(lastMs / stepMs) + 1
  for (let bin = 0; bin < bins; bin++) counts.push(0)
  const inWindow: typeof rows = []
  for (const row of rows) {
    const bin = Math.max(0, Math.floor(row.timeUs / 1_000 / stepMs))
    counts[bin] = (counts[bin] ?? 0) + 1
    const { window } = query
    if (!window || (row.timeUs >= window.fromMs * 1_000 && row.timeUs < window.toMs * 1_000)) inWindow.push(row)
  }
  sortRows(inWindow, columns, query)
  const selected = [...merged.byHost].filter(([hostId]) => query.host === undefined || hostId === query.host)
  const sumOf = (part: keyof HostCounts) => selected.reduce((sum, [, own]) => sum + own[part], 0)
  return {
    // As far as the last event: nobody says how long there were none after it.
    grid: { stepMs, coveredMs: counts.map((_, bin) => Math.min(stepMs, lastMs - bin * stepMs)) },
    columns,
    rows: inWindow.slice(0, query.limit),
    counts,
    matching: inWindow.length,
    received: sumOf('received'),
    leftOut: sumOf('leftOut'),
    overCap: sumOf('overCap'),
    lost: sumOf('lost'),
    hosts: selected.map(([hostId]) => ({ hostId, hostName: hosts.get(hostId)?.name ?? '' })),
  }
}

/** Events have exact times: about 120 bins, of a length that people count in. */
export function eventStepMs(durationMs: number): number {
  return [50, 100, 200, 500, 1_000, 2_000, 5_000].find((step) => durationMs / step <= 120) ?? 5_000
}

const timeMsOf = (row: { hostId: string; timeUs: number }, hosts: HostTimes): number =>
  Math.max(0, row.timeUs / 1_000 + (hosts.get(row.hostId)?.offsetMs ?? 0))

/** Rows of the host, the process and the search, whatever the window, with times of the capture; what is hidden is so before it is searched. */
function select(
  merged: MergedEvents,
  query: Pick<EventsQuery, 'host' | 'process' | 'search'>,
  hosts: HostTimes,
  isHidden: readonly boolean[],
): EventRow[] {
  const hidesAny = isHidden.includes(true)
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean)
  const { host, process } = query
  const rows: EventRow[] = []
  for (const { bytes, ...kept } of merged.rows) {
    const row = hidesAny ? { ...kept, values: hideValues(kept.values, isHidden) } : kept
    if (host !== undefined && row.hostId !== host) continue
    if (process && (row.pid !== process.pid || row.hostId !== process.hostId)) continue
    if (words.length > 0) {
      const text = `${row.comm} ${row.pid} ${hosts.get(row.hostId)?.name ?? ''} ${row.values.join(' ')}`.toLowerCase()
      if (!words.every((word) => text.includes(word))) continue
    }
    rows.push({ ...row, timeUs: row.timeUs + (hosts.get(row.hostId)?.offsetMs ?? 0) * 1_000 })
  }
  return rows
}

/** That a value could not be read, or that a host has no such column, is no secret. */
function hideValues(values: EventRow['values'], isHidden: readonly boolean[]): EventRow['values'] {
  return values.map((value, i) => (isHidden[i] && value !== null && value !== undefined ? LEFT_OUT : value))
}

/** By the column asked for, ties by time; values that are not there come last either way. An unknown column is time. */
function sortRows(rows: EventRow[], columns: readonly EventColumn[], { sort, dir }: Pick<EventsQuery, 'sort' | 'dir'>): void {
  const sign = dir === 'asc' ? 1 : -1
  const byTime = (a: EventRow, b: EventRow) => sign * (a.timeUs - b.timeUs)
  if (sort === 'process') {
    rows.sort((a, b) => sign * (compareValues(a.comm, b.comm) || a.pid - b.pid) || byTime(a, b))
    return
  }
  const column = columns.findIndex(({ name }) => name === sort)
  if (column < 0) {
    rows.sort(byTime)
    return
  }
  rows.sort((a, b) => {
    const [x, y] = [a.values[column] ?? null, b.values[column] ?? null]
    if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0) || byTime(a, b)
    return sign * compareValues(x, y) || byTime(a, b)
  })
}

/** Numbers before texts, each by its own order. */
function compareValues(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
