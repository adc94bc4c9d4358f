import { type Actor, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/** Closes a share link for good; pages that are open notice within seconds. Throws `not-found`, and `forbidden` for another's link. */
export async function revokeShare(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'share.list')
  const { rows } = await app.db.pool.query<{ created_by_id: string }>('SELECT created_by_id FROM shares WHERE id = $1', [input.id])
  if (!rows[0]) throw new SondeError('not-found', 'there is no such link')
  authorize(actor, 'share.revoke', { ownerId: rows[0].created_by_id })
  await app.db.pool.query('UPDATE shares SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [input.id])
}
