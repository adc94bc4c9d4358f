import { setTimeout as sleep } from 'node:timers/promises'
import type { CaptureSpec } from '@sonde/contract'
import {
  type Actor,
  type HostQuery,
  hostQuerySchema,
  type PlanPreview,
  type ProcessList,
  type QueryAnswer,
  queryAnswerSchema,
  SondeError,
} from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { HOST_ONLINE_SQL } from './host-view.ts'

/** How long a person waits for a live agent, ms. */
export const ASK_TIMEOUT_MS = 8_000
/** How often the answer is looked for: an index look-up each. */
const LOOK_MS = { first: 40, max: 200 } as const

export type HostAnswer = { hostId: string; hostName: string } & ({ answer: QueryAnswer } | { failure: 'host-offline' | 'timeout' })

/** The host's processes, now, from its live agent. Throws `not-found`, `host-offline` (at once), `timeout` (after 8 s), `unprocessable`. */
export async function askProcesses(actor: Actor, app: App, input: { hostId: string }): Promise<ProcessList> {
  authorize(actor, 'host.ask')
  const [result] = await askHosts(app, [input.hostId], { kind: 'processes' })
  if (!result || 'failure' in result) throw failureOf(result?.failure ?? 'timeout', result?.hostName ?? 'the host')
  if (result.answer.kind === 'processes') return result.answer.processes
  throw new SondeError(
    'unprocessable',
    result.answer.kind === 'error' ? result.answer.message : 'the host gave another answer than asked for',
  )
}

/** What each host would run for this spec, word for word, or why it would not. Throws `not-found`; a host that cannot answer says so in its row. */
export async function previewCapture(
  actor: Actor,
  app: App,
  input: { hostIds: string[]; spec: CaptureSpec },
): Promise<Array<{ hostId: string; hostName: string; preview: PlanPreview }>> {
  authorize(actor, 'host.ask')
  const results = await askHosts(app, [...new Set(input.hostIds)], { kind: 'plan', spec: input.spec })
  return results.map((result) => ({ hostId: result.hostId, hostName: result.hostName, preview: previewOf(result) }))
}

function previewOf(result: HostAnswer): PlanPreview {
  if ('failure' in result) return { ok: false, reason: result.failure, message: failureOf(result.failure, result.hostName).message }
  if (result.answer.kind === 'plan') return result.answer.preview
  const message = result.answer.kind === 'error' ? result.answer.message : 'the host gave another answer than asked for'
  return { ok: false, reason: 'internal', message }
}

/** What a person is told about a host that did not answer. */
export function failureOf(failure: 'host-offline' | 'timeout', hostName: string, timeoutMs = ASK_TIMEOUT_MS): SondeError {
  if (failure === 'host-offline') return new SondeError('host-offline', `${hostName} is not connected`)
  return new SondeError('timeout', `${hostName} did not answer within ${timeoutMs / 1000} s`)
}

/** Asks several live agents the same thing and waits for all, in the order given. Throws `not-found` for an unknown host. */
export async function askHosts(app: App, hostIds: string[], query: HostQuery, timeoutMs = ASK_TIMEOUT_MS): Promise<HostAnswer[]> {
  const { rows: hosts } = await app.db.pool.query<{ id: string; name: string; online: boolean }>(
    `SELECT id, name, ${HOST_ONLINE_SQL} AS online FROM hosts WHERE id = ANY ($1) AND removed_at IS NULL`,
    [hostIds],
  )
  const byId = new Map(hosts.map((host) => [host.id, host]))
  const queryOf = new Map<string, string>()
  for (const hostId of hostIds) {
    const host = byId.get(hostId)
    if (!host) throw new SondeError('not-found', `no such host: ${hostId}`)
    if (host.online) queryOf.set(hostId, app.newId())
  }
  const answers = queryOf.size > 0 ? await waitForAnswers(app, queryOf, query, timeoutMs) : new Map<string, QueryAnswer>()
  return hostIds.map((hostId) => {
    const name = { hostId, hostName: byId.get(hostId)?.name ?? '' }
    const queryId = queryOf.get(hostId)
    if (queryId === undefined) return { ...name, failure: 'host-offline' }
    const answer = answers.get(queryId)
    return answer ? { ...name, answer } : { ...name, failure: 'timeout' }
  })
}

async function waitForAnswers(
  app: App,
  queryOf: ReadonlyMap<string, string>,
  query: HostQuery,
  timeoutMs: number,
): Promise<Map<string, QueryAnswer>> {
  const ids = [...queryOf.values()]
  await app.db.pool.query(
    `INSERT INTO host_queries (id, host_id, query, expires_at)
     SELECT id, host_id, $3::jsonb, now() + $4 * interval '1 ms' FROM unnest($1::text[], $2::text[]) AS asked (id, host_id)`,
    [ids, [...queryOf.keys()], JSON.stringify(hostQuerySchema.parse(query)), timeoutMs],
  )
  await app.bus.announce(ids[0] ?? '')
  const answers = new Map<string, QueryAnswer>()
  const until = performance.now() + timeoutMs
  for (
    let waitMs: number = LOOK_MS.first;
    answers.size < ids.length && performance.now() < until;
    waitMs = Math.min(waitMs * 1.5, LOOK_MS.max)
  ) {
    await sleep(waitMs)
    // Answers are read when their row is deleted: a row whose asker went away is removed by the reaper.
    const { rows } = await app.db.pool.query<{ id: string; answer: unknown }>(
      'DELETE FROM host_queries WHERE id = ANY ($1) AND answered_at IS NOT NULL RETURNING id, answer',
      [ids.filter((id) => !answers.has(id))],
    )
    for (const row of rows) answers.set(row.id, queryAnswerSchema.parse(row.answer))
  }
  return answers
}
