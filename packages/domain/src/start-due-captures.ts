import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { startDueSides } from './deploy-pairs.ts'

/** In one sweep; the rest waits for the next one, seconds later. */
const MAX_AT_ONCE = 100

/**
 * Starts the captures after deploys whose warm-up is over. Every gateway calls it every few seconds. Returns how many started. One that
 * cannot be started at all keeps no other one waiting: the rest are started, then its error is thrown.
 */
export async function startDueCaptures(app: App): Promise<number> {
  const { rows } = await app.db.pool.query<{ id: string }>(
    `SELECT id FROM deploy_pairs WHERE after_due_at <= now() + interval '1 ms' ORDER BY after_due_at, id LIMIT ${MAX_AT_ONCE}`,
  )
  const errors: unknown[] = []
  let started = 0
  for (const { id } of rows) {
    try {
      const captures = await inTransaction(app.db.pool, (client) => startDueSides(client, app, { pairId: id }))
      started += captures.length
      for (const capture of captures) await app.bus.announce(capture)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
  return started
}
