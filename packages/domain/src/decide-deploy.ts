import { type Actor, type DecideDeployInput, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { closePairs, openPairs } from './deploy-pairs.ts'

/**
 * Says of what an agent noticed that it was a deploy, by which name and version, or that it was none. A confirmed one is finished since
 * it was noticed; rules are asked as for any other. Throws `not-found`, and `conflict` where somebody has decided already.
 */
export async function decideDeploy(actor: Actor, app: App, input: DecideDeployInput): Promise<void> {
  const person = authorize(actor, 'deploy.decide')
  const captures = await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ state: string }>('SELECT state FROM deploys WHERE id = $1 FOR UPDATE', [input.id])
    const state = rows[0]?.state
    if (state === undefined) throw new SondeError('not-found', 'there is no such deploy; it may have been deleted')
    if (state !== 'proposed') throw new SondeError('conflict', 'somebody has decided about this one already')
    if (input.decision === 'dismiss') {
      await client.query(`UPDATE deploys SET state = 'dismissed', created_by_id = $2 WHERE id = $1`, [input.id, person.userId])
      return []
    }
    await client.query(
      `UPDATE deploys SET state = 'finished', finished_at = at, created_by_id = $2, service = coalesce($3, service), version = coalesce($4, version)
       WHERE id = $1`,
      [input.id, person.userId, input.service ?? null, input.version ?? null],
    )
    return [...(await openPairs(client, app, input.id)), ...(await closePairs(client, app, input.id))]
  })
  for (const id of captures) await app.bus.announce(id)
}
