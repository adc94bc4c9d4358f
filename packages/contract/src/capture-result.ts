import { z } from 'zod'
import { hostText } from './text.ts'

/** Kinds of result chunk. `profile` chunks are deltas to be merged; of `syscalls` chunks the one with the highest seq is the whole truth so far. */
export const CHUNK_KINDS = ['profile', 'syscalls'] as const
export const chunkKindSchema = z.enum(CHUNK_KINDS)
export type ChunkKind = z.infer<typeof chunkKindSchema>

/** Limits of one uploaded chunk, in bytes, checked before anything is parsed. */
export const CHUNK_LIMITS = { maxCompressedBytes: 1024 * 1024, maxRawBytes: 32 * 1024 * 1024, maxChunksPerTarget: 2_000 } as const

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

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

/** Cumulative since the capture started on this host. `elapsedMs` is the time observed so far: rates are calls / elapsed. */
export const syscallSnapshotSchema = z.object({
  version: z.literal(1),
  elapsedMs: z.number().positive(),
  processes: z.array(z.object({ pid: z.number().int().nonnegative(), comm: hostText(64) })).max(100_000),
  rows: z.array(syscallRowSchema).max(500_000),
  /** Calls that were already under way when the probes were attached: seen to end, not timed, in no row. */
  unmatchedExits: count,
  /** Calls that were seen and timed but fit in no map, in no row. */
  lostCalls: count,
  /** A map reached its size limit, so rows may be missing. */
  truncated: z.boolean(),
})
export type SyscallSnapshot = z.infer<typeof syscallSnapshotSchema>

/** One command that ran (or will run) on the host: argv as given to exec, and the program text where the tool takes one. */
export const hostCommandSchema = z.object({
  collector: z.enum(['stacks', 'syscalls']),
  tool: hostText(64),
  toolVersion: hostText(128).nullable(),
  argv: z.array(hostText(4096)).min(1).max(256),
  env: z.record(z.string(), hostText(256)),
  program: hostText(64 * 1024).nullable(),
})
export type HostCommand = z.infer<typeof hostCommandSchema>

/** What the agent says before anything runs: what it would do, or why it would not. */
export const planPreviewSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), commands: z.array(hostCommandSchema), matchedProcesses: z.number().int().nonnegative().nullable() }),
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
  /** Free sentences for what fits nowhere else. */
  notes: z.array(hostText(500)).max(20),
})
export type TargetQuality = z.infer<typeof targetQualitySchema>

export const EMPTY_QUALITY: TargetQuality = {
  samples: 0,
  lostSamples: 0,
  throttled: 0,
  frames: 0,
  unknownFrames: 0,
  truncatedStacks: 0,
  syscalls: 0,
  lostSyscalls: 0,
  unmatchedSyscalls: 0,
  mapsTruncated: false,
  lostEvents: 0,
  sampledEvent: null,
  tracerCpuSeconds: 0,
  partial: false,
  notes: [],
}
