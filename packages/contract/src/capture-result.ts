import * as z from 'zod'
import { CHUNK_KINDS } from './chunk-kinds.ts'
import { EVENT_FIELD_TYPES } from './event-field-types.ts'
import { forecastSchema } from './forecast.ts'
import { collectorIdSchema } from './instrument.ts'
import { longList } from './long-list.ts'
import { hostText } from './text.ts'

export const chunkKindSchema = z.enum(CHUNK_KINDS)

/** Limits of one uploaded chunk, in bytes, checked before anything is parsed. */
export const CHUNK_LIMITS = { maxCompressedBytes: 1024 * 1024, maxRawBytes: 32 * 1024 * 1024, maxChunksPerTarget: 2_000 } as const

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const processes = longList(z.object({ pid: z.number().int().nonnegative(), comm: hostText(64) }), 100_000)

/**
 * One process × syscall. Durations in ns, wall time from entry to exit.
 * `histogram`: sparse [bucket, calls] pairs; bucket b holds durations in [2^b, 2^(b+1)) ns, b = 0 also holds 0 ns.
 * The sum over the histogram equals `calls`.
 */
export const syscallRowSchema = z.object({
  pid: z.number().int().nonnegative(),
  nr: z.number().int(),
  name: hostText(64),
  calls: count,
  totalNs: count,
  maxNs: count,
  errors: z.array(z.object({ errno: z.number().int().min(1).max(4095), name: hostText(32), count })).max(200),
  histogram: z.array(z.tuple([z.number().int().min(0).max(63), count])).max(64),
})
export type SyscallRow = z.infer<typeof syscallRowSchema>

/** `path`, `address`: as a program gave it to the call. `file`: what its descriptor stands for: a file, a pipe, a socket by its other end. */
export const SYSCALL_OBJECT_KINDS = ['path', 'file', 'address'] as const
/** What the calls of one process × syscall are about: the largest of them by calls, bytes and errors. Cumulative. Times in ns. */
export const syscallObjectSchema = z.object({
  pid: z.number().int().nonnegative(),
  nr: z.number().int(),
  kind: z.enum(SYSCALL_OBJECT_KINDS),
  name: hostText(256),
  calls: count,
  errors: count,
  /** What the calls returned, where that is a number of bytes. */
  bytes: count,
  totalNs: count,
})
export type SyscallObject = z.infer<typeof syscallObjectSchema>

/** Cumulative since the capture started on this host. `elapsedMs` is the time observed so far: rates are calls / elapsed. */
export const syscallSnapshotSchema = z.object({
  version: z.literal(1),
  elapsedMs: z.number().positive(),
  processes,
  rows: longList(syscallRowSchema, 500_000),
  /** Calls that were already under way when the probes were attached: seen to end, not timed, in no row. */
  unmatchedExits: count,
  /** Calls that were seen and timed but fit in no map, in no row. */
  lostCalls: count,
  /** A map reached its size limit, so rows may be missing. */
  truncated: z.boolean(),
  /** Only where files and addresses were asked for and could be recorded. `lost`: calls that are in no such row, for want of room. */
  objects: z.object({ rows: longList(syscallObjectSchema, 20_000), lost: count }).optional(),
})
export type SyscallSnapshot = z.infer<typeof syscallSnapshotSchema>

/** A slice of the recording: from `atMs` (ms since the probes were attached) for `lengthMs`. */
const slice = { atMs: z.number().nonnegative(), lengthMs: z.number().positive() }
/** Value of `groupBy`, as text; null where the instrument has none, or where the value could not be read. */
const groupKey = hostText(256).nullable()

/** `counts`: what was counted since the last chunk. `sum`: of the instrument's `sum` field, 0 without one. Pid 0 is the kernel's idle task. */
export const countsDeltaSchema = z.object({
  version: z.literal(1),
  /** Labels of the attached probes, wildcards resolved; rows point into it. The same in every chunk of a target. */
  probes: z.array(hostText(300)).max(600),
  processes,
  slices: longList(
    z.object({
      ...slice,
      rows: longList(
        z.object({ pid: z.number().int().nonnegative(), probe: z.number().int().nonnegative(), key: groupKey, count, sum: z.number() }),
        200_000,
      ),
    }),
    1_000,
  ),
  /** Events that were seen and are in no row (no room in a map, keys left out). */
  lost: count,
  truncated: z.boolean(),
})
export type CountsDelta = z.infer<typeof countsDeltaSchema>

/** `latency`: spans that ended since the last chunk. Histogram as in syscallRowSchema: sparse [bucket, spans], ns, powers of two. */
export const latencyDeltaSchema = z.object({
  version: z.literal(1),
  processes,
  slices: longList(
    z.object({
      ...slice,
      rows: longList(
        z.object({
          pid: z.number().int().nonnegative(),
          key: groupKey,
          count,
          totalNs: count,
          maxNs: count,
          histogram: z.array(z.tuple([z.number().int().min(0).max(63), count])).max(64),
        }),
        200_000,
      ),
    }),
    1_000,
  ),
  /** Spans whose beginning was not seen (under way at the start, or no room). */
  unmatched: count,
  lost: count,
  truncated: z.boolean(),
})
export type LatencyDelta = z.infer<typeof latencyDeltaSchema>

/** `events`: rows since the last chunk, by time. `values` in the order of `fields`; null where a value could not be read. */
export const eventsDeltaSchema = z.object({
  version: z.literal(1),
  fields: z.array(z.object({ name: hostText(80), type: z.enum(EVENT_FIELD_TYPES) })).max(16),
  rows: longList(
    z.object({
      /** µs since the probes were attached. */
      timeUs: z.number(),
      cpu: z.number().int().nonnegative(),
      pid: z.number().int().nonnegative(),
      tid: z.number().int().nonnegative(),
      comm: hostText(64),
      values: z.array(z.union([z.number(), hostText(1024), z.null()])).max(16),
    }),
    100_000,
  ),
  /** Rows beyond the caps, and rows that the tool lost: counted, not kept. Since the last chunk. */
  overCap: count,
  lost: count,
})
export type EventsDelta = z.infer<typeof eventsDeltaSchema>

/** `counters` (collector pmu): what was counted in each interval. */
export const countersDeltaSchema = z.object({
  version: z.literal(1),
  intervals: longList(
    z.object({
      ...slice,
      counters: longList(
        z.object({
          event: hostText(64),
          /** Null: all CPUs, or all recorded threads, together. */
          cpu: z.number().int().nonnegative().nullable(),
          /** Scaled up where the counter shared the hardware (see `runningShare`); null: not counted. */
          value: z.number().nonnegative().nullable(),
          /** Unit of the value where it is none of its own kind: `ns` for clocks. */
          unit: hostText(16),
          /** Share of the interval in which the counter really ran, 0..1: below 1 the value is an estimate (multiplexing). */
          runningShare: z.number().min(0).max(1),
        }),
        20_000,
      ),
    }),
    1_000,
  ),
  /** Events that this host cannot count, with the reason. */
  unsupported: z.array(z.object({ event: hostText(64), reason: hostText(200) })).max(64),
})
export type CountersDelta = z.infer<typeof countersDeltaSchema>

/** One command that ran (or will run) on the host: argv as given to exec, and the program text where the tool takes one. */
export const hostCommandSchema = z.object({
  collector: collectorIdSchema,
  tool: hostText(64),
  toolVersion: hostText(128).nullable(),
  argv: z.array(hostText(4096)).min(1).max(256),
  env: z
    .unknown()
    .refine((env) => typeof env === 'object' && env !== null && Object.keys(env).length <= 64, 'at most 64 settings')
    .pipe(z.record(z.string(), hostText(256))),
  program: hostText(64 * 1024).nullable(),
})
export type HostCommand = z.infer<typeof hostCommandSchema>

/** What the agent says before anything runs: what it would do, or why it would not. */
export const planPreviewSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    commands: z.array(hostCommandSchema).max(32),
    matchedProcesses: z.number().int().nonnegative().nullable(),
  }),
  z.object({ ok: z.literal(false), reason: z.string(), message: hostText(2000) }),
])
export type PlanPreview = z.infer<typeof planPreviewSchema>

/** What a target knows about the quality of its result. Every count is shown as a badge where it is not zero. */
export const targetQualitySchema = z.object({
  /** Samples in the uploaded profile. */
  samples: count,
  /** Samples that the kernel reports as lost (PERF_RECORD_LOST and LOST_SAMPLES). */
  lostSamples: count,
  /** Times the kernel throttled sampling. */
  throttled: count,
  /** Frames over all samples, and how many of them have no symbol. */
  frames: count,
  unknownFrames: count,
  /** Stacks cut at the kernel's depth limit (127 frames). */
  truncatedStacks: count,
  /** Syscalls in the snapshot, and those lost or unmatched. */
  syscalls: count,
  lostSyscalls: count,
  unmatchedSyscalls: count,
  mapsTruncated: z.boolean(),
  /** perf events the tracer's own record loss, e.g. bpftrace `lost_events`. */
  lostEvents: count,
  /** The event that perf sampled on, e.g. `cpu-clock` or `cycles`. */
  sampledEvent: hostText(64).nullable(),
  /** CPU seconds (user + system) that the tracers and the agent's own processing used. */
  tracerCpuSeconds: z.number().nonnegative(),
  /** The recording ended before its time (cancelled, agent stopped, tool died): what is here is real but partial. */
  partial: z.boolean(),
  /** Events that fired and were recorded (counted, timed or kept as rows) by the event collectors. */
  hits: count.default(0),
  /** Rows of `events` beyond the caps. */
  overCapEvents: count.default(0),
  /** Spans whose beginning was not seen. */
  unmatchedSpans: count.default(0),
  /** Only one in so many events was recorded, to stay within the host's budget; 1: all. */
  sampledEvery: z.number().int().min(1).default(1),
  /** The live brake detached the probes before the time was over: why, in a sentence. */
  braked: hostText(300).nullable().default(null),
  /** The dry count before attaching; null where none was needed. */
  forecast: forecastSchema.nullable().default(null),
  /** Where frames without a name come from, the largest first, and what would name them. */
  unknownBy: z
    .array(
      z.object({
        pid: z.number().int(),
        comm: hostText(64),
        module: hostText(256),
        frames: count,
        reason: hostText(300),
        remedy: hostText(300),
      }),
    )
    .max(20)
    .default([]),
  /** Free sentences for what fits nowhere else. */
  notes: z.array(hostText(500)).max(20),
})
export type TargetQuality = z.infer<typeof targetQualitySchema>
