import { type Actor, type IncidentSummary, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { likePattern } from './like-pattern.ts'

export type IncidentRow = {
  id: string
  title: string
  summary: string
  state: 'open' | 'closed'
  created_at: Date
  created_by_id: string
  created_by: string
  updated_at: Date
  closed_at: Date | null
  captures: number
  comparisons: number
  notes: number
}

/** Incidents `f` as rows, with how much is in each. */
export const INCIDENT_SQL = `SELECT f.*, u.name AS created_by, i.captures, i.comparisons, i.notes
  FROM incidents f JOIN users u ON u.id = f.created_by_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'capture')::int AS captures, count(*) FILTER (WHERE kind = 'comparison')::int AS comparisons,
      count(*) FILTER (WHERE kind = 'note')::int AS notes
    FROM incident_items WHERE incident_id = f.id
  ) i`

export const gone = (): SondeError => new SondeError('not-found', 'there is no such incident; it may have been deleted')

const MOST = 200

/** Open ones first, then by the last change; at most 200, with how many more match. Each word of `search` is in its title, its text or its notes. */
export async function listIncidents(
  actor: Actor,
  app: App,
  input: { search?: string | undefined },
): Promise<{ items: IncidentSummary[]; more: number }> {
  authorize(actor, 'incident.read')
  const words = (input.search ?? '').trim().split(/\s+/).filter(Boolean).slice(0, 10)
  const { rows } = await app.db.pool.query<IncidentRow & { all: number }>(
    `SELECT *, (count(*) OVER ())::int AS "all" FROM (${INCIDENT_SQL}) f
     WHERE NOT EXISTS (
       SELECT FROM unnest($1::text[]) AS word
       WHERE concat_ws(' ', f.title, f.summary, (SELECT string_agg(concat_ws(' ', i.title, i.text), ' ') FROM incident_items i WHERE i.incident_id = f.id)) NOT ILIKE word
     )
     ORDER BY (state = 'open') DESC, updated_at DESC, id LIMIT $2`,
    [words.map(likePattern), MOST],
  )
  return { items: rows.map(summaryOfIncident), more: Math.max(0, (rows[0]?.all ?? 0) - rows.length) }
}

export const summaryOfIncident = (row: IncidentRow): IncidentSummary => ({
  id: row.id,
  title: row.title,
  state: row.state,
  createdAt: row.created_at,
  createdBy: { id: row.created_by_id, name: row.created_by },
  updatedAt: row.updated_at,
  closedAt: row.closed_at,
  captures: row.captures,
  comparisons: row.comparisons,
  notes: row.notes,
})

export async function createIncident(actor: Actor, app: App, input: { title: string }): Promise<{ id: string }> {
  const person = authorize(actor, 'incident.write')
  const id = app.newId()
  await app.db.pool.query('INSERT INTO incidents (id, title, created_by_id) VALUES ($1, $2, $3)', [id, input.title, person.userId])
  return { id }
}

/** Changes what is given. Closing it sets the time; opening it again takes the time away. Throws `not-found`. */
export async function updateIncident(
  actor: Actor,
  app: App,
  input: { id: string; title?: string | undefined; summary?: string | undefined; state?: 'open' | 'closed' | undefined },
): Promise<void> {
  authorize(actor, 'incident.write')
  const { rowCount } = await app.db.pool.query(
    `UPDATE incidents SET title = coalesce($2, title), summary = coalesce($3, summary), state = coalesce($4, state), updated_at = now(),
       closed_at = CASE coalesce($4, state) WHEN 'closed' THEN coalesce(closed_at, now()) END
     WHERE id = $1`,
    [input.id, input.title ?? null, input.summary ?? null, input.state ?? null],
  )
  if (rowCount === 0) throw gone()
}

/** With all that is on its timeline; the captures themselves stay. Throws `not-found`, `forbidden`. */
export async function deleteIncident(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'incident.read')
  const { rows } = await app.db.pool.query<{ created_by_id: string }>('SELECT created_by_id FROM incidents WHERE id = $1', [input.id])
  if (!rows[0]) throw gone()
  authorize(actor, 'incident.delete', { ownerId: rows[0].created_by_id })
  await app.db.pool.query('DELETE FROM incidents WHERE id = $1', [input.id])
}
