import { promisify } from 'node:util'
import { gunzip as gunzipCallback } from 'node:zlib'
import {
  CHUNK_LIMITS,
  type ChunkKind,
  type CountsDelta,
  countsDeltaSchema,
  EMPTY_QUALITY,
  eventsDeltaSchema,
  type LatencyDelta,
  latencyDeltaSchema,
  type SyscallSnapshot,
  syscallSnapshotSchema,
  type TargetQuality,
  type TargetReason,
} from '@sonde/contract'
import { countFrames, decodeProfile, type Profile, samplesIn } from '@sonde/profile'
import type { Outcome } from './outcome.ts'
import type { SpooledChunk, TargetSpool } from './spool.ts'

const gunzip = promisify(gunzipCallback)

/** The end of a recording that the agent did not live to see, with what can be counted in the chunks that it left. */
export async function recoverOutcome(spool: TargetSpool, reason: TargetReason, message: string): Promise<Outcome> {
  return { kind: 'end', report: { state: 'failed', reason, message, quality: await countSpooled(spool) } }
}

/** Losses are not in the chunks (the tracer reports them at its end), so a note says that they are not known. */
async function countSpooled(spool: TargetSpool): Promise<TargetQuality> {
  const quality: TargetQuality = { ...EMPTY_QUALITY, partial: true, unknownBy: [], notes: [] }
  const lastSyscalls = spool.chunks.findLast((chunk) => chunk.kind === 'syscalls')
  for (const chunk of spool.chunks) {
    if (chunk.kind === 'syscalls' && chunk !== lastSyscalls) continue
    // What is unreadable here is unreadable for the server too, which says so itself.
    const raw = await readRaw(spool, chunk).catch(() => null)
    if (raw === null) continue
    addChunk(quality, chunk.kind, raw)
  }
  if (spool.chunks.length > 0) quality.notes.push('The agent ended before it could count losses; none are shown, some may have happened.')
  return quality
}

async function readRaw(spool: TargetSpool, chunk: SpooledChunk): Promise<Buffer> {
  return gunzip(await spool.read(chunk), { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
}

function addChunk(quality: TargetQuality, kind: ChunkKind, raw: Buffer): void {
  try {
    switch (kind) {
      case 'profile':
        addProfile(quality, decodeProfile(raw))
        break
      case 'offcpu': {
        const profile = decodeProfile(raw)
        quality.hits += profile.samples.count.reduce((sum, count) => sum + count, 0)
        addFrames(quality, profile)
        break
      }
      case 'syscalls':
        addSyscalls(quality, syscallSnapshotSchema.parse(JSON.parse(raw.toString('utf8'))))
        break
      case 'counts': {
        const delta = countsDeltaSchema.parse(JSON.parse(raw.toString('utf8')))
        quality.hits += rowCount(delta)
        quality.lostEvents += delta.lost
        quality.mapsTruncated ||= delta.truncated
        break
      }
      case 'latency': {
        const delta = latencyDeltaSchema.parse(JSON.parse(raw.toString('utf8')))
        quality.hits += rowCount(delta)
        quality.lostEvents += delta.lost
        quality.unmatchedSpans += delta.unmatched
        quality.mapsTruncated ||= delta.truncated
        break
      }
      case 'events': {
        const delta = eventsDeltaSchema.parse(JSON.parse(raw.toString('utf8')))
        quality.hits += delta.rows.length
        quality.overCapEvents += delta.overCap
        quality.lostEvents += delta.lost
        break
      }
      case 'counters':
        break
    }
  } catch {
    quality.notes.push(`A part of the result (${kind}) is unreadable.`)
  }
}

const rowCount = (delta: CountsDelta | LatencyDelta): number =>
  delta.slices.reduce((sum, slice) => sum + slice.rows.reduce((rows, row) => rows + row.count, 0), 0)

function addProfile(quality: TargetQuality, profile: Profile): void {
  quality.samples += samplesIn(profile)
  quality.sampledEvent = profile.meta.event === '' ? null : profile.meta.event
  addFrames(quality, profile)
}

function addFrames(quality: TargetQuality, profile: Profile): void {
  const { frames, unknownFrames } = countFrames(profile)
  quality.frames += frames
  quality.unknownFrames += unknownFrames
}

function addSyscalls(quality: TargetQuality, snapshot: SyscallSnapshot): void {
  quality.syscalls = snapshot.rows.reduce((sum, row) => sum + row.calls, 0)
  quality.lostSyscalls = snapshot.lostCalls
  quality.unmatchedSyscalls = snapshot.unmatchedExits
  quality.mapsTruncated ||= snapshot.truncated
}
