import { type Actor, type Comparison, type IncidentItemInput, MAX_INCIDENT_ITEMS, parseComparison, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { gone } from './incidents.ts'
import { storableText } from './storable.ts'

/** Puts something onto an incident's timeline. Throws `not-found` for the incident or a capture, `invalid` for a comparison that is none. */
export async function addIncidentItem(
  actor: Actor,
  app: App,
  input: { incidentId: string; item: IncidentItemInput },
): Promise<{ id: string }> {
  const person = authorize(actor, 'incident.write')
  const { item } = input
  const id = app.newId()
  await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query('UPDATE incidents SET updated_at = now() WHERE id = $1 RETURNING id', [input.incidentId])
    if (!rows[0]) throw gone()
    const { rows: count } = await client.query<{ items: number }>(
      'SELECT count(*)::int AS items FROM incident_items WHERE incident_id = $1',
      [input.incidentId],
    )
    if ((count[0]?.items ?? 0) >= MAX_INCIDENT_ITEMS)
      throw new SondeError('conflict', `an incident holds at most ${MAX_INCIDENT_ITEMS} things; begin another one`)
    const place = await placeOf(client, item)
    await client.query(
      `INSERT INTO incident_items (id, incident_id, kind, at, text, capture_id, view, title, added_by_id)
       VALUES ($1, $2, $3, coalesce($4, now()), $5, $6, $7, $8, $9)`,
      [
        id,
        input.incidentId,
        item.kind,
        place.at,
        storableText(item.text),
        place.captureId,
        item.kind === 'note' ? '' : storableText(item.view),
        place.title,
        person.userId,
      ],
    )
  })
  return { id }
}

type Place = { at: Date | null; captureId: string | null; title: string }

/** Where it stands and what it is called: a capture when its first host began, a comparison now. */
async function placeOf(client: Queryable, item: IncidentItemInput): Promise<Place> {
  if (item.kind === 'note') return { at: item.at ?? null, captureId: null, title: '' }
  if (item.kind === 'capture') {
    const { at, title } = await readCapture(client, item.captureId)
    return { at, captureId: item.captureId, title }
  }
  const comparison: Comparison | null = parseComparison(new URLSearchParams(item.view))
  if (!comparison) throw new SondeError('invalid', 'this is not the link of a comparison')
  const [a, b] = [await readCapture(client, comparison.a.capture), await readCapture(client, comparison.b.capture)]
  return { at: null, captureId: null, title: a.title === b.title ? a.title : `${a.title} → ${b.title}` }
}

async function readCapture(client: Queryable, id: string): Promise<{ title: string; at: Date }> {
  const { rows } = await client.query<{ title: string; at: Date }>(
    `SELECT c.title, coalesce((SELECT min(started_at) FROM targets t WHERE t.capture_id = c.id), c.created_at) AS at
     FROM captures c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [id],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  return rows[0]
}

/** Another text, another place on the timeline. Throws `not-found`, and `invalid` for a note without text. */
export async function updateIncidentItem(
  actor: Actor,
  app: App,
  input: { id: string; text: string; at?: Date | undefined },
): Promise<void> {
  authorize(actor, 'incident.write')
  await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ kind: string; incident_id: string }>(
      'UPDATE incident_items SET text = $2, at = coalesce($3, at) WHERE id = $1 RETURNING kind, incident_id',
      [input.id, storableText(input.text), input.at ?? null],
    )
    if (!rows[0]) throw itemGone()
    if (rows[0].kind === 'note' && input.text.trim() === '') throw new SondeError('invalid', 'a note has a text; take it away instead')
    await client.query('UPDATE incidents SET updated_at = now() WHERE id = $1', [rows[0].incident_id])
  })
}

/** Takes it off the timeline; the capture itself stays. Throws `not-found`. */
export async function removeIncidentItem(actor: Actor, app: App, input: { id: string }): Promise<void> {
  authorize(actor, 'incident.write')
  await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ incident_id: string }>('DELETE FROM incident_items WHERE id = $1 RETURNING incident_id', [
      input.id,
    ])
    if (!rows[0]) throw itemGone()
    await client.query('UPDATE incidents SET updated_at = now() WHERE id = $1', [rows[0].incident_id])
  })
}

const itemGone = (): SondeError => new SondeError('not-found', 'it is not on the timeline any more')
