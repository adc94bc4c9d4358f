import type { HostCatalogues } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { storableText } from './storable.ts'
import { missingCatalogues } from './store-catalogue.ts'

/**
 * What the agent says of its kernel's catalogues. Those it had before stay until it has new ones: a restart must not empty the finder.
 * Returns the keys that the server lacks.
 */
export async function recordCatalogues(host: AgentHost, app: App, catalogues: HostCatalogues): Promise<string[]> {
  const kinds = catalogues.keys.map(({ kind }) => kind)
  const keys = catalogues.keys.map(({ key }) => key)
  await inTransaction(app.db.pool, async (client) => {
    const message = catalogues.message === null ? null : storableText(catalogues.message)
    await client.query('UPDATE hosts SET catalogue_state = $2, catalogue_message = $3 WHERE id = $1', [host.id, catalogues.state, message])
    if (catalogues.state !== 'ready') return
    await client.query(`DELETE FROM host_catalogues WHERE host_id = $1 AND kind <> 'binary' AND NOT catalogue_key = ANY ($2)`, [
      host.id,
      keys,
    ])
    await client.query(
      `INSERT INTO host_catalogues (host_id, kind, catalogue_key)
       SELECT $1, kind, key FROM unnest($2::text[], $3::text[]) AS sent (kind, key) WHERE kind <> 'binary'
       ON CONFLICT (host_id, kind, ref, catalogue_key) DO UPDATE SET seen_at = now()`,
      [host.id, kinds, keys],
    )
  })
  return catalogues.state === 'ready' ? await missingCatalogues(app, keys) : []
}
