import type { App } from './app.ts'
import { purgeDeletedCaptures } from './delete-capture.ts'
import { HOST_ONLINE_SQL } from './host-view.ts'
import { purgeCatalogues } from './purge-catalogues.ts'
import { PATIENCE_MS } from './target-transitions.ts'
import { transitionTargets } from './transition-target.ts'

export type Reaped = {
  takenBack: number
  expired: number
  lost: number
  cancelled: number
  purged: number
  queries: number
  catalogues: number
}

const olderThan = (column: string, ms: number) => `${column} < now() - interval '${ms} ms'`
const ONLINE = `EXISTS (SELECT FROM hosts WHERE hosts.id = targets.host_id AND ${HOST_ONLINE_SQL})`

/**
 * Ends whatever nobody else will end, so that nothing stays "running" for ever. Every gateway calls it every few seconds; each
 * step is one statement that picks by the database's clock, so that several of them do no harm.
 */
export async function reapTargets(app: App): Promise<Reaped> {
  const { pool } = app.db
  const takenBack = await transitionTargets(pool, 'takeBack', { sql: olderThan('offered_at', PATIENCE_MS.offer), values: [] })
  const offline = await transitionTargets(
    pool,
    'expire',
    { sql: `${olderThan('queued_at', PATIENCE_MS.offlineHost)} AND NOT ${ONLINE}`, values: [] },
    { reason: 'host-offline', message: `The host was not connected for ${PATIENCE_MS.offlineHost / 1000} s after the start.` },
  )
  const ignored = await transitionTargets(
    pool,
    'expire',
    { sql: olderThan('queued_at', PATIENCE_MS.queue), values: [] },
    { reason: 'host-offline', message: `The host sends heartbeats, but took no work for ${PATIENCE_MS.queue / 60_000} minutes.` },
  )
  const cancelled = await transitionTargets(
    pool,
    'abandon',
    {
      sql: `cancel_requested_at IS NOT NULL
        AND (lease_until < now() OR (${olderThan('cancel_requested_at', PATIENCE_MS.cancelOffline)} AND NOT ${ONLINE}))`,
      values: [],
    },
    { message: 'The host did not answer the cancel. It stops by itself at the end of the duration, if it still runs.' },
  )
  const lost = await transitionTargets(
    pool,
    'lose',
    { sql: 'cancel_requested_at IS NULL AND lease_until < now()', values: [] },
    { reason: 'lease-expired', message: 'The agent stopped answering. If it comes back with a result, the result is taken.' },
  )
  const queries = await pool.query(`DELETE FROM host_queries WHERE ${olderThan('expires_at', 60_000)}`)
  return {
    takenBack: takenBack.length,
    expired: offline.length + ignored.length,
    lost: lost.length,
    cancelled: cancelled.length,
    purged: await purgeDeletedCaptures(pool),
    queries: queries.rowCount ?? 0,
    catalogues: await purgeCatalogues(app),
  }
}
