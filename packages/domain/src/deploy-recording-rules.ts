import type { CaptureSpec } from '@sonde/contract'
import type { Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { rulesForDeploy } from './deploy-rules.ts'
import { fireLocked } from './fire-rule.ts'
import { hostsOfRule } from './rule-hosts.ts'
import { RULE_COLUMNS, type RuleRow, ruleInputOf } from './rule-row.ts'

/** What a rule wants recorded before and after a deploy. */
export type RecordingRule = {
  id: string
  name: string
  /** In whose name captures start. */
  personId: string
  spec: CaptureSpec
  /** Of the deploy's hosts, those that the rule is about; of a deploy that names none, the rule's. */
  hostIds: string[]
  /** From the end of the deploy to the capture after it. */
  warmUpMs: number
}

/**
 * The rules that a deploy of this service to these hosts sets off: asked once at its `started` marker, or at the `finished` one where
 * that is the only one. When a pair's captures start is decided in deploy-pairs.ts, which also keeps what is due after a warm-up.
 */
export async function matchingDeployRules(
  client: Queryable,
  deploy: { service: string; hostIds: readonly string[] },
): Promise<RecordingRule[]> {
  const matching: RecordingRule[] = []
  for (const { id, name, delayS } of await rulesForDeploy(client, deploy.service)) {
    const row = await readRule(client, id)
    if (row === null) continue
    const rule = ruleInputOf(row)
    const own = (await hostsOfRule(client, rule.hosts)).map((host) => host.id)
    const hostIds = (deploy.hostIds.length === 0 ? own : own.filter((host) => deploy.hostIds.includes(host))).slice(0, rule.maxHosts)
    if (hostIds.length === 0) continue
    matching.push({ id, name, personId: row.created_by_id, spec: rule.spec, hostIds, warmUpMs: delayS * 1_000 })
  }
  return matching
}

/** One capture that a rule is to start for one side of a deploy; `cause` is a sentence without its end. */
export type DeployFiring = { ruleId: string; deployId: string; side: 'before' | 'after'; cause: string; hostIds: string[] }

/** Starts it within the rule's bounds, or says why not; in the transaction of the caller, who announces the capture. */
export async function fireDeployRule(
  client: Queryable,
  app: App,
  { ruleId, deployId, side, cause, hostIds }: DeployFiring,
): Promise<{ captureId: string } | { captureId: null; why: string }> {
  const row = await readRule(client, ruleId)
  if (row === null) return { captureId: null, why: 'the rule was deleted' }
  const fired = await fireLocked(client, app, row, {
    cause,
    key: `deploy ${deployId} ${side}`,
    hostIds,
    deployId,
    sequel: side === 'after',
  })
  return fired.captureId === null ? { captureId: null, why: fired.message } : { captureId: fired.captureId }
}

async function readRule(client: Queryable, id: string): Promise<RuleRow | null> {
  const { rows } = await client.query<RuleRow>(`SELECT ${RULE_COLUMNS} FROM rules r WHERE r.id = $1 FOR UPDATE`, [id])
  return rows[0] ?? null
}
