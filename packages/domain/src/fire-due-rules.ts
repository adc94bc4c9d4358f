import { ruleTriggerSchema } from '@sonde/contract'
import { inTransaction, type Queryable } from '@sonde/db'
import type { App } from './app.ts'
import { nextTimes, scheduleWords } from './cron-schedule.ts'
import { type Fired, type FireRequest, fireLocked, fireRequestSchema } from './fire-rule.ts'
import { RULE_COLUMNS, type RuleRow } from './rule-row.ts'

/** Later than this is said: nothing was there to do it in time. */
const LATE_MS = 60_000
/** In one sweep; the rest waits for the next one, seconds later. */
const MAX_AT_ONCE = 100

export type DueFired = { started: number; skipped: number }

/**
 * Fires the schedules and timers that are due. Every gateway calls it every few seconds: a due row is locked, answered and moved on in one
 * transaction, so that it fires once whatever dies in between, and the others skip it. What was missed while nothing ran fires once,
 * late, and says so.
 */
export async function fireDueRules(app: App): Promise<DueFired> {
  const done: DueFired = { started: 0, skipped: 0 }
  for (const claim of [fireNextSchedule, fireNextTimer]) {
    for (let i = 0; i < MAX_AT_ONCE; i++) {
      const fired = await inTransaction(app.db.pool, (client) => claim(client, app))
      if (fired === null) break
      if (fired.outcome === 'started') await app.bus.announce(fired.captureId)
      done[fired.outcome === 'started' ? 'started' : 'skipped']++
    }
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

async function fireNextTimer(client: Queryable, app: App): Promise<Fired | null> {
  const { rows } = await client.query<{ rule_id: string; request: unknown; late_ms: number }>(
    `DELETE FROM rule_timers WHERE id = (SELECT id FROM rule_timers WHERE due_at <= now() ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING rule_id, request, extract(epoch FROM now() - due_at)::float * 1000 AS late_ms`,
  )
  const timer = rows[0]
  if (!timer) return null
  const request = fireRequestSchema.parse(timer.request)
  const rules = await client.query<RuleRow>(`SELECT ${RULE_COLUMNS} FROM rules r WHERE r.id = $1 FOR UPDATE`, [timer.rule_id])
  if (!rules.rows[0]) return { outcome: 'skipped', captureId: null, message: 'the rule was deleted' }
  return await fireLocked(client, app, rules.rows[0], { ...request, cause: `${request.cause}${lateWords(timer.late_ms)}` })
}

/** Lets a rule fire after a while, also when everything is restarted in between; once for each key. */
export async function fireLater(app: App, ruleId: string, request: FireRequest & { key: string }, delayMs: number): Promise<void> {
  await app.db.pool.query(
    `INSERT INTO rule_timers (id, rule_id, due_at, key, request) SELECT $1, id, now() + $3 * interval '1 ms', $4, $5 FROM rules WHERE id = $2
     ON CONFLICT (rule_id, key) DO NOTHING`,
    [app.newId(), ruleId, delayMs, request.key, JSON.stringify(fireRequestSchema.parse(request))],
  )
}

function lateWords(lateMs: number): string {
  if (lateMs < LATE_MS) return ''
  const minutes = Math.round(lateMs / 60_000)
  const words = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
  return `, ${words} late: nothing was running to start it in time`
}
