import { type AgentCommand, captureSpecSchema, FINAL_STATES, hostQuerySchema, type TargetRef } from '@sonde/contract'
import type { AgentHost } from './agent-host.ts'
import type { App } from './app.ts'
import { ACTIVE_STATES, PATIENCE_MS } from './target-transitions.ts'
import { transitionTargets } from './transition-target.ts'

/** Commands in one answer to a poll, of each kind, at most. */
const BATCH = 20
/** A cancel is repeated this often until the agent has ended the target. */
const REPEAT_CANCEL = "interval '3 s'"

/**
 * What a host is to do now: queued targets (which become offered to it), cancels, questions. Each is handed out by one
 * statement that marks it, so two gateways never hand out the same one; one whose answer gets lost is handed out again (a
 * target when its offer is not accepted in time, a cancel after 3 s, a question never: whoever asked does not wait that long).
 */
export async function claimWork(host: AgentHost, app: App): Promise<AgentCommand[]> {
  const { pool } = app.db
  const offered = await transitionTargets(pool, 'offer', {
    sql: `(capture_id, host_id) IN (
      SELECT capture_id, host_id FROM targets WHERE host_id = $1 AND state = 'queued' ORDER BY queued_at, capture_id LIMIT ${BATCH}
      FOR UPDATE SKIP LOCKED)`,
    values: [host.id],
  })
  const specs = await readSpecs(
    app,
    offered.map((target) => target.captureId),
  )
  const cancels = await pool.query<{ captureId: string; attempt: number }>(
    `UPDATE targets SET cancel_sent_at = now()
     WHERE host_id = $1 AND state = ANY ($2) AND cancel_requested_at IS NOT NULL
       AND (cancel_sent_at IS NULL OR cancel_sent_at < now() - ${REPEAT_CANCEL})
     RETURNING capture_id AS "captureId", attempt`,
    [host.id, ACTIVE_STATES],
  )
  const queries = await pool.query<{ id: string; query: unknown }>(
    `UPDATE host_queries SET sent_at = now() WHERE id IN (
       SELECT id FROM host_queries WHERE host_id = $1 AND sent_at IS NULL AND expires_at > now() ORDER BY created_at LIMIT ${BATCH}
       FOR UPDATE SKIP LOCKED)
     RETURNING id, query`,
    [host.id],
  )
  const commands: AgentCommand[] = []
  for (const target of cancels.rows) commands.push({ type: 'cancel', target })
  for (const { captureId, attempt } of offered) {
    const spec = specs.get(captureId)
    if (spec !== undefined) commands.push({ type: 'start', target: { captureId, attempt }, spec: captureSpecSchema.parse(spec) })
  }
  for (const { id, query } of queries.rows) commands.push({ type: 'query', queryId: id, query: hostQuerySchema.parse(query) })
  return commands
}

async function readSpecs(app: App, captureIds: string[]): Promise<Map<string, unknown>> {
  if (captureIds.length === 0) return new Map()
  const { rows } = await app.db.pool.query<{ id: string; spec: unknown }>('SELECT id, spec FROM captures WHERE id = ANY ($1)', [captureIds])
  return new Map(rows.map((row) => [row.id, row.spec]))
}

/**
 * The agent says what it works on. Leases of those are extended, within bounds: it is alive. Returned are the ones that it
 * should stop: they are gone, or ended here. Not `lost` ones: from an agent that is back, a late result is welcome.
 */
export async function reportActive(host: AgentHost, app: App, active: readonly TargetRef[]): Promise<TargetRef[]> {
  if (active.length === 0) return []
  const refs = [host.id, active.map((ref) => ref.captureId), active.map((ref) => ref.attempt)]
  await app.db.pool.query(
    `UPDATE targets t SET lease_until = GREATEST(lease_until, LEAST(
       now() + interval '${2 * PATIENCE_MS.lease} ms',
       accepted_at + 2 * (SELECT (spec->>'durationMs')::int FROM captures c WHERE c.id = t.capture_id) * interval '1 ms'
         + interval '${PATIENCE_MS.extension} ms'))
     FROM unnest($2::text[], $3::int[]) AS active (capture_id, attempt)
     WHERE t.host_id = $1 AND t.capture_id = active.capture_id AND t.attempt = active.attempt
       AND t.state = ANY ($4) AND t.cancel_requested_at IS NULL`,
    [...refs, ACTIVE_STATES],
  )
  const { rows } = await app.db.pool.query<TargetRef>(
    `SELECT active.capture_id AS "captureId", active.attempt
     FROM unnest($2::text[], $3::int[]) AS active (capture_id, attempt)
     LEFT JOIN targets t ON t.host_id = $1 AND t.capture_id = active.capture_id AND t.attempt = active.attempt
     WHERE t.state IS NULL OR t.state = ANY ($4)`,
    [...refs, FINAL_STATES.filter((state) => state !== 'lost' && state !== 'done')],
  )
  return rows
}

/** Which of these hosts have something to do: what a gateway asks after each announcement, once for all that wait. */
export async function hostsWithWork(app: App, hostIds: readonly string[]): Promise<string[]> {
  if (hostIds.length === 0) return []
  const { rows } = await app.db.pool.query<{ id: string }>(
    // Qualified: a bare `id` inside the second EXISTS would be the question's own.
    `SELECT host.id FROM unnest($1::text[]) AS host (id)
     WHERE EXISTS (SELECT FROM targets t WHERE t.host_id = host.id AND (t.state = 'queued' OR (t.state = ANY ($2)
         AND t.cancel_requested_at IS NOT NULL AND (t.cancel_sent_at IS NULL OR t.cancel_sent_at < now() - ${REPEAT_CANCEL}))))
       OR EXISTS (SELECT FROM host_queries q WHERE q.host_id = host.id AND q.sent_at IS NULL AND q.expires_at > now())`,
    [hostIds, ACTIVE_STATES],
  )
  return rows.map((row) => row.id)
}
