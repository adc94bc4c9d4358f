import { type Actor, CHUNK_KINDS, FINAL_STATES, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { requestCancel } from './cancel-capture.ts'
import { namelessKey } from './read-profile.ts'

/**
 * Deletes a capture with its results. It is gone from every list at once; one that still runs somewhere is cancelled first,
 * and its rows and chunks go when the last host has stopped (purgeDeletedCaptures). Throws `not-found`, `forbidden`.
 */
export async function deleteCapture(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'capture.read')
  const { rows } = await app.db.pool.query<{ created_by_id: string }>(
    'SELECT created_by_id FROM captures WHERE id = $1 AND deleted_at IS NULL',
    [input.id],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted already')
  authorize(actor, 'capture.delete', { ownerId: rows[0].created_by_id })
  await inTransaction(app.db.pool, async (client) => {
    await requestCancel(client, { sql: 'capture_id = $1', values: [input.id] })
    await client.query('UPDATE captures SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL', [input.id])
  })
  await purgeDeletedCaptures(app.db.pool)
  for (const cache of [app.profiles, ...Object.values(app.merges)]) {
    for (const kind of CHUNK_KINDS) cache.drop(`${input.id}/${kind}`)
  }
  for (const kind of ['profile', 'offcpu'] as const) app.profiles.drop(namelessKey(input.id, kind))
  await app.bus.announce(input.id)
}

/** Removes deleted captures that no host works on any more, with targets and chunks. Returns how many. */
export async function purgeDeletedCaptures(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `DELETE FROM captures c WHERE deleted_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM targets t WHERE t.capture_id = c.id AND NOT t.state = ANY ($1))`,
    [FINAL_STATES],
  )
  return rowCount ?? 0
}
