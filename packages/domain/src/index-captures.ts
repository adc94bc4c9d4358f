import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CHUNK_LIMITS, FINAL_STATES, syscallSnapshotSchema } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import { decodeProfile } from '@sonde/profile'
import type { App } from './app.ts'
import { type CaptureTerm, TermCount } from './capture-terms.ts'
import { readCaptureRevision } from './read-capture-view.ts'

const gunzipAsync = promisify(gunzip)

/** Chunks that are read at once: bounds memory. */
const BATCH = 16
/** Captures of one call: the caller has other things to do. */
const MOST = 4
/** Any number, the same for all gateways: only one of them reads terms at a time. */
const LOCK = 5_061_018

/**
 * Reads the names off the results of captures that ended and have none yet, oldest first, some at a time, so that they are found by
 * them (`list-captures`). Chunk by chunk, so that a large capture keeps nobody waiting. One that cannot be read is left without names, and
 * told to `onError`. Returns how many it read; several callers do no harm.
 */
export async function indexCaptures(app: App, onError: (captureId: string, error: unknown) => void): Promise<number> {
  const client = await app.db.pool.connect()
  try {
    const { rows: locked } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [LOCK])
    if (!locked[0]?.got) return 0
    try {
      const { rows } = await client.query<{ id: string }>(
        `SELECT c.id FROM captures c WHERE c.terms_at IS NULL AND c.deleted_at IS NULL
           AND NOT EXISTS (SELECT FROM targets t WHERE t.capture_id = c.id AND NOT t.state = ANY ($1))
         ORDER BY c.created_at LIMIT $2`,
        [FINAL_STATES, MOST],
      )
      for (const { id } of rows) {
        const revision = await readCaptureRevision(app, id)
        const terms = await readTerms(app, id).catch((error: unknown) => {
          onError(id, error)
          return []
        })
        if (revision !== null) await storeTerms(app, id, { terms, revision })
      }
      return rows.length
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK])
    }
  } finally {
    client.release()
  }
}

async function readTerms(app: App, captureId: string): Promise<CaptureTerm[]> {
  const count = new TermCount()
  for (const kind of ['profile', 'offcpu'] as const) {
    const refs = await app.blobs.list(captureId, kind)
    for (let i = 0; i < refs.length; i += BATCH) {
      for (const chunk of await app.blobs.read(captureId, refs.slice(i, i + BATCH))) {
        count.addProfile(decodeProfile(await gunzipAsync(chunk.data, { maxOutputLength: CHUNK_LIMITS.maxRawBytes })))
      }
    }
  }
  for (const chunk of await app.blobs.latest(captureId, 'syscalls')) {
    const raw = await gunzipAsync(chunk.data, { maxOutputLength: CHUNK_LIMITS.maxRawBytes })
    count.addSyscalls(syscallSnapshotSchema.parse(JSON.parse(raw.toString('utf8'))).rows)
  }
  return count.terms()
}

/**
 * Replaces the capture's terms. One that was deleted meanwhile keeps none; one whose targets are at another `revision` (a host that was given
 * up came back while its terms were read) is read again.
 */
async function storeTerms(
  app: App,
  captureId: string,
  { terms, revision }: { terms: readonly CaptureTerm[]; revision: number },
): Promise<void> {
  const columns = [terms.map((term) => term.kind), terms.map((term) => term.text), terms.map((term) => term.share)]
  await inTransaction(app.db.pool, async (client) => {
    const { rowCount } = await client.query(
      'UPDATE captures SET terms_at = now() WHERE id = $1 AND (SELECT coalesce(sum(revision), 0) FROM targets WHERE capture_id = $1) = $2',
      [captureId, revision],
    )
    if (rowCount === 0) return
    await client.query('DELETE FROM capture_terms WHERE capture_id = $1', [captureId])
    await client.query(
      `INSERT INTO terms (kind, text) SELECT * FROM unnest($1::text[], $2::text[]) AS new (kind, text)
       WHERE NOT EXISTS (SELECT FROM terms t WHERE t.kind = new.kind AND t.text = new.text) ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
      columns.slice(0, 2),
    )
    await client.query(
      `INSERT INTO capture_terms (term_id, capture_id, share)
       SELECT t.id, $4, new.share FROM unnest($1::text[], $2::text[], $3::real[]) AS new (kind, text, share)
       JOIN terms t ON t.kind = new.kind AND t.text = new.text`,
      [...columns, captureId],
    )
  })
}

/** A host that was given up came back with its result: the terms are read again when all of them have ended. */
export async function forgetTerms(db: Queryable, captureId: string): Promise<void> {
  await db.query('UPDATE captures SET terms_at = NULL WHERE id = $1 AND terms_at IS NOT NULL', [captureId])
}
