import { type Actor, ruleTriggerSchema, SondeError } from '@sonde/contract'
import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { nextTimes } from './cron-schedule.ts'
import { type Fired, startForRule } from './fire-rule.ts'
import { authorizeChange } from './save-rule.ts'
import { newToken } from './tokens.ts'

/** Turns a rule on or off. Turned on, a schedule goes on from now: what it missed while off stays missed. Throws `not-found`, `forbidden`. */
export async function setRuleEnabled(actor: Actor, app: App, { id, enabled }: { id: string; enabled: boolean }): Promise<void> {
  const person = await authorizeChange(actor, app, id)
  await inTransaction(app.db.pool, async (client) => {
    const { rows } = await client.query<{ trigger: unknown; now: Date }>('SELECT trigger, now() FROM rules WHERE id = $1 FOR UPDATE', [id])
    if (!rows[0]) throw new SondeError('not-found', 'there is no such rule; it may have been deleted')
    const trigger = ruleTriggerSchema.parse(rows[0].trigger)
    const next = enabled && trigger.kind === 'schedule' ? (nextTimes(trigger, rows[0].now, 1)[0] ?? null) : null
    await client.query(
      `UPDATE rules SET enabled = $2, next_due_at = $3, updated_by_id = $4, updated_at = now(), disabled_reason = NULL WHERE id = $1`,
      [id, enabled, next, person.userId],
    )
  })
}

/** A person tries a rule: as if its trigger had been pulled, on or off, within its other bounds. Throws `not-found`, `forbidden`. */
export async function fireRuleByHand(actor: Actor, app: App, { id }: { id: string }): Promise<Fired> {
  const person = await authorizeChange(actor, app, id)
  return await startForRule(app, id, { cause: `Fired by hand by ${person.name}`, key: null, byHand: true })
}

/** A new token for the alerts of this rule, shown this once; the one before stops working. Throws `not-found`, `forbidden`, `conflict`. */
export async function rotateRuleToken(actor: Actor, app: App, { id }: { id: string }): Promise<{ token: string; url: string }> {
  const person = await authorizeChange(actor, app, id)
  const { token, hash } = newToken('rule')
  const { rowCount } = await app.db.pool.query(
    `UPDATE rules SET token_hash = $2, token_made_at = now(), updated_by_id = $3, updated_at = now() WHERE id = $1 AND trigger->>'kind' = 'alert'`,
    [id, hash, person.userId],
  )
  if (rowCount === 0) throw new SondeError('conflict', 'only a rule that waits for alerts has a token')
  return { token, url: alertUrl(app, id) }
}

/** Where Alertmanager sends this rule's alerts. */
export const alertUrl = (app: App, ruleId: string): string => `${app.urls.web}/api/v1/hooks/alerts/${ruleId}`
