import { promisify } from 'node:util'
import { gunzip as gunzipCallback } from 'node:zlib'
import { CHUNK_LIMITS, EMPTY_QUALITY, syscallSnapshotSchema, type TargetQuality, type TargetReason } from '@sonde/contract'
import { decodeProfile, FRAME_KIND } from '@sonde/profile'
import type { Outcome } from './outcome.ts'
import type { SpooledChunk, TargetSpool } from './spool.ts'

const gunzip = promisify(gunzipCallback)

/** The end of a recording that the agent did not live to see, with what can be counted in the chunks that it left. */
export async function recoverOutcome(spool: TargetSpool, reason: TargetReason, message: string): Promise<Outcome> {
  return { kind: 'end', report: { state: 'failed', reason, message, quality: await countSpooled(spool) } }
}

/** Losses are not in the chunks (the tracer reports them at its end), so a note says that they are not known. */
async function countSpooled(spool: TargetSpool): Promise<TargetQuality> {
  const quality: TargetQuality = { ...EMPTY_QUALITY, partial: true, notes: [] }
  const lastSyscalls = spool.chunks.findLast((chunk) => chunk.kind === 'syscalls')
  for (const chunk of spool.chunks) {
    if (chunk.kind === 'syscalls' && chunk !== lastSyscalls) continue
    // What is unreadable here is unreadable for the server too, which says so itself.
    const raw = await readRaw(spool, chunk).catch(() => null)
    if (raw === null) continue
    if (chunk.kind === 'profile') addProfile(quality, raw)
    else addSyscalls(quality, raw)
  }
  if (spool.chunks.length > 0) quality.notes.push('The agent ended before it could count losses; none are shown, some may have happened.')
  return quality
}

async function readRaw(spool: TargetSpool, chunk: SpooledChunk): Promise<Buffer> {
  return gunzip(await spool.read(chunk), { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
}

function addProfile(quality: TargetQuality, raw: Buffer): void {
  try {
    const { meta, samples, stacks, frames } = decodeProfile(raw)
    const depth = new Uint32Array(stacks.length)
    const unknown = new Uint32Array(stacks.length)
    for (let i = 0; i < stacks.length; i++) {
      const parent = stacks.parent[i] ?? -1
      const isUnknown = frames.kind[stacks.frame[i] ?? 0] === FRAME_KIND.unknown
      depth[i] = (parent === -1 ? 0 : (depth[parent] ?? 0)) + 1
      unknown[i] = (parent === -1 ? 0 : (unknown[parent] ?? 0)) + (isUnknown ? 1 : 0)
    }
    for (let i = 0; i < samples.length; i++) {
      const stack = samples.stack[i] ?? -1
      const weight = samples.weight[i] ?? 0
      quality.samples += weight
      if (stack === -1) continue
      quality.frames += weight * (depth[stack] ?? 0)
      quality.unknownFrames += weight * (unknown[stack] ?? 0)
    }
    quality.sampledEvent = meta.event === '' ? null : meta.event
  } catch {
    quality.notes.push('A part of the profile is unreadable.')
  }
}

function addSyscalls(quality: TargetQuality, raw: Buffer): void {
  try {
    const snapshot = syscallSnapshotSchema.parse(JSON.parse(raw.toString('utf8')))
    quality.syscalls = snapshot.rows.reduce((sum, row) => sum + row.calls, 0)
    quality.lostSyscalls = snapshot.lostCalls
    quality.unmatchedSyscalls = snapshot.unmatchedExits
    quality.mapsTruncated = snapshot.truncated
  } catch {
    quality.notes.push('The syscall breakdown is unreadable.')
  }
}
