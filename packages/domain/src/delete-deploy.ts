import { type Actor, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'

/** Takes a marker away; its captures stay. Throws `not-found`. */
export async function deleteDeploy(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'deploy.delete')
  const { rowCount } = await app.db.pool.query('DELETE FROM deploys WHERE id = $1', [input.id])
  if (rowCount === 0) throw new SondeError('not-found', 'there is no such deploy; it may have been deleted already')
}
