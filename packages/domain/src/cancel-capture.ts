import { type Actor, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { ACTIVE_STATES, PATIENCE_MS } from './target-transitions.ts'
import { transitionTargets } from './transition-target.ts'

/**
 * Stops a capture on every host, whatever state it is in there. Targets that no host took are cancelled at once; the others
 * are asked to stop, keep what they recorded, and say so themselves (if they do not, the reaper does). Asking twice is the
 * same as once. Throws `not-found`.
 */
export async function cancelCapture(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'capture.cancel')
  const { rowCount } = await app.db.pool.query('SELECT FROM captures WHERE id = $1 AND deleted_at IS NULL', [input.id])
  if (rowCount === 0) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  await inTransaction(app.db.pool, (client) => requestCancel(client, { sql: 'capture_id = $1', values: [input.id] }))
  await app.bus.announce(input.id)
}

/** The same for any set of targets, without announcing it: `where` as in transitionTargets. Call within a transaction. */
export async function requestCancel(db: Queryable, where: { sql: string; values: unknown[] }): Promise<void> {
  await transitionTargets(db, 'withdraw', where)
  await db.query(
    `UPDATE targets SET cancel_requested_at = now(), revision = revision + 1,
       lease_until = LEAST(lease_until, now() + interval '${PATIENCE_MS.cancel} ms')
     WHERE state = ANY ($${where.values.length + 1}) AND cancel_requested_at IS NULL AND (${where.sql})`,
    [...where.values, ACTIVE_STATES],
  )
}
