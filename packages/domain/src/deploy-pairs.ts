import { type CaptureReason, type CaptureSpec, FINAL_STATES, SondeError } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { fireDeployRule, matchingDeployRules, type RecordingRule } from './deploy-recording-rules.ts'
import { insertCapture } from './insert-capture.ts'
import { actorOfPerson } from './start-capture-as.ts'

/** How far back a capture may lie that counts as the one before a deploy. */
const BEFORE_WITHIN = '24 hours'
/** Hosts of one capture. */
const MAX_HOSTS = 500

type Deploy = { id: string; service: string; version: string; state: string; happened_at: Date; host_ids: string[] }

/** A pair that is to be made: by a rule, or by a person on the page (`ruleId` null). */
export type PairPlan = Omit<RecordingRule, 'id' | 'name'> & { ruleId: string | null; title: string }

/**
 * Makes a pair for each rule that this deploy sets off, in the caller's transaction. Of a deploy that begins, the capture before it
 * starts now; of one that is over, it is the newest that is like it. Returns the captures that were started, to be announced.
 */
export async function openPairs(client: Queryable, app: App, deployId: string): Promise<string[]> {
  const deploy = await readDeploy(client, deployId)
  const rules = await matchingDeployRules(client, { service: deploy.service, hostIds: deploy.host_ids })
  const captures: string[] = []
  for (const { id, name, ...rule } of rules) captures.push(...(await openPair(client, app, deploy, { ...rule, ruleId: id, title: name })))
  return captures
}

/** The same for one that a person asks for. */
export async function openPairByHand(
  client: Queryable,
  app: App,
  deployId: string,
  plan: PairPlan,
): Promise<{ pairId: string; captures: string[] }> {
  const pairId = app.newId()
  return { pairId, captures: await openPair(client, app, await readDeploy(client, deployId), plan, pairId) }
}

async function openPair(client: Queryable, app: App, deploy: Deploy, plan: PairPlan, id = app.newId()): Promise<string[]> {
  const hostIds = plan.hostIds.slice(0, MAX_HOSTS)
  const { rowCount } = await client.query(
    `INSERT INTO deploy_pairs (id, deploy_id, rule_id, person_id, title, spec, warm_up_ms, host_ids)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (deploy_id, rule_id) DO NOTHING`,
    [id, deploy.id, plan.ruleId, plan.personId, plan.title, JSON.stringify(plan.spec), plan.warmUpMs, hostIds],
  )
  if (rowCount === 0) return []
  if (deploy.state !== 'started') {
    const before = await findBefore(client, plan.spec, hostIds, deploy.happened_at)
    const note = before === null ? NO_BEFORE : null
    await client.query('UPDATE deploy_pairs SET before_capture_id = $2, before_note = $3 WHERE id = $1', [id, before, note])
    return []
  }
  const { captureId, note } = await startSide(client, app, id, 'before')
  await client.query('UPDATE deploy_pairs SET before_capture_id = $2, before_note = $3 WHERE id = $1', [id, captureId, note])
  return captureId === null ? [] : [captureId]
}

const NO_BEFORE =
  'No finished capture with these settings on these hosts in the 24 hours before. Post a “started” marker before the rollout, and it is recorded then.'

/** The deploy is over: the captures after it, or that of one pair, are due when their warm-up is. Those that have none to wait for start at once. */
export async function closePairs(client: Queryable, app: App, deployId: string, pairId?: string): Promise<string[]> {
  await client.query(
    `UPDATE deploy_pairs p SET after_due_at = greatest(now(), d.finished_at + p.warm_up_ms * interval '1 ms')
     FROM deploys d WHERE d.id = p.deploy_id AND p.deploy_id = $1 AND ($2::text IS NULL OR p.id = $2) AND p.spec IS NOT NULL
       AND p.after_due_at IS NULL AND p.after_capture_id IS NULL AND p.after_note IS NULL`,
    [deployId, pairId ?? null],
  )
  return await startDueSides(client, app, { deployId, ...(pairId === undefined ? {} : { pairId }) })
}

/**
 * Starts what is due: each row is taken and marked in the caller's transaction, so that it starts once, whoever else looks, and not at
 * all when the transaction fails. Waits for the capture before it to end: two at once on a host would measure each other.
 */
export async function startDueSides(client: Queryable, app: App, only: { deployId?: string; pairId?: string }): Promise<string[]> {
  // Stored times are rounded to the millisecond, up as well as down.
  const { rows } = await client.query<{ id: string }>(
    `SELECT p.id FROM deploy_pairs p WHERE p.after_due_at <= now() + interval '1 ms' AND ($1::text IS NULL OR p.deploy_id = $1) AND ($3::text IS NULL OR p.id = $3)
       AND NOT EXISTS (SELECT FROM targets t WHERE t.capture_id = p.before_capture_id AND NOT t.state = ANY ($2))
     ORDER BY p.after_due_at LIMIT 20 FOR UPDATE SKIP LOCKED`,
    [only.deployId ?? null, FINAL_STATES, only.pairId ?? null],
  )
  // In the order of matchingDeployRules: a deploy of another service at the same moment waits for these, not these for it as well.
  await client.query(
    'SELECT FROM rules r WHERE r.id IN (SELECT rule_id FROM deploy_pairs WHERE id = ANY ($1)) ORDER BY r.name, r.id FOR UPDATE',
    [rows.map((row) => row.id)],
  )
  const captures: string[] = []
  for (const { id } of rows) {
    const { captureId, note } = await startSide(client, app, id, 'after')
    await client.query(
      'UPDATE deploy_pairs SET after_due_at = NULL, after_capture_id = $2, after_note = $3, verdict = NULL WHERE id = $1',
      [id, captureId, note],
    )
    if (captureId !== null) captures.push(captureId)
  }
  return captures
}

type Pair = {
  deploy_id: string
  rule_id: string | null
  person_id: string
  title: string
  spec: CaptureSpec
  host_ids: string[]
  service: string
  version: string
}

/** One side of a pair as a capture, in the name of its person with the role of today; or the reason why there is none. */
async function startSide(
  client: Queryable,
  app: App,
  pairId: string,
  side: 'before' | 'after',
): Promise<{ captureId: string | null; note: string | null }> {
  const { rows } = await client.query<Pair>(
    `SELECT p.deploy_id, p.rule_id, p.person_id, p.title, p.spec, d.service, d.version,
       ARRAY(SELECT h.id FROM hosts h WHERE h.id = ANY (p.host_ids) AND h.removed_at IS NULL ORDER BY h.name, h.id) AS host_ids
     FROM deploy_pairs p JOIN deploys d ON d.id = p.deploy_id WHERE p.id = $1`,
    [pairId],
  )
  const pair = rows[0]
  if (!pair) return { captureId: null, note: 'The pair was deleted.' }
  if (pair.host_ids.length === 0) return { captureId: null, note: 'None of its hosts is known (any more): there was nothing to record on.' }
  const text = `${side} the deploy of ${pair.service} ${pair.version}`
  if (pair.rule_id !== null) {
    const firing = { ruleId: pair.rule_id, deployId: pair.deploy_id, side, cause: text, hostIds: pair.host_ids }
    const fired = await fireDeployRule(client, app, firing)
    return { captureId: fired.captureId, note: fired.captureId === null ? `It was not started: ${fired.why}.` : null }
  }
  try {
    const person = await actorOfPerson(client, pair.person_id)
    if (person === null) return { captureId: null, note: 'Whoever set this up has no account any more.' }
    authorize(person, 'capture.start')
    const id = app.newId()
    const what = `${side} ${pair.service} ${pair.version}`
    const reason: CaptureReason = { kind: 'deploy', text, deployId: pair.deploy_id }
    const title = `${pair.title.slice(0, Math.max(20, 117 - what.length))}, ${what}`.slice(0, 120)
    await insertCapture(client, { id, createdById: person.userId, input: { hostIds: pair.host_ids, spec: pair.spec, title }, reason })
    return { captureId: id, note: null }
  } catch (error) {
    if (!(error instanceof SondeError)) throw error
    return { captureId: null, note: `It was not started: ${error.message}.` }
  }
}

/** The newest capture that is done, with the same settings on the very same hosts, that ended before `at`. */
async function findBefore(client: Queryable, spec: CaptureSpec, hostIds: readonly string[], at: Date): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT c.id FROM captures c
     CROSS JOIN LATERAL (SELECT count(*)::int AS hosts, bool_and(t.state = 'done' AND t.host_id = ANY ($2)) AS good, max(t.ended_at) AS ended_at
       FROM targets t WHERE t.capture_id = c.id) t
     WHERE c.deleted_at IS NULL AND c.source IS NULL AND c.spec = $1::jsonb AND c.created_at > $3::timestamptz - interval '${BEFORE_WITHIN}'
       AND c.created_at < $3::timestamptz AND t.good AND t.hosts = $4 AND t.ended_at <= $3::timestamptz
     ORDER BY c.created_at DESC, c.id DESC LIMIT 1`,
    [JSON.stringify(spec), hostIds, at, hostIds.length],
  )
  return rows[0]?.id ?? null
}

async function readDeploy(client: Queryable, id: string): Promise<Deploy> {
  const { rows } = await client.query<Deploy>(
    `SELECT id, service, version, state, coalesce(started_at, finished_at, created_at) AS happened_at,
       ARRAY(SELECT h.id FROM deploy_hosts x JOIN hosts h ON h.id = x.host_id WHERE x.deploy_id = d.id AND h.removed_at IS NULL ORDER BY h.name, h.id) AS host_ids
     FROM deploys d WHERE id = $1`,
    [id],
  )
  if (!rows[0]) throw new SondeError('not-found', 'there is no such deploy; it may have been deleted')
  return rows[0]
}
