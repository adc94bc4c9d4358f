import { createHash } from 'node:crypto'
import {
  type CaptureSpec,
  CHUNK_LIMITS,
  type ChunkKind,
  type ChunkReply,
  captureSpecSchema,
  isFinal,
  SondeError,
  type TargetRef,
} from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { checkChunk } from './check-chunk.ts'
import { conflict, type LockedTarget, lockTarget, step } from './lock-target.ts'
import { INGEST_STATES, PATIENCE_MS } from './target-transitions.ts'

/** All of one target's chunks, as sent. */
export const MAX_TARGET_BYTES = 256 * 1024 * 1024

export type ChunkUpload = { seq: number; kind: ChunkKind /** of the bytes as sent, lower-case hex */; sha256: string; bytes: Uint8Array }

/**
 * Takes one piece of a result in. What is stored has the hash that was announced, unpacks within its limit, reads as what it
 * says it is, is about the host that sent it and was asked for by the capture. The same piece again is fine (`duplicate`); another one under the same
 * number is a `conflict`. Throws `not-found`, `conflict` with the state, and for a piece that cannot be taken `too-large` or
 * `unprocessable`: that fails the target too, with the same words.
 */
export async function storeChunk(host: AgentHost, app: App, ref: TargetRef, upload: ChunkUpload): Promise<ChunkReply> {
  const target = await inTransaction(app.db.pool, (client) => lockTarget(client, host, ref))
  try {
    if (upload.seq >= CHUNK_LIMITS.maxChunksPerTarget) {
      throw new SondeError('too-large', `a result has at most ${CHUNK_LIMITS.maxChunksPerTarget} parts`)
    }
    if (upload.bytes.length > CHUNK_LIMITS.maxCompressedBytes) throw tooLarge(upload.bytes.length)
    const sha256 = createHash('sha256').update(upload.bytes).digest('hex')
    if (sha256 !== upload.sha256) throw new SondeError('unprocessable', `part ${upload.seq} does not have the hash it was announced with`)
    // A final target takes nothing new; only to a repeated upload the answer is still "I have it". So save the reading.
    if (!isFinal(target.state) || target.state === 'lost') {
      const { spec, storedBytes } = await readIngest(app, target)
      await checkChunk({ hostId: host.id, spec }, upload)
      if (storedBytes + upload.bytes.length > MAX_TARGET_BYTES) {
        throw new SondeError('too-large', `a host's result is at most ${MAX_TARGET_BYTES / 1024 / 1024} MiB`)
      }
    }
  } catch (error) {
    if (error instanceof SondeError && (error.code === 'too-large' || error.code === 'unprocessable'))
      await rejectChunk(host, app, ref, error.message)
    throw error
  }
  const outcome = await app.blobs.put(
    { ...ref, hostId: host.id, seq: upload.seq },
    { kind: upload.kind, sha256: upload.sha256, data: upload.bytes },
    { openStates: INGEST_STATES, leaseMs: PATIENCE_MS.lease },
  )
  if (outcome === 'stored' || outcome === 'duplicate') {
    return { stored: outcome === 'stored', duplicate: outcome === 'duplicate', cancelRequested: target.cancelRequested }
  }
  const { state } = await inTransaction(app.db.pool, (client) => lockTarget(client, host, ref))
  throw conflict(state, outcome === 'closed' ? 'takes no result' : `has another part ${upload.seq} already`)
}

/**
 * A piece that is refused for good, here or by the transport (a body over its limit): the target fails, so that nothing is
 * dropped in silence. One that ended already stays as it is.
 */
export async function rejectChunk(host: AgentHost, app: App, ref: TargetRef, message: string): Promise<void> {
  await inTransaction(app.db.pool, async (client) => {
    const target = await lockTarget(client, host, ref)
    if (INGEST_STATES.some((s) => s === target.state)) await step(client, target, 'fail', { reason: 'upload-rejected', message })
  })
}

/** What a chunk is held to: the capture's spec, and how much of this host is stored already. */
async function readIngest(app: App, target: LockedTarget): Promise<{ spec: CaptureSpec; storedBytes: number }> {
  const { rows } = await app.db.pool.query<{ spec: unknown; bytes: string }>(
    `SELECT c.spec, t.stored_bytes AS bytes FROM targets t JOIN captures c ON c.id = t.capture_id WHERE t.capture_id = $1 AND t.host_id = $2`,
    [target.captureId, target.hostId],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such target for this host')
  return { spec: captureSpecSchema.parse(rows[0].spec), storedBytes: Number(rows[0].bytes) }
}

export function tooLarge(sizeBytes: number | null): SondeError {
  const got = sizeBytes === null ? 'more' : `${sizeBytes} bytes`
  return new SondeError('too-large', `a part of a result is at most ${CHUNK_LIMITS.maxCompressedBytes} bytes, this one has ${got}`)
}
