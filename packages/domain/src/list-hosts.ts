import type { Actor, HostView } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { HOST_SEARCH_SQL, parseHostSearch } from './host-search.ts'
import { HOST_COLUMNS, HOST_ONLINE_SQL, type HostRow, hostView } from './host-view.ts'

/**
 * Hosts by name. `search` is words, all of which must match: `key=value` is a label, anything else occurs in the name, the
 * labels or the facts (system, kernel, CPU, tools).
 */
export async function listHosts(actor: Actor, app: App, input: { search?: string | undefined }): Promise<HostView[]> {
  authorize(actor, 'host.read')
  const search = parseHostSearch(input.search ?? '')
  if (search === null) return []
  const { rows } = await app.db.pool.query<HostRow & { online: boolean }>(
    `SELECT ${HOST_COLUMNS}, ${HOST_ONLINE_SQL} AS online FROM hosts WHERE ${HOST_SEARCH_SQL} ORDER BY name, id LIMIT 5000`,
    [JSON.stringify(search.labels), search.words],
  )
  return rows.map(hostView)
}
