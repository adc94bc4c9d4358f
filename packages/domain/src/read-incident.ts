import {
  type Actor,
  compareHref,
  formatCompareView,
  formatViewState,
  type Incident,
  type IncidentItem,
  MAX_INCIDENT_COMMENTS,
  parseCompareView,
  parseComparison,
  parseViewState,
  type TargetState,
} from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { captureState } from './capture-state.ts'
import { mentionedNames, mentionsAsNames } from './comment-mentions.ts'
import { gone, INCIDENT_SQL, type IncidentRow, summaryOfIncident } from './incidents.ts'

type ItemRow = {
  id: string
  kind: 'capture' | 'comparison' | 'note'
  at: Date
  text: string
  title: string
  view: string
  added_at: Date
  added_by_id: string | null
  added_by: string | null
  capture_id: string | null
  capture_title: string | null
  states: TargetState[] | null
  samples: string | null
  syscalls: string | null
}

/** An incident with its timeline, oldest first. Throws `not-found`. */
export async function readIncident(actor: Actor, app: App, input: { id: string }): Promise<Incident> {
  authorize(actor, 'incident.read')
  const { rows } = await app.db.pool.query<IncidentRow>(`${INCIDENT_SQL} WHERE f.id = $1`, [input.id])
  if (!rows[0]) throw gone()
  const items = await app.db.pool.query<ItemRow>(
    `SELECT i.*, u.name AS added_by, c.id AS capture_id, c.title AS capture_title, t.states, t.samples, t.syscalls
     FROM incident_items i
     LEFT JOIN users u ON u.id = i.added_by_id
     LEFT JOIN captures c ON c.id = i.capture_id AND c.deleted_at IS NULL
     LEFT JOIN LATERAL (
       SELECT array_agg(state) AS states, sum((quality->>'samples')::bigint) AS samples, sum((quality->>'syscalls')::bigint) AS syscalls
       FROM targets WHERE capture_id = c.id
     ) t ON true
     WHERE i.incident_id = $1 ORDER BY i.at, i.added_at, i.id`,
    [input.id],
  )
  const captureIds = items.rows.flatMap((row) => row.capture_id ?? [])
  const comments = await readComments(app, [...new Set(captureIds)])
  return {
    ...summaryOfIncident(rows[0]),
    summary: rows[0].summary,
    items: items.rows.map((row) => itemOf(row, comments.get(row.capture_id ?? '') ?? { items: [], more: 0 })),
  }
}

/** The first comments of each capture, by its id. */
async function readComments(app: App, captureIds: readonly string[]): Promise<Map<string, IncidentItem['comments']>> {
  const { rows } = await app.db.pool.query<{ capture_id: string; text: string; at: Date; author: string; all: number }>(
    `SELECT capture_id, text, at, author, "all" FROM (
       SELECT m.capture_id, m.text, m.created_at AS at, u.name AS author, (count(*) OVER (PARTITION BY m.capture_id))::int AS "all",
         row_number() OVER (PARTITION BY m.capture_id ORDER BY m.created_at, m.id) AS place
       FROM comments m JOIN users u ON u.id = m.author_id WHERE m.capture_id = ANY ($1) AND m.deleted_at IS NULL
     ) ranked WHERE place <= $2 ORDER BY place`,
    [captureIds, MAX_INCIDENT_COMMENTS],
  )
  const mentioned = await mentionedNames(
    app.db.pool,
    rows.map((row) => row.text),
  )
  const comments = new Map<string, IncidentItem['comments']>()
  for (const { capture_id, text, at, author, all } of rows) {
    const items = [...(comments.get(capture_id)?.items ?? []), { author, text: mentionsAsNames(text, mentioned(text)), at }]
    comments.set(capture_id, { items, more: all - items.length })
  }
  return comments
}

function itemOf(row: ItemRow, comments: IncidentItem['comments']): IncidentItem {
  return {
    id: row.id,
    kind: row.kind,
    at: row.at,
    text: row.text,
    title: row.title,
    href: hrefOf(row),
    capture:
      row.capture_id === null
        ? null
        : {
            id: row.capture_id,
            title: row.capture_title ?? row.title,
            state: captureState(row.states ?? []),
            hosts: row.states?.length ?? 0,
            samples: Number(row.samples ?? 0),
            syscalls: Number(row.syscalls ?? 0),
          },
    comments,
    addedBy: row.added_by_id === null ? null : { id: row.added_by_id, name: row.added_by ?? '' },
    addedAt: row.added_at,
  }
}

/** Written anew of what was understood, so that no stored text becomes part of a link. */
function hrefOf({ kind, capture_id, view }: ItemRow): string | null {
  if (kind === 'comparison') {
    const query = new URLSearchParams(view)
    const comparison = parseComparison(query)
    return comparison ? compareHref(comparison) + formatCompareView(parseCompareView(query)) : null
  }
  if (capture_id === null) return null
  const query = formatViewState(parseViewState(new URLSearchParams(view)))
  return `/captures/${capture_id}${query ? `?${query}` : ''}`
}
