import { type Actor, RULE_LIMITS, type RuleInput, SondeError } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { checkSchedule, nextTimes } from './cron-schedule.ts'
import { storableText } from './storable.ts'

/** Makes a rule; it will act as this person. Throws `invalid` for a schedule that is none, `conflict` where there are too many rules. */
export async function createRule(actor: Actor, app: App, input: RuleInput): Promise<{ id: string }> {
  const person = authorize(actor, 'rule.create')
  const id = app.newId()
  await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM rules')
    if ((rows[0]?.count ?? 0) >= RULE_LIMITS.rules)
      throw new SondeError('conflict', `there are ${RULE_LIMITS.rules} rules already: delete one that is of no use any more`)
    await client.query(
      `INSERT INTO rules (name, enabled, trigger, spec, hosts, max_hosts, max_per_day, cool_down_s, next_due_at, updated_by_id, id, created_by_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10)`,
      [...(await columnsOf(client, input)), person.userId, id],
    )
  })
  return { id }
}

/** Replaces a rule's settings; it goes on acting as whoever made it. Throws `not-found`, `forbidden`, `invalid`. */
export async function updateRule(actor: Actor, app: App, { id, rule }: { id: string; rule: RuleInput }): Promise<void> {
  const person = await authorizeChange(actor, app, id)
  await inTransaction(app.db.pool, async (client) => {
    await client.query(
      `UPDATE rules SET name = $1, enabled = $2, trigger = $3, spec = $4, hosts = $5, max_hosts = $6, max_per_day = $7, cool_down_s = $8,
         next_due_at = $9, updated_by_id = $10, updated_at = now(), disabled_reason = CASE WHEN $2 THEN NULL ELSE disabled_reason END
       WHERE id = $11`,
      [...(await columnsOf(client, rule)), person.userId, id],
    )
  })
}

/** Deletes a rule with its history; the captures that it started stay. Throws `not-found`, `forbidden`. */
export async function deleteRule(actor: Actor, app: App, { id }: { id: string }): Promise<void> {
  await authorizeChange(actor, app, id)
  await app.db.pool.query('DELETE FROM rules WHERE id = $1', [id])
}

/** Throws `not-found`, and `forbidden` where it is somebody else's and the actor no administrator. */
export async function authorizeChange(actor: Actor, app: App, id: string) {
  authorize(actor, 'rule.read')
  const { rows } = await app.db.pool.query<{ created_by_id: string }>('SELECT created_by_id FROM rules WHERE id = $1', [id])
  // Who may change no rule at all need not learn which there are.
  const person = authorize(actor, 'rule.change', { ownerId: rows[0]?.created_by_id ?? (actor.kind === 'user' ? actor.userId : '') })
  if (!rows[0]) throw new SondeError('not-found', 'there is no such rule; it may have been deleted')
  return person
}

/** The settings as the first nine columns of both statements above. The next time is by the database's clock, as is what is due. */
async function columnsOf(client: Queryable, rule: RuleInput): Promise<unknown[]> {
  const { rows } = await client.query<{ now: Date }>('SELECT now()')
  const now = rows[0]?.now ?? new Date()
  const { trigger } = rule
  if (trigger.kind === 'schedule') checkSchedule(trigger, now)
  if (trigger.kind === 'threshold' && trigger.clearBelow > trigger.above)
    throw new SondeError('invalid', 'a threshold clears at or below the value that it trips at')
  const next = trigger.kind === 'schedule' && rule.enabled ? (nextTimes(trigger, now, 1)[0] ?? null) : null
  return [
    storableText(rule.name),
    rule.enabled,
    JSON.stringify(trigger),
    JSON.stringify(rule.spec),
    JSON.stringify(rule.hosts),
    rule.maxHosts,
    rule.maxPerDay,
    rule.coolDownS,
    next,
  ]
}
