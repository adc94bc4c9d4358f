import { type Actor, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { requestCancel } from './cancel-capture.ts'

/**
 * Takes a host off the list and its token away, and cancels what runs there. Its captures stay, with its name. An agent that
 * enrols again brings it back. Throws `not-found`.
 */
export async function removeHost(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'host.remove')
  await inTransaction(app.db.pool, async (client) => {
    const { rowCount } = await client.query(
      'UPDATE hosts SET removed_at = now(), agent_token_hash = NULL WHERE id = $1 AND removed_at IS NULL',
      [input.id],
    )
    if (rowCount === 0) throw new SondeError('not-found', 'there is no such host; it may have been removed already')
    await requestCancel(client, { sql: 'host_id = $1', values: [input.id] })
  })
}
