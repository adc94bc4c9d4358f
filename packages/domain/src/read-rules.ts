import { type Actor, type RuleFiring, type RuleView, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import {
  FIRED_TODAY_SQL,
  FIRING_CAPTURE_JOIN,
  FIRING_COLUMNS,
  type FiringRow,
  firingOf,
  RULE_COLUMNS,
  type RuleViewRow,
  ruleViewOf,
} from './rule-row.ts'

const RULE_VIEW_SQL = `SELECT ${RULE_COLUMNS}, m.name AS created_by, u.name AS updated_by, ${FIRED_TODAY_SQL} AS fired_today, l.*
  FROM rules r JOIN users m ON m.id = r.created_by_id JOIN users u ON u.id = r.updated_by_id
  LEFT JOIN LATERAL (
    SELECT ${FIRING_COLUMNS} FROM rule_firings f ${FIRING_CAPTURE_JOIN} WHERE f.rule_id = r.id ORDER BY f.last_at DESC, f.id LIMIT 1
  ) l ON true`

/** All rules, by name. */
export async function listRules(actor: Actor, app: App): Promise<RuleView[]> {
  authorize(actor, 'rule.read')
  const { rows } = await app.db.pool.query<RuleViewRow>(`${RULE_VIEW_SQL} ORDER BY lower(r.name), r.id`)
  return rows.map(ruleViewOf)
}

const HISTORY_SHOWN = 100

/** One rule with its latest firings, newest first, and how many there are. Throws `not-found`. */
export async function getRule(
  actor: Actor,
  app: App,
  { id }: { id: string },
): Promise<{ rule: RuleView; firings: RuleFiring[]; firingCount: number }> {
  authorize(actor, 'rule.read')
  const { rows } = await app.db.pool.query<RuleViewRow>(`${RULE_VIEW_SQL} WHERE r.id = $1`, [id])
  if (!rows[0]) throw new SondeError('not-found', 'there is no such rule; it may have been deleted')
  const firings = await app.db.pool.query<FiringRow & { total: number }>(
    `SELECT ${FIRING_COLUMNS}, count(*) OVER ()::int AS total FROM rule_firings f ${FIRING_CAPTURE_JOIN}
     WHERE f.rule_id = $1 ORDER BY f.last_at DESC, f.id LIMIT ${HISTORY_SHOWN}`,
    [id],
  )
  return { rule: ruleViewOf(rows[0]), firings: firings.rows.map(firingOf), firingCount: firings.rows[0]?.total ?? 0 }
}
