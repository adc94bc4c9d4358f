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
 * late, and says so. Throws at the end what went wrong with a rule: it stays due, and keeps no other rule waiting.
 */
export async function fireDueRules(app: App): Promise<DueFired> {
  const done: DueFired = { started: 0, skipped: 0 }
  const broken = new Map<string, unknown>()
  for (let i = 0; i < MAX_AT_ONCE; i++) {
    const at = { ruleId: null as string | null }
    try {
      const fired = await inTransaction(app.db.pool, (client) => fireNextSchedule(client, app, [...broken.keys()], at))
      if (fired === null) break
      if (fired.outcome === 'started') await app.bus.announce(fired.captureId)
      done[fired.outcome === 'started' ? 'started' : 'skipped']++
    } catch (error) {
      if (at.ruleId === null || broken.has(at.ruleId)) throw error
      broken.set(at.ruleId, error)
    }
  }
  const [first] = broken
  if (first) throw new Error(`rule ${first[0]} could not be fired`, { cause: first[1] })
  return done
}

/** Null: none is due beside those left out. `at` tells which one it is about, also where this throws. */
async function fireNextSchedule(
  client: Queryable,
  app: App,
  leftOut: readonly string[],
  at: { ruleId: string | null },
): Promise<Fired | null> {
  const { rows } = await client.query<RuleRow & { now: Date }>(
    `SELECT ${RULE_COLUMNS}, now() AS now FROM rules r WHERE r.enabled AND r.next_due_at <= now() AND r.id <> ALL ($1)
     ORDER BY r.next_due_at, r.id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [leftOut],
  )
  const row = rows[0]
  if (!row) return null
  at.ruleId = row.id
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
