import { type Actor, type HostView, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { HOST_COLUMNS, HOST_ONLINE_SQL, type HostRow, hostView } from './host-view.ts'

/** One host. Throws `not-found`, also for a removed one. */
export async function getHost(actor: Actor, app: App, input: { id: string }): Promise<HostView> {
  authorize(actor, 'host.read')
  const { rows } = await app.db.pool.query<HostRow & { online: boolean }>(
    `SELECT ${HOST_COLUMNS}, ${HOST_ONLINE_SQL} AS online FROM hosts WHERE id = $1 AND removed_at IS NULL`,
    [input.id],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such host; it may have been removed')
  return hostView(rows[0])
}
