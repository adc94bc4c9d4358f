import type { App } from './app.ts'

/** An answer about a binary is of no use this long after it was given: processes and files change. The content may live on. */
const BINARY_DAYS = 14
/** A catalogue is uploaded before anything refers to it. */
const GRACE_HOURS = 1

/**
 * Forgets which binaries hosts were asked about long ago and what removed hosts had, and then the catalogues that nothing refers to.
 * Returns how many of those.
 */
export async function purgeCatalogues(app: App): Promise<number> {
  await app.db.pool.query(
    `DELETE FROM host_catalogues h
     WHERE (h.kind = 'binary' AND h.seen_at < now() - interval '${BINARY_DAYS} days')
       OR EXISTS (SELECT FROM hosts WHERE hosts.id = h.host_id AND hosts.removed_at IS NOT NULL)`,
  )
  const { rowCount } = await app.db.pool.query(
    `DELETE FROM catalogues c
     WHERE c.created_at < now() - interval '${GRACE_HOURS} hours'
       AND NOT EXISTS (SELECT FROM host_catalogues h WHERE h.catalogue_key = c.key)`,
  )
  return rowCount ?? 0
}
