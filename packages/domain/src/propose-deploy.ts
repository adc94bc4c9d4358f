import { labelValueSchema, type NoticedBuild } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { storableJson } from './storable.ts'

/** Hosts that follow within this are part of the same rollout. */
const ROLLOUT_WITHIN = '30 minutes'
/** Proposals that one host may set off in a day: more than any rollout, less than a nuisance. */
const MAX_A_DAY = 20

/**
 * Proposes a deploy of what an agent noticed, in the caller's transaction; or adds the host to the one that is there for the same program
 * and build. Nothing where somebody dismissed it, or marked a deploy of that service on that host a moment ago.
 */
export async function proposeDeploy(
  client: Queryable,
  app: App,
  host: AgentHost,
  noticed: NoticedBuild,
  service: string | null,
): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('noticed ' || $1))`, [`${noticed.name} ${noticed.buildId}`])
  const known = await client.query<{ id: string; state: string }>(
    `SELECT id, state FROM deploys WHERE source = 'noticed' AND at > now() - interval '${ROLLOUT_WITHIN}'
       AND noticed->>'name' = $1 AND noticed->>'buildId' = $2 ORDER BY at DESC, id LIMIT 1`,
    [noticed.name, noticed.buildId],
  )
  const deploy = known.rows[0]
  if (deploy?.state === 'dismissed') return
  if (deploy) {
    await client.query('INSERT INTO deploy_hosts (deploy_id, host_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [deploy.id, host.id])
    return
  }
  const named = [service, noticed.name].find((name) => labelValueSchema.safeParse(name).success) ?? 'unnamed'
  const marked = await client.query(
    `SELECT FROM deploys d JOIN deploy_hosts x ON x.deploy_id = d.id
     WHERE x.host_id = $1 AND d.service = ANY ($2) AND d.state IN ('started', 'finished') AND d.source <> 'noticed'
       AND coalesce(d.finished_at, now()) > now() - interval '${ROLLOUT_WITHIN}' LIMIT 1`,
    [host.id, [named, noticed.name]],
  )
  if (marked.rowCount !== 0) return
  const today = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM deploys WHERE noticed->>'hostId' = $1 AND at > now() - interval '1 day'`,
    [host.id],
  )
  if ((today.rows[0]?.count ?? 0) >= MAX_A_DAY) return
  const id = app.newId()
  await client.query(
    `INSERT INTO deploys (id, service, version, state, source, noticed, started_at) VALUES ($1, $2, $3, 'proposed', 'noticed', $4, now())`,
    [id, named, `build ${noticed.buildId.slice(0, 12)}`, storableJson({ ...noticed, hostId: host.id })],
  )
  await client.query('INSERT INTO deploy_hosts (deploy_id, host_id) VALUES ($1, $2)', [id, host.id])
}
