import { type Actor, type RecordDeployInput, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { specTitle } from './default-title.ts'
import { closePairs, openPairByHand } from './deploy-pairs.ts'

/**
 * Records a deploy by hand, in the name of who asks. One that is going on: a capture now, and one after it. One that is over: a capture
 * after it, beside the newest before it with the same settings and hosts. Throws `not-found`; `conflict` without hosts, and for one that
 * nobody has confirmed.
 */
export async function recordDeploy(actor: Actor, app: App, input: RecordDeployInput): Promise<void> {
  const person = authorize(actor, 'capture.start')
  const captures = await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ state: string; host_ids: string[] }>(
      `SELECT state, ARRAY(SELECT h.id FROM deploy_hosts x JOIN hosts h ON h.id = x.host_id
         WHERE x.deploy_id = d.id AND h.removed_at IS NULL ORDER BY h.name, h.id) AS host_ids
       FROM deploys d WHERE id = $1 FOR UPDATE`,
      [input.id],
    )
    const deploy = rows[0]
    if (!deploy) throw new SondeError('not-found', 'there is no such deploy; it may have been deleted')
    if (deploy.state !== 'started' && deploy.state !== 'finished') throw new SondeError('conflict', 'confirm first that this was a deploy')
    if (deploy.host_ids.length === 0) throw new SondeError('conflict', 'this deploy has no hosts to record on')
    const { pairId, captures: opened } = await openPairByHand(client, app, input.id, {
      ruleId: null,
      personId: person.userId,
      title: specTitle(input.spec),
      spec: input.spec,
      hostIds: deploy.host_ids,
      warmUpMs: input.warmUpMs,
    })
    // Of this pair alone: another one may wait for a capture that somebody wants to pick.
    return deploy.state === 'finished' ? [...opened, ...(await closePairs(client, app, input.id, pairId))] : opened
  })
  for (const id of captures) await app.bus.announce(id)
}
