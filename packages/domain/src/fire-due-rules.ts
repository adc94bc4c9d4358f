import { ruleTriggerSchema } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { nextTimes, scheduleWords } from './cron-schedule.ts'
import { type Fired, fireLocked } from './fire-rule.ts'
import { RULE_COLUMNS, type RuleRow } from './rule-row.ts'

/** Later than this is said: nothing was there to do it in time. */
const LATE_MS = 60_000
/** In one sweep; the rest waits for the next one, seconds later. */
const MAX_AT_ONCE = 100

export type DueFired = { started: number; skipped: number }

/**
 * Fires the schedules that are due. Every gateway calls it every few seconds: a due row is locked, answered and moved on in one
 * transaction, so that it fires once whatever dies in between, and the others skip it. What was missed while nothing ran fires once,
 * late, and says so.
 */
export async function fireDueRules(app: App): Promise<DueFired> {
  const done: DueFired = { started: 0, skipped: 0 }
  for (let i = 0; i < MAX_AT_ONCE; i++) {
    const fired = await inTransaction(app.db.pool, (client) => fireNextSchedule(client, app))
    if (fired === null) break
    if (fired.outcome === 'started') await app.bus.announce(fired.captureId)
    done[fired.outcome === 'started' ? 'started' : 'skipped']++
  }
  return done
}

async function fireNextSchedule(client: Queryable, app: App): Promise<Fired | null> {
  const { rows } = await client.query<RuleRow & { now: Date }>(
    `SELECT ${RULE_COLUMNS}, now() AS now FROM rules r WHERE r.enabled AND r.next_due_at <= now()
     ORDER BY r.next_due_at, r.id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  )
  const row = rows[0]
  if (!row) return null
  const trigger = ruleTriggerSchema.parse(row.trigger)
  const due = row.next_due_at ?? row.now
  const next = trigger.kind === 'schedule' ? (nextTimes(trigger, row.now, 1)[0] ?? null) : null
  await client.query('UPDATE rules SET next_due_at = $2 WHERE id = $1', [row.id, next])
  const words = trigger.kind === 'schedule' ? scheduleWords(trigger) : ''
  return await fireLocked(client, app, row, {
    cause: `${words}${lateWords(row.now.getTime() - due.getTime())}`,
    key: `schedule ${due.toISOString()}`,
  })
}

function lateWords(lateMs: number): string {
  if (lateMs < LATE_MS) return ''
  const minutes = Math.round(lateMs / 60_000)
  const words = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
  return `, ${words} late: nothing was running to start it in time`
}
