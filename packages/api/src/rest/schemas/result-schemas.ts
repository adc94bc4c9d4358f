import {
  type CaptureCounters,
  type CaptureCounts,
  type CaptureEvents,
  type CaptureLatency,
  captureSyscallsSchema,
  EVENT_FIELD_TYPES,
} from '@sonde/contract'
import * as z from 'zod'

/**
 * What results look like, for the OpenAPI document. Use cases build them from chunks that they have parsed, so they are not parsed again;
 * the functions at the end let the compiler say when a type of packages/contract (result-view.ts) has become another.
 */
const grid = z
  .object({ stepMs: z.number(), coveredMs: z.array(z.number()) })
  .describe('Time in bins of `stepMs`, and how much of each was recorded, ms.')
const losses = z.array(z.object({ hostId: z.string(), hostName: z.string(), lost: z.number(), truncated: z.boolean() }))
const owner = {
  id: z.string(),
  hostId: z.string().nullable(),
  hostName: z.string().nullable(),
  pid: z.number().nullable(),
  comm: z.string().nullable(),
  probe: z.string().nullable(),
  key: z.string().nullable().optional(),
}
const numbers = z.array(z.number())
const counted = { count: z.number(), sum: z.number(), counts: numbers, sums: numbers }

export const countsSchema = z.object({
  grid,
  total: z.object({ count: z.number(), sum: z.number() }),
  rows: z.array(z.object({ ...owner, ...counted })),
  others: z.object({ rows: z.number(), ...counted }).nullable(),
  beyond: z.number(),
  hosts: losses,
})

const quantile = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe('ns; the exact one lies in [low, high].')
const summary = {
  count: z.number(),
  totalNs: z.number(),
  maxNs: z.number(),
  histogram: z.array(z.array(z.number()).length(2)).describe('[bucket, spans]; a bucket holds 2^bucket ns up to twice as many.'),
  p50: quantile,
  p99: quantile,
}
export const latencySchema = z.object({
  grid,
  total: z.object(summary),
  heat: z.array(z.array(z.number()).length(3)).describe('[bin, bucket, spans]'),
  rows: z.array(z.object({ ...owner, ...summary })),
  others: z.object({ rows: z.number(), count: z.number(), totalNs: z.number() }).nullable(),
  beyond: z.number(),
  untimed: z.number(),
  unmatched: z.number(),
  hosts: losses,
})

const value = z.union([z.number(), z.string(), z.null()])
export const eventsSchema = z.object({
  grid,
  columns: z.array(z.object({ name: z.string(), type: z.enum(EVENT_FIELD_TYPES) })),
  rows: z.array(
    z.object({
      hostId: z.string(),
      timeUs: z.number(),
      cpu: z.number(),
      pid: z.number(),
      tid: z.number(),
      comm: z.string(),
      values: z.array(value.optional()).describe('In the order of the columns.'),
    }),
  ),
  counts: numbers,
  matching: z.number(),
  received: z.number(),
  leftOut: z.number(),
  overCap: z.number(),
  lost: z.number(),
  hosts: z.array(z.object({ hostId: z.string(), hostName: z.string() })),
})

export const countersSchema = z.object({
  grid,
  series: z.array(
    z.object({
      hostId: z.string(),
      hostName: z.string(),
      event: z.string(),
      unit: z.string(),
      cpu: z.number().nullable(),
      value: z.number().nullable(),
      countedMs: z.number(),
      runningShare: z.number(),
      values: z.array(z.number().nullable()),
    }),
  ),
  hosts: z.array(
    z.object({ hostId: z.string(), hostName: z.string(), unsupported: z.array(z.object({ event: z.string(), reason: z.string() })) }),
  ),
  leftOut: z.number(),
})

export const syscallsSchema = captureSyscallsSchema

/** Fails to compile where a result is not of its schema. */
export const RESULTS_MATCH = {
  counts: (result: CaptureCounts): z.input<typeof countsSchema> => result,
  latency: (result: CaptureLatency): z.input<typeof latencySchema> => result,
  events: (result: CaptureEvents): z.input<typeof eventsSchema> => result,
  counters: (result: CaptureCounters): z.input<typeof countersSchema> => result,
}
