import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import {
  CHUNK_LIMITS,
  countersDeltaSchema,
  countsDeltaSchema,
  eventsDeltaSchema,
  latencyDeltaSchema,
  type SyscallSnapshot,
} from '@sonde/contract'
import { encodeProfile, type Profile, samplesIn, splitProfile } from '@sonde/profile'
import { eventsIn, type JsonDelta, splitDelta } from './split-delta.ts'

const gzip = promisify(gzipCallback)

export type ChunkLimits = { maxCompressedBytes: number; maxRawBytes: number }

/**
 * A profile delta as gzip'd chunks that each fit the limits, in the order of time; usually one. `onLost` is told of samples
 * that fit no chunk even alone, so that they are counted and not dropped in silence.
 */
export async function* encodeProfileChunks(
  profile: Profile,
  onLost: (samples: number) => void,
  limits: ChunkLimits = CHUNK_LIMITS,
): AsyncGenerator<Buffer> {
  if (profile.samples.length === 0) return
  const raw = encodeProfile(profile)
  if (raw.length <= limits.maxRawBytes) {
    const compressed = await gzip(raw)
    if (compressed.length <= limits.maxCompressedBytes) {
      yield compressed
      return
    }
  }
  const halves = splitProfile(profile)
  if (halves === null) {
    onLost(samplesIn(profile))
    return
  }
  for (const half of halves) yield* encodeProfileChunks(half, onLost, limits)
}

/** A JSON delta as gzip'd chunks that each fit the limits and the schema, in order; usually one. `onLost`: as above, of events. */
export async function* encodeDeltaChunks(
  result: JsonDelta,
  onLost: (events: number) => void,
  limits: ChunkLimits = CHUNK_LIMITS,
): AsyncGenerator<Buffer> {
  if (deltaSchemas[result.kind].safeParse(result.delta).success) {
    const raw = Buffer.from(JSON.stringify(result.delta))
    if (raw.length <= limits.maxRawBytes) {
      const compressed = await gzip(raw)
      if (compressed.length <= limits.maxCompressedBytes) {
        yield compressed
        return
      }
    }
  }
  const halves = splitDelta(result)
  if (halves === null) {
    onLost(eventsIn(result))
    return
  }
  for (const half of halves) yield* encodeDeltaChunks(half, onLost, limits)
}

/** What the server will check: a delta that does not pass is cut until its parts do. */
const deltaSchemas = {
  counts: countsDeltaSchema,
  latency: latencyDeltaSchema,
  events: eventsDeltaSchema,
  counters: countersDeltaSchema,
} as const

export type SyscallsChunk = {
  bytes: Buffer /** As encoded: rows may have been left out, then the counts in it say so. */
  snapshot: SyscallSnapshot
}

/**
 * A syscall snapshot as one gzip'd chunk. It cannot be split (each one is the whole truth so far), so where it is too big,
 * the rows with the least time go: their calls count as lost and the snapshot as truncated.
 */
export async function encodeSyscallsChunk(snapshot: SyscallSnapshot, limits: ChunkLimits = CHUNK_LIMITS): Promise<SyscallsChunk> {
  let current = snapshot
  for (;;) {
    const raw = Buffer.from(JSON.stringify(current))
    if (raw.length <= limits.maxRawBytes) {
      const bytes = await gzip(raw)
      if (bytes.length <= limits.maxCompressedBytes) return { bytes, snapshot: current }
    }
    if (current.rows.length === 0 && current.processes.length === 0) throw new Error('an empty syscall snapshot does not fit a chunk')
    current = keepLargestRows(current, current.rows.length >> 1)
  }
}

function keepLargestRows(snapshot: SyscallSnapshot, keep: number): SyscallSnapshot {
  const rows = [...snapshot.rows].sort((a, b) => b.totalNs - a.totalNs)
  const kept = rows.slice(0, keep)
  const pids = new Set(kept.map((row) => row.pid))
  const droppedCalls = rows.slice(keep).reduce((sum, row) => sum + row.calls, 0)
  return {
    ...snapshot,
    ...(snapshot.objects === undefined ? {} : { objects: keepLargestObjects(snapshot.objects, snapshot.objects.rows.length >> 1) }),
    rows: kept,
    processes: snapshot.processes.filter((process) => pids.has(process.pid)),
    lostCalls: snapshot.lostCalls + droppedCalls,
    truncated: true,
  }
}

function keepLargestObjects(objects: NonNullable<SyscallSnapshot['objects']>, keep: number): NonNullable<SyscallSnapshot['objects']> {
  const rows = [...objects.rows].sort((a, b) => b.calls - a.calls)
  return { rows: rows.slice(0, keep), lost: objects.lost + rows.slice(keep).reduce((sum, row) => sum + row.calls, 0) }
}
