import type { Actor, DeploySummary, ListDeploysInput } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { seenDeploy } from './get-deploy.ts'
import { readDeploys } from './read-deploys.ts'
import { readTimeCursor, writeTimeCursor } from './time-cursor.ts'

/**
 * Newest first, `limit` at a time (1–100), of one service or state, from a time (included) to another (not included); without states,
 * all but the dismissed ones. `nextCursor` is null on the last page.
 */
export async function listDeploys(
  actor: Actor,
  app: App,
  input: ListDeploysInput,
): Promise<{ items: DeploySummary[]; nextCursor: string | null }> {
  authorize(actor, 'deploy.read')
  const limit = input.limit ?? 30
  const after = input.cursor === undefined ? null : readTimeCursor(input.cursor)
  const { rows } = await app.db.pool.query<{ id: string; at: Date }>(
    `SELECT id, at FROM deploys
     WHERE state = ANY ($1) AND ($2::text IS NULL OR service = $2) AND ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at < $4)
       AND ($5::timestamptz IS NULL OR (at, id) < ($5::timestamptz, $6::text))
     ORDER BY at DESC, id DESC LIMIT $7`,
    [
      input.states ?? ['proposed', 'started', 'finished'],
      input.service ?? null,
      input.from ?? null,
      input.to ?? null,
      after?.at ?? null,
      after?.id ?? '',
      limit + 1,
    ],
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const items = await readDeploys(
    app.db.pool,
    page.map((row) => row.id),
  )
  return {
    items: items.map((deploy) => seenDeploy(actor, deploy)),
    nextCursor: rows.length > limit && last ? writeTimeCursor(last.at, last.id) : null,
  }
}

/** Names of services that deploys are known of, for a filter; at most 500. */
export async function listDeployedServices(actor: Actor, app: App): Promise<string[]> {
  authorize(actor, 'deploy.read')
  const { rows } = await app.db.pool.query<{ service: string }>(
    `SELECT service FROM deploys WHERE state <> 'dismissed' GROUP BY service ORDER BY service LIMIT 500`,
  )
  return rows.map((row) => row.service)
}
