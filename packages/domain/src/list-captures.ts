import {
  type Actor,
  type CaptureSummary,
  captureReasonSchema,
  captureSourceSchema,
  type FoundTerm,
  MAX_SEARCH_TERMS,
  parseCaptureSearch,
  SondeError,
  storedSpecSchema,
  type TargetState,
  targetStateSchema,
} from '@sonde/contract'
import { z } from 'zod'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { captureEndedAt, captureState } from './capture-state.ts'
import { readFoundTerms } from './found-terms.ts'
import { searchCondition } from './search-conditions.ts'
import { readTimeCursor, writeTimeCursor } from './time-cursor.ts'

type Row = {
  id: string
  title: string
  spec: unknown
  source: unknown
  reason: unknown
  created_at: Date
  created_by_id: string
  created_by: string
  samples: string
  syscalls: string
  hits: string
  bytes: string
  hosts: unknown
  tags: string[]
}

const hostsSchema = z.array(z.object({ id: z.string(), name: z.string(), state: targetStateSchema, endedAt: z.coerce.date().nullable() }))

/**
 * Newest first, `limit` at a time (1–100); `nextCursor` is null on the last page. Each term of `search` must hold
 * (`search-conditions.ts` says what it looks at).
 */
export async function listCaptures(
  actor: Actor,
  app: App,
  input: { cursor?: string | undefined; limit?: number | undefined; search?: string | undefined },
): Promise<{ items: CaptureSummary[]; nextCursor: string | null }> {
  authorize(actor, 'capture.read')
  const limit = input.limit ?? 30
  const after = input.cursor === undefined ? null : readTimeCursor(input.cursor)
  const terms = parseCaptureSearch(input.search ?? '')
  if (terms.length > MAX_SEARCH_TERMS) throw new SondeError('invalid', `a search has at most ${MAX_SEARCH_TERMS} words`)
  // Whether something is found says what stands there: who may not read notes or deploys finds nothing by them.
  for (const { field } of terms)
    if (field === 'note' || field === 'deploy') authorize(actor, field === 'note' ? 'comment.read' : 'deploy.read')
  const values: unknown[] = [after?.at ?? null, after?.id ?? '', limit + 1]
  const conditions = terms.map((term) => ` AND ${searchCondition(term, (value) => `$${values.push(value)}`)}`)
  const { rows } = await app.db.pool.query<Row>(
    `SELECT c.id, c.title, c.spec, c.source, c.reason, c.created_at, c.created_by_id, u.name AS created_by, t.hosts, t.samples, t.syscalls, t.hits, t.bytes,
       array(SELECT tag FROM capture_tags g WHERE g.capture_id = c.id ORDER BY tag) AS tags
     FROM captures c
     JOIN users u ON u.id = c.created_by_id
     CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'name', h.name, 'state', t.state, 'endedAt', t.ended_at) ORDER BY h.name, h.id), '[]') AS hosts,
         string_agg(h.name, ' ') AS names,
         coalesce(sum((t.quality->>'samples')::bigint), 0) AS samples,
         coalesce(sum((t.quality->>'syscalls')::bigint), 0) AS syscalls,
         coalesce(sum((t.quality->>'hits')::bigint), 0) AS hits,
         coalesce(sum(t.stored_bytes), 0) AS bytes
       FROM targets t JOIN hosts h ON h.id = t.host_id WHERE t.capture_id = c.id
     ) t
     WHERE c.deleted_at IS NULL AND ($1::timestamptz IS NULL OR (c.created_at, c.id) < ($1::timestamptz, $2::text))${conditions.join('')}
     ORDER BY c.created_at DESC, c.id DESC LIMIT $3`,
    values,
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const found = await readFoundTerms(
    app,
    page.map((row) => row.id),
    terms,
  )
  return {
    items: page.map((row) => summaryOf(row, found.get(row.id) ?? [])),
    nextCursor: rows.length > limit && last ? writeTimeCursor(last.created_at, last.id) : null,
  }
}

function summaryOf(row: Row, found: FoundTerm[]): CaptureSummary {
  const hosts = hostsSchema.parse(row.hosts)
  const states: TargetState[] = hosts.map((h) => h.state)
  return {
    id: row.id,
    title: row.title,
    spec: storedSpecSchema.parse(row.spec),
    source: captureSourceSchema.nullable().parse(row.source),
    reason: captureReasonSchema.nullable().parse(row.reason),
    state: captureState(states),
    createdAt: row.created_at,
    createdBy: { id: row.created_by_id, name: row.created_by },
    endedAt: captureEndedAt(hosts),
    hosts: hosts.map(({ id, name, state }) => ({ id, name, state })),
    samples: Number(row.samples),
    syscalls: Number(row.syscalls),
    hits: Number(row.hits),
    bytes: Number(row.bytes),
    tags: row.tags,
    found,
  }
}
