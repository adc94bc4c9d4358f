import type { HostBuilds } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { proposeDeploy } from './propose-deploy.ts'
import { storableText } from './storable.ts'

/** How long an old and a new build may run side by side and still be a rollout: longer, and they are two programs of one name. */
const ROLLOUT_WITHIN = '24 hours'
/** Builds that are gone are known for so long, so that going back to one is a deploy, too. */
const KEEP_GONE = '30 days'
const MAX_ROWS = 2_000

type Row = { name: string; path: string; build_id: string; gone_at: Date | null }

/**
 * What an agent says of the builds that run on its host. A build is new there when the same program (name and path) ran as another one
 * before; a deploy is proposed once an older build has gone. The first sight of a program is none, and neither is its return as it was.
 */
export async function recordBuilds(host: AgentHost, app: App, { builds }: HostBuilds): Promise<void> {
  const sent = [
    ...new Map(
      builds.map((build) => {
        const [name, path] = [storableText(build.name), storableText(build.path)]
        return [
          `${name}\0${path}\0${build.buildId}`,
          { ...build, name, path, service: build.service === null ? null : storableText(build.service) },
        ]
      }),
    ).values(),
  ]
  await inTransaction(app.db.pool, async (client) => {
    await client.query('SELECT FROM hosts WHERE id = $1 FOR UPDATE', [host.id])
    const { rows } = await client.query<Row>('SELECT name, path, build_id, gone_at FROM host_builds WHERE host_id = $1', [host.id])
    const arrived = sent.filter((build) => isNew(build, rows)).map((build) => key(build.name, build.path, build.buildId))
    await client.query(
      `INSERT INTO host_builds (host_id, name, path, build_id, service, processes, pending)
       SELECT $1, name, path, build_id, service, processes, concat_ws(E'\\x01', name, path, build_id) = ANY ($7)
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) AS sent (name, path, build_id, service, processes)
       ON CONFLICT (host_id, name, path, build_id) DO UPDATE SET service = excluded.service, processes = excluded.processes,
         seen_at = CASE WHEN host_builds.gone_at IS NULL THEN host_builds.seen_at ELSE now() END,
         pending = excluded.pending OR (host_builds.pending AND host_builds.gone_at IS NULL), gone_at = NULL`,
      [
        host.id,
        sent.map((build) => build.name),
        sent.map((build) => build.path),
        sent.map((build) => build.buildId),
        sent.map((build) => build.service),
        sent.map((build) => build.processes),
        arrived,
      ],
    )
    await client.query(
      `UPDATE host_builds SET gone_at = now(), pending = false
       WHERE host_id = $1 AND gone_at IS NULL AND NOT concat_ws(E'\\x01', name, path, build_id) = ANY ($2)`,
      [host.id, sent.map((build) => key(build.name, build.path, build.buildId))],
    )
    await client.query(
      `DELETE FROM host_builds WHERE host_id = $1 AND gone_at IS NOT NULL AND (gone_at < now() - interval '${KEEP_GONE}' OR (name, path, build_id) IN (
         SELECT name, path, build_id FROM host_builds WHERE host_id = $1 ORDER BY gone_at DESC NULLS FIRST OFFSET ${MAX_ROWS}))`,
      [host.id],
    )
    await proposeReplaced(client, app, host)
  })
}

const key = (name: string, path: string, buildId: string): string => `${name}\x01${path}\x01${buildId}`

/** Whether this build took the place of another one: the program is known here, and what ran last was not this build. */
function isNew(build: { name: string; path: string; buildId: string }, rows: readonly Row[]): boolean {
  const lastSeen = (row: Row) => row.gone_at?.getTime() ?? Number.POSITIVE_INFINITY
  const known = rows.filter((row) => row.name === build.name && row.path === build.path)
  const own = known.find((row) => row.build_id === build.buildId)
  const others = known.filter((row) => row !== own)
  if (others.length === 0) return false
  return own === undefined || (own.gone_at !== null && others.some((row) => lastSeen(row) > lastSeen(own)))
}

/**
 * Builds that waited for an older one to go: it went since they came, or none was running when they did. Each proposal locks its program
 * and build: in one order on all hosts, since a fleet that is upgraded tells of many at the same moment.
 */
async function proposeReplaced(client: Queryable, app: App, host: AgentHost): Promise<void> {
  await client.query(
    `UPDATE host_builds SET pending = false WHERE host_id = $1 AND pending AND seen_at < now() - interval '${ROLLOUT_WITHIN}'`,
    [host.id],
  )
  const replaced = await client.query<{ name: string; path: string; build_id: string; service: string | null; previous: string }>(
    `SELECT b.name, b.path, b.build_id, b.service, o.build_id AS previous FROM host_builds b
     CROSS JOIN LATERAL (SELECT build_id, gone_at FROM host_builds o WHERE o.host_id = b.host_id AND o.name = b.name AND o.path = b.path
       AND o.build_id <> b.build_id AND o.gone_at IS NOT NULL ORDER BY o.gone_at DESC, o.build_id LIMIT 1) o
     WHERE b.host_id = $1 AND b.pending AND (o.gone_at >= b.seen_at OR NOT EXISTS (SELECT FROM host_builds r
       WHERE r.host_id = b.host_id AND r.name = b.name AND r.path = b.path AND r.build_id <> b.build_id AND r.gone_at IS NULL))
     ORDER BY b.name, b.build_id, b.path`,
    [host.id],
  )
  for (const row of replaced.rows) {
    const noticed = { name: row.name, path: row.path, buildId: row.build_id, previousBuildId: row.previous }
    await proposeDeploy(client, app, host, noticed, row.service)
    await client.query('UPDATE host_builds SET pending = false WHERE host_id = $1 AND name = $2 AND path = $3 AND build_id = $4', [
      host.id,
      row.name,
      row.path,
      row.build_id,
    ])
  }
}
