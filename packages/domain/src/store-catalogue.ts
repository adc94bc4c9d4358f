import { type CatalogueReply, SondeError } from '@sonde/contract'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { checkCatalogue } from './check-catalogue.ts'
import { storableJson } from './storable.ts'

/** What a host may upload without anybody referring to it: a broken or hostile agent must not fill the disk. */
const MAX_UNUSED = 32

/**
 * Takes a catalogue in, once: its key is its content, so that whoever else has the same need not send it, and nobody can put something
 * else under it. Throws `too-large`, `unprocessable` for one that is not what its key says, `conflict` for too many that nobody uses.
 */
export async function storeCatalogue(host: AgentHost, app: App, upload: { key: string; bytes: Uint8Array }): Promise<CatalogueReply> {
  const { pool } = app.db
  const known = await pool.query('SELECT FROM catalogues WHERE key = $1', [upload.key])
  if ((known.rowCount ?? 0) > 0) return { stored: false }
  const { rows } = await pool.query<{ unused: number }>(
    `SELECT count(*)::int AS unused FROM catalogues c
     WHERE c.uploaded_by_id = $1 AND NOT EXISTS (SELECT FROM host_catalogues h WHERE h.catalogue_key = c.key)`,
    [host.id],
  )
  if ((rows[0]?.unused ?? 0) >= MAX_UNUSED) throw new SondeError('conflict', 'this host has sent many catalogues that nothing refers to')
  const header = await checkCatalogue(upload.key, upload.bytes)
  const { rowCount } = await pool.query(
    `INSERT INTO catalogues (key, kind, header, uploaded_by_id, size_bytes, data) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [upload.key, header.kind, storableJson(header), host.id, upload.bytes.length, upload.bytes],
  )
  return { stored: rowCount === 1 }
}

/** Those of the keys that have no content here yet. */
export async function missingCatalogues(app: App, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return []
  const { rows } = await app.db.pool.query<{ key: string }>(
    'SELECT key FROM unnest($1::text[]) AS asked (key) WHERE NOT EXISTS (SELECT FROM catalogues c WHERE c.key = asked.key)',
    [[...new Set(keys)]],
  )
  return rows.map((row) => row.key)
}
