import { type Actor, type DeploySource, type DeploySummary, type MarkDeployInput, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { closePairs, openPairs } from './deploy-pairs.ts'
import { seenDeploy } from './get-deploy.ts'
import { readDeploys } from './read-deploys.ts'

/** How long a deploy that was said to have started may be finished without a key. */
const OPEN_FOR = '24 hours'

type Open = { id: string; service: string; version: string; state: string }

/**
 * Writes down that a version of a service went, or begins to go, to hosts. One call (`finished`) or two (`started`, then `finished`):
 * the second one finds the first by its key, or without one by service and version. A repeated call changes nothing. What rules want
 * recorded around it starts, or is planned, in the same transaction.
 *
 * Throws `not-found` for hosts that are not known, `conflict` for a key of another deploy and for one that was dismissed.
 */
export async function markDeploy(
  actor: Actor,
  app: App,
  input: MarkDeployInput,
  source: Exclude<DeploySource, 'noticed'>,
): Promise<DeploySummary> {
  const person = authorize(actor, 'deploy.mark')
  const { id, captures } = await inTransaction(app.db.pool, async (client) => {
    // Two calls about one deploy at once: the later one sees what the earlier one wrote.
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('deploy ' || $1))`, [input.service])
    // A key is one deploy's, whatever service another call names with it.
    if (input.key !== undefined) await client.query(`SELECT pg_advisory_xact_lock(hashtext('deploy key ' || $1))`, [input.key])
    const known = await findKnown(client, input)
    if (known === null) {
      const made = await insertDeploy(client, app.newId(), input, { source, personId: person.userId })
      const opened = await openPairs(client, app, made)
      return { id: made, captures: input.state === 'finished' ? [...opened, ...(await closePairs(client, app, made))] : opened }
    }
    checkSame(known, input)
    if (known.state !== 'started' || input.state !== 'finished') return { id: known.id, captures: [] }
    await client.query(
      `UPDATE deploys SET state = 'finished', finished_at = now(), sha = coalesce(sha, $2), note = coalesce($3, note), url = coalesce(url, $4)
       WHERE id = $1`,
      [known.id, input.sha?.toLowerCase() ?? null, input.note || null, input.url ?? null],
    )
    return { id: known.id, captures: await closePairs(client, app, known.id) }
  })
  for (const capture of captures) await app.bus.announce(capture)
  const [deploy] = await readDeploys(app.db.pool, [id])
  if (!deploy) throw new SondeError('not-found', 'the deploy was deleted meanwhile')
  return seenDeploy(actor, deploy)
}

async function findKnown(client: Queryable, input: MarkDeployInput): Promise<Open | null> {
  const columns = 'SELECT id, service, version, state FROM deploys'
  const { rows } =
    input.key === undefined
      ? await client.query<Open>(
          `${columns} WHERE service = $1 AND version = $2 AND state = 'started' AND at > now() - interval '${OPEN_FOR}'
           ORDER BY at DESC, id DESC LIMIT 1`,
          [input.service, input.version],
        )
      : await client.query<Open>(`${columns} WHERE key = $1`, [input.key])
  return rows[0] ?? null
}

function checkSame(known: Open, input: MarkDeployInput): void {
  if (known.service !== input.service || known.version !== input.version)
    throw new SondeError('conflict', `this key is that of ${known.service} ${known.version}: each deploy needs a key of its own`)
  if (known.state === 'dismissed') throw new SondeError('conflict', 'this deploy was dismissed')
}

async function insertDeploy(
  client: Queryable,
  id: string,
  input: MarkDeployInput,
  by: { source: DeploySource; personId: string },
): Promise<string> {
  const labels = input.labels ?? (input.hosts === undefined ? { service: input.service } : null)
  await client.query(
    `INSERT INTO deploys (id, service, version, sha, state, source, note, url, key, labels, started_at, finished_at, created_by_id)
     VALUES ($1, $2, $3, $4, $5::text, $6, $7, $8, $9, $10, CASE WHEN $5 = 'started' THEN now() END, CASE WHEN $5 = 'finished' THEN now() END, $11)`,
    [
      id,
      input.service,
      input.version,
      input.sha?.toLowerCase() ?? null,
      input.state,
      by.source,
      input.note || null,
      input.url ?? null,
      input.key ?? null,
      labels === null ? null : JSON.stringify(labels),
      by.personId,
    ],
  )
  const hostIds = await resolveHosts(client, labels, input.hosts ?? [])
  await client.query('INSERT INTO deploy_hosts (deploy_id, host_id) SELECT $1, unnest($2::text[])', [id, hostIds])
  // What an agent noticed of the very same rollout is this deploy, not one more.
  await client.query(
    `UPDATE deploys d SET state = 'dismissed', note = 'Marked by its own name a moment later.'
     WHERE state = 'proposed' AND service = $1 AND at > now() - interval '30 minutes'
       AND EXISTS (SELECT FROM deploy_hosts h WHERE h.deploy_id = d.id AND h.host_id = ANY ($2))`,
    [input.service, hostIds],
  )
  return id
}

/** Hosts that have all of the labels, and those named by id or name. */
async function resolveHosts(client: Queryable, labels: Record<string, string> | null, named: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string; name: string }>(
    `SELECT id, name FROM hosts
     WHERE removed_at IS NULL AND (id = ANY ($1) OR name = ANY ($1) OR ($2::jsonb <> '{}' AND labels @> $2::jsonb)) ORDER BY name, id`,
    [named, labels === null ? null : JSON.stringify(labels)],
  )
  const unknown = named.filter((word) => !rows.some((row) => row.id === word || row.name === word))
  if (unknown.length > 0) throw new SondeError('not-found', `no such host: ${unknown.slice(0, 5).join(', ')}`)
  return rows.map((row) => row.id)
}
