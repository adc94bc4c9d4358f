import { inTransaction } from '@sonde/db'
import type { App } from './app.ts'
import { startDueSides } from './deploy-pairs.ts'

/** Starts the captures after deploys whose warm-up is over. Every gateway calls it every few seconds. Returns how many started. */
export async function startDueCaptures(app: App): Promise<number> {
  const captures = await inTransaction(app.db.pool, (client) => startDueSides(client, app))
  for (const id of captures) await app.bus.announce(id)
  return captures.length
}
