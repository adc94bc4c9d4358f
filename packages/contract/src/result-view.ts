import * as z from 'zod'
import type { EVENT_FIELD_TYPES } from './event-field-types.ts'
import { RESULT_SPLITS } from './result-splits.ts'
import { idSchema } from './text.ts'

/**
 * What the web shows of the deltas of `counts`, `latency`, `events` and `counters`: all hosts of a capture merged, narrowed to a process
 * and a time, in the size of a screen. What is not shown is counted.
 *
 * Times are ms since the first host of the capture began to record. Hosts that began later are laid where the server saw them begin.
 */

/** Which process: its pid on one host. */
export const processRefSchema = z.object({ hostId: idSchema, pid: z.number().int().nonnegative() })
export type ProcessRef = z.infer<typeof processRefSchema>

/** [fromMs, toMs). Results that come in slices are narrowed to the slices whose middle lies in it. */
export const timeWindowSchema = z
  .object({ fromMs: z.number().nonnegative(), toMs: z.number().positive() })
  .refine((w) => w.fromMs < w.toMs, 'a window ends after it begins')
export type TimeWindow = z.infer<typeof timeWindowSchema>

/** `host`: only what this host recorded; rates are then over its time. A process of another host selects nothing. */
const selection = {
  id: idSchema,
  host: idSchema.optional(),
  process: processRefSchema.optional(),
  window: timeWindowSchema.optional(),
}
/** Words that must all occur in a row, whatever their case. */
const search = z.string().max(200).default('')

export const resultSplitSchema = z.enum(RESULT_SPLITS)

export const countsQuerySchema = z.object({
  ...selection,
  search,
  by: resultSplitSchema.default('row'),
  /** Which rows come first: by events, or by the sum of the instrument's field. */
  measure: z.enum(['count', 'sum']).default('count'),
  /** Rows to show by themselves; the others are one. */
  limit: z.number().int().min(1).max(500).default(12),
})
export type CountsQuery = z.infer<typeof countsQuerySchema>

export const latencyQuerySchema = z.object({
  ...selection,
  search,
  by: resultSplitSchema.exclude(['probe']).default('row'),
  limit: z.number().int().min(1).max(2_000).default(200),
})
export type LatencyQuery = z.infer<typeof latencyQuerySchema>

export const eventsQuerySchema = z.object({
  ...selection,
  search,
  /** `time`, `process`, or the name of a column. */
  sort: z.string().max(80).default('time'),
  dir: z.enum(['asc', 'desc']).default('desc'),
  limit: z.number().int().min(1).max(20_000).default(500),
})
export type EventsQuery = z.infer<typeof eventsQuerySchema>

export const countersQuerySchema = z.object({ id: idSchema, host: idSchema.optional(), window: timeWindowSchema.optional() })
export type CountersQuery = z.infer<typeof countersQuerySchema>

/**
 * Time in bins of `stepMs`, from 0. Slices that lie across a boundary are divided by time, so counts of a bin may be fractions.
 * `coveredMs`: how much of each bin any host recorded, or the selected one did; a rate is count / coveredMs. As long as any host recorded.
 */
export type TimeGrid = { stepMs: number; coveredMs: number[] }

/** Whose row it is; null where the row stands for several. `key`: undefined for several, null where there is no value. */
export type RowOwner = {
  hostId: string | null
  hostName: string | null
  pid: number | null
  comm: string | null
  probe: string | null
  key: string | null | undefined
}

/** What each host could not deliver. */
export type HostLosses = { hostId: string; hostName: string; lost: number; truncated: boolean }

export type CountsRow = RowOwner & {
  id: string
  count: number
  /** Of the instrument's `sum` field; 0 without one. */
  sum: number
  /** By bin of the grid. */
  counts: number[]
  sums: number[]
}
export type CaptureCounts = {
  grid: TimeGrid
  /** All rows of the selection together. */
  total: { count: number; sum: number }
  /** Largest first. */
  rows: CountsRow[]
  /** What has no row of its own; `rows`: of how many it is made. */
  others: { rows: number; count: number; sum: number; counts: number[]; sums: number[] } | null
  /** Events of rows beyond what the server tells apart: in the total and in `others`, but in no selection. */
  beyond: number
  hosts: HostLosses[]
}

/** As in packages/stats: the exact quantile lies in [low, high] ns. */
export type LatencyQuantile = { value: number; low: number; high: number }
export type LatencySummary = {
  count: number
  totalNs: number
  maxNs: number
  /** Sparse [bucket, spans], powers of two of ns. */
  histogram: [bucket: number, spans: number][]
  /** Null without a span. */
  p50: LatencyQuantile | null
  p99: LatencyQuantile | null
}
export type LatencyRow = RowOwner & LatencySummary & { id: string }
export type CaptureLatency = {
  grid: TimeGrid
  total: LatencySummary
  /** Spans by bin of the grid and bucket, sparse. */
  heat: [bin: number, bucket: number, spans: number][]
  /** Largest total time first. */
  rows: LatencyRow[]
  others: { rows: number; count: number; totalNs: number } | null
  /** Spans of rows beyond what the server tells apart: in the total, but in no row and no selection. */
  beyond: number
  /** Spans that stand in the rows, but for which there was no room in time: missing in the heat map and in every window. */
  untimed: number
  /** Spans whose beginning was not seen. */
  unmatched: number
  hosts: HostLosses[]
}

export type EventColumn = { name: string; type: (typeof EVENT_FIELD_TYPES)[number] }
export type EventRow = {
  hostId: string
  timeUs: number
  cpu: number
  pid: number
  tid: number
  comm: string
  /** In the order of the columns; null where the value could not be read, undefined where the host has no such column. */
  values: (number | string | null | undefined)[]
}
export type CaptureEvents = {
  grid: TimeGrid
  columns: EventColumn[]
  /** The first `limit` of those that match, in the order asked for. */
  rows: EventRow[]
  /** Rows that match, by bin of the grid. */
  counts: number[]
  matching: number
  /** Rows that hosts sent. */
  received: number
  /** Of those, the oldest, which the server does not keep at hand: in no list. */
  leftOut: number
  /** Events beyond the caps, and rows that the tools lost: counted, not kept. */
  overCap: number
  lost: number
  hosts: { hostId: string; hostName: string }[]
}

export type CounterSeries = {
  hostId: string
  hostName: string
  event: string
  unit: string
  /** Null: all CPUs, or all recorded threads, together. */
  cpu: number | null
  /** Sum over the selected time; null where it was never counted. */
  value: number | null
  /** Wall time in which it was counted, ms. */
  countedMs: number
  /** Share of that time in which the counter really ran: below 1 the value is an estimate. */
  runningShare: number
  /** By bin of the grid; null where it was not counted. */
  values: (number | null)[]
}
export type CaptureCounters = {
  grid: TimeGrid
  series: CounterSeries[]
  hosts: { hostId: string; hostName: string; unsupported: { event: string; reason: string }[] }[]
  /** Series beyond what the server tells apart. */
  leftOut: number
}
