import { type CaptureReason, FINAL_STATES, hostText, type RuleInput, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { insertCapture } from './insert-capture.ts'
import { hostsCalled, hostsOfRule, type RuleHost } from './rule-hosts.ts'
import { FIRED_TODAY_SQL, RULE_COLUMNS, type RuleRow, ruleInputOf } from './rule-row.ts'
import { actorOfPerson } from './start-capture-as.ts'
import { storableText } from './storable.ts'

/** What pulls a rule's trigger. */
export type FireRequest = {
  /** A sentence without its end: the capture's reason. Cut at 400 characters. */
  cause: string
  /** Names what this is about (a time, an alert, a deploy): the rule starts one capture for it, however often it is told. */
  key: string | null
  /** Only those of the rule's hosts; absent: all of them. */
  hostIds?: readonly string[]
  /** Only those of the rule's hosts that something else calls by these names (hostsCalled). */
  hostNames?: readonly string[]
  /** Kept where it is an http(s) address. */
  url?: string
  deployId?: string
  /** A person tries it: whether it is on, and its cool-down, do not matter; every other bound does. */
  byHand?: boolean
  /** The second of a pair that the rule began, as after a deploy: the cool-down from the first does not matter. */
  sequel?: boolean
}

/** `duplicate`: the rule has answered this key already; `captureId` is what it started then (null: deleted since). */
export type Fired =
  | { outcome: 'started'; captureId: string; message: string }
  | { outcome: 'duplicate'; captureId: string | null; message: string }
  | { outcome: 'skipped' | 'failed'; captureId: null; message: string }

/**
 * Asks a rule to start a capture, as its maker with the role that they have now. Whether it does is decided under a lock on the rule,
 * so that any number of askers keep within its bounds; the answer is part of the rule's history. Throws `not-found`.
 */
export async function startForRule(app: App, ruleId: string, request: FireRequest): Promise<Fired> {
  const fired = await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<RuleRow>(`SELECT ${RULE_COLUMNS} FROM rules r WHERE r.id = $1 FOR UPDATE`, [ruleId])
    if (!rows[0]) throw new SondeError('not-found', 'there is no such rule; it may have been deleted')
    return await fireLocked(client, app, rows[0], request)
  })
  if (fired.outcome === 'started') await app.bus.announce(fired.captureId)
  return fired
}

/** The same in the caller's transaction, which holds the lock on the rule's row; the caller announces the capture after its commit. */
export async function fireLocked(client: Queryable, app: App, row: RuleRow, request: FireRequest): Promise<Fired> {
  const cause = storableText(CAUSE.parse(request.cause))
  const earlier = request.key === null ? null : await firedBefore(client, row.id, request.key)
  if (earlier) return { outcome: 'duplicate', captureId: earlier.captureId, message: 'this rule has started a capture for it already' }
  const rule = ruleInputOf(row)
  const verdict = await decide(client, row, rule, request)
  const hostId = oneHostOf(rule, request)
  if (!verdict.go) {
    await recordRefusal(client, app, row.id, { outcome: verdict.outcome, cause, refusal: verdict.why, hostId })
    return { outcome: verdict.outcome, captureId: null, message: verdict.why }
  }
  const captureId = app.newId()
  const reason: CaptureReason = {
    kind: rule.trigger.kind,
    text:
      verdict.left > 0
        ? `${cause} (${verdict.hosts.length} of ${verdict.hosts.length + verdict.left} online hosts: the rule's most)`
        : cause,
    ruleId: row.id,
    ...(request.deployId === undefined ? {} : { deployId: request.deployId }),
    ...(request.url === undefined || !/^https?:\/\/\S+$/.test(request.url) || !URL.canParse(request.url)
      ? {}
      : { url: request.url.slice(0, 2_000) }),
  }
  const input = { hostIds: verdict.hosts.map((host) => host.id), spec: rule.spec }
  await insertCapture(client, { id: captureId, createdById: row.created_by_id, input, reason })
  await client.query(
    `INSERT INTO rule_firings (id, rule_id, outcome, cause, key, host_id, capture_id) VALUES ($1, $2, 'started', $3, $4, $5, $6)`,
    [app.newId(), row.id, cause, request.key, hostId, captureId],
  )
  await client.query('UPDATE rules SET last_fired_at = now() WHERE id = $1', [row.id])
  return { outcome: 'started', captureId, message: `a capture of ${hostsWords(verdict.hosts)} was started` }
}

const CAUSE = hostText(400)

type Decision = { go: true; hosts: RuleHost[]; left: number } | { go: false; outcome: 'skipped' | 'failed'; why: string }

async function decide(client: Queryable, row: RuleRow, rule: RuleInput, request: FireRequest): Promise<Decision> {
  const skip = (why: string): Decision => ({ go: false, outcome: 'skipped', why })
  if (!rule.enabled && request.byHand !== true) return skip('the rule is off')
  const person = await actorOfPerson(client, row.created_by_id)
  try {
    if (person === null) throw new SondeError('forbidden', 'whoever made this rule has no account any more')
    authorize(person, 'capture.start')
  } catch (error) {
    if (!(error instanceof SondeError)) throw error
    const why = `turned off: the rule acts as ${person?.name ?? 'its maker'}, who may not start captures any more`
    await client.query('UPDATE rules SET enabled = false, disabled_reason = $2, next_due_at = NULL WHERE id = $1', [row.id, why])
    return { go: false, outcome: 'failed', why }
  }
  const hostId = oneHostOf(rule, request)
  const state = await boundsOf(client, row.id, hostId)
  if (state.today >= rule.maxPerDay)
    return skip(`the rule's most is ${rule.maxPerDay === 1 ? '1 capture' : `${rule.maxPerDay} captures`} in 24 hours`)
  if (state.coolingS !== null && state.coolingS < rule.coolDownS && request.byHand !== true && request.sequel !== true)
    return skip(`within the cool-down of ${rule.coolDownS} s${hostId === null ? '' : ' of this host'}`)
  if (state.running) return skip(`the last capture of this rule${hostId === null ? '' : ' on this host'} is still running`)
  const wanted = narrow(await hostsOfRule(client, rule.hosts), request)
  if (wanted.length === 0)
    return skip(
      request.hostNames
        ? `none of the rule's hosts is called ${request.hostNames.slice(0, 5).join(', ').slice(0, 300)}`
        : 'no host matches the rule',
    )
  const online = wanted.filter((host) => host.online)
  if (online.length === 0) return skip(wanted.length === 1 ? 'the host is not connected' : `none of ${wanted.length} hosts is connected`)
  const most = request.byHand === true && rule.trigger.kind === 'threshold' ? 1 : rule.maxHosts
  return { go: true, hosts: online.slice(0, most), left: Math.max(0, online.length - most) }
}

/** A host that trips a threshold is asked about alone: what happens on others neither cools it down nor keeps it waiting. */
const oneHostOf = (rule: RuleInput, request: FireRequest): string | null =>
  rule.trigger.kind === 'threshold' && request.hostIds?.length === 1 ? (request.hostIds[0] ?? null) : null

function narrow(hosts: RuleHost[], { hostIds, hostNames }: FireRequest): RuleHost[] {
  const isCalled = hostNames === undefined ? null : hostsCalled(hostNames)
  const ids = hostIds === undefined ? null : new Set(hostIds)
  return hosts.filter((host) => (ids?.has(host.id) ?? true) && (isCalled?.(host.name) ?? true))
}

async function firedBefore(client: Queryable, ruleId: string, key: string): Promise<{ captureId: string | null } | null> {
  const { rows } = await client.query<{ capture_id: string | null }>(
    'SELECT capture_id FROM rule_firings WHERE rule_id = $1 AND key = $2',
    [ruleId, key],
  )
  return rows[0] ? { captureId: rows[0].capture_id } : null
}

/** `coolingS`: seconds since the last capture, on this host where one is given; null: there was none. */
async function boundsOf(
  client: Queryable,
  ruleId: string,
  hostId: string | null,
): Promise<{ today: number; coolingS: number | null; running: boolean }> {
  const { rows } = await client.query<{ today: number; cooling_s: number | null; running: boolean }>(
    `SELECT ${FIRED_TODAY_SQL} AS today, s.cooling_s, s.running FROM rules r CROSS JOIN LATERAL (
       SELECT extract(epoch FROM now() - max(f.at))::float AS cooling_s,
         coalesce(bool_or(EXISTS (SELECT FROM targets t WHERE t.capture_id = f.capture_id AND t.state <> ALL ($3))), false) AS running
       FROM rule_firings f WHERE f.rule_id = r.id AND f.outcome = 'started' AND f.at > now() - interval '2 days' AND ($2::text IS NULL OR f.host_id = $2)
     ) s WHERE r.id = $1`,
    [ruleId, hostId, FINAL_STATES],
  )
  return { today: rows[0]?.today ?? 0, coolingS: rows[0]?.cooling_s ?? null, running: rows[0]?.running ?? false }
}

/** Rows of a rule's history that are kept at least; what its bounds are counted by is kept for a day in any case. */
const HISTORY_ROWS = 500

/** The same refusal again counts up the row that is there. */
async function recordRefusal(
  client: Queryable,
  app: App,
  ruleId: string,
  firing: { outcome: 'skipped' | 'failed'; cause: string; refusal: string; hostId: string | null },
): Promise<void> {
  const again = await client.query(
    `UPDATE rule_firings SET times = times + 1, last_at = now(), cause = $4
     WHERE id = (SELECT id FROM rule_firings WHERE rule_id = $1 ORDER BY last_at DESC, id LIMIT 1)
       AND outcome = $2 AND refusal = $3 AND host_id IS NOT DISTINCT FROM $5`,
    [ruleId, firing.outcome, firing.refusal, firing.cause, firing.hostId],
  )
  if (again.rowCount === 1) return
  await client.query(
    'INSERT INTO rule_firings (id, rule_id, outcome, cause, refusal, host_id) VALUES ($1, $2, $3, $4, $5, (SELECT id FROM hosts WHERE id = $6))',
    [app.newId(), ruleId, firing.outcome, firing.cause, storableText(firing.refusal), firing.hostId],
  )
  await client.query(
    `DELETE FROM rule_firings WHERE (outcome <> 'started' OR at < now() - interval '1 day') AND id IN (
       SELECT id FROM rule_firings WHERE rule_id = $1 ORDER BY last_at DESC OFFSET ${HISTORY_ROWS})`,
    [ruleId],
  )
}

const hostsWords = (hosts: readonly RuleHost[]): string => (hosts.length === 1 ? (hosts[0]?.name ?? 'a host') : `${hosts.length} hosts`)
