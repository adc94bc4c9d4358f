import { createHash } from 'node:crypto'
import {
  type Actor,
  type CaptureSource,
  CHUNK_LIMITS,
  hostText,
  IMPORTED_FILE_LIMITS,
  idSchema,
  SondeError,
  targetQualitySchema,
} from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import { z } from 'zod'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { cleanFileName } from './clean-file-name.ts'
import { storableJson, storableText } from './storable.ts'
import { MAX_TARGET_BYTES } from './store-chunk.ts'

/** What a reader of files makes of one: as much as a capture's rows need, and its profile as chunks by host. */
export const importedFileSchema = z.object({
  /** An ImportFormat of packages/profile/formats. */
  format: hostText(40),
  /** Of the file as it was uploaded. */
  sizeBytes: z.number().int().nonnegative(),
  /** Wall-clock ms since the epoch at which it begins; 0 where the file does not say. */
  startMs: z.number().nonnegative().max(IMPORTED_FILE_LIMITS.latestStartMs),
  /** What it covers, ms; 0 where it has no times. */
  durationMs: z.number().nonnegative().max(Number.MAX_SAFE_INTEGER),
  hosts: z
    .array(
      z.object({
        id: idSchema,
        /** As the file has it; '' where it names none. */
        name: hostText(253),
        quality: targetQualitySchema,
        /** gzip of encodeProfile, about this host alone, within CHUNK_LIMITS. */
        chunks: z.array(z.custom<Uint8Array>((chunk) => chunk instanceof Uint8Array)).max(CHUNK_LIMITS.maxChunksPerTarget),
      }),
    )
    .min(1)
    .max(IMPORTED_FILE_LIMITS.hosts),
})
export type ImportedFile = z.input<typeof importedFileSchema>
type CheckedFile = z.output<typeof importedFileSchema>

/** Reads the file, away from this process. The ids of its hosts begin with `hostPrefix`. Throws SondeErrors that say what is wrong with it. */
export type ReadFile = (hostPrefix: string) => Promise<ImportedFile>

/**
 * Makes a capture of a file: done from the start, its one result is a profile, its hosts are names that live and die with it
 * (docs/decisions/009-a-file-is-a-capture.md). `fileName`: anything; cleaned, it is the title. All or nothing: a file that cannot be
 * read or stored leaves no trace. Throws `not-signed-in` and `forbidden` before anything is read, and whatever `read` throws.
 */
export async function importCapture(actor: Actor, app: App, input: { fileName: string; read: ReadFile }): Promise<{ id: string }> {
  const person = authorize(actor, 'capture.import')
  const id = app.newId()
  const file = importedFileSchema.parse(await input.read(`${id}-`))
  refuseWrongHosts(file, `${id}-`)
  const fileName = cleanFileName(input.fileName)
  const source: CaptureSource = { kind: 'import', fileName, format: file.format, sizeBytes: file.sizeBytes }
  await inTransaction(app.db.pool, async (client) => {
    await client.query('INSERT INTO captures (id, title, spec, source, created_by_id) VALUES ($1, $2, $3, $4, $5)', [
      id,
      fileName,
      JSON.stringify({ version: 2, recipe: null, instruments: [], durationMs: file.durationMs }),
      storableJson(source),
      person.userId,
    ])
    for (const host of file.hosts) await storeHost(client, id, file, host)
  })
  return { id }
}

/** The reader is ours, but the file has been in its hands: what it says of hosts must not touch any other capture's. */
function refuseWrongHosts({ hosts }: CheckedFile, prefix: string): void {
  const ids = new Set(hosts.map((host) => host.id))
  if (ids.size !== hosts.length || !hosts.every((host) => host.id.startsWith(prefix))) throw new Error('the reader made up ids of hosts')
  for (const { chunks } of hosts) {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    if (bytes > MAX_TARGET_BYTES) throw new SondeError('too-large', `a host's result is at most ${MAX_TARGET_BYTES / 1024 / 1024} MiB`)
    if (chunks.some((chunk) => chunk.length > CHUNK_LIMITS.maxCompressedBytes)) throw new Error('the reader made a chunk that is too large')
  }
}

const NAMELESS_HOST = 'imported'

async function storeHost(client: Queryable, captureId: string, file: CheckedFile, host: CheckedFile['hosts'][number]): Promise<void> {
  await client.query(
    `INSERT INTO hosts (id, machine_key, name, labels, facts, removed_at, imported_with_id)
     VALUES ($1, $2, $3, '{}', '{}', now(), $4)`,
    [host.id, `import:${host.id}`, storableText(host.name).trim() || NAMELESS_HOST, captureId],
  )
  await client.query(
    `INSERT INTO targets (capture_id, host_id, state, started_at, ended_at, recorded_ms, quality, chunk_counts, stored_bytes, revision)
     VALUES ($1, $2, 'done', $3, now(), $4, $5, $6, $7, 1)`,
    [
      captureId,
      host.id,
      file.startMs > 0 ? new Date(file.startMs) : null,
      file.durationMs > 0 ? file.durationMs : null,
      storableJson(host.quality),
      JSON.stringify({ profile: host.chunks.length }),
      host.chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    ],
  )
  for (const [seq, data] of host.chunks.entries()) {
    await client.query(
      `INSERT INTO chunks (capture_id, host_id, attempt, seq, kind, sha256, size_bytes, data) VALUES ($1, $2, 1, $3, 'profile', $4, $5, $6)`,
      [captureId, host.id, seq, createHash('sha256').update(data).digest('hex'), data.length, data],
    )
  }
}
