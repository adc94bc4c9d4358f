import type { Db } from './create-db.ts'
import type { DispatchBus } from './dispatch-bus.ts'
import { listen } from './listen.ts'

export const DISPATCH_CHANNEL = 'sonde_dispatch'

/**
 * NOTIFY on one channel. An announcement that fails is only reported: the work is in the database already, and the gateway's
 * sweep finds it within seconds.
 */
export function createPostgresDispatchBus(db: Db, url: string, onError: (error: Error) => void = () => {}): DispatchBus {
  return {
    announce: async (id) => {
      await db.pool.query('SELECT pg_notify($1, $2)', [DISPATCH_CHANNEL, id]).catch(onError)
    },
    subscribe: (look) => listen({ url, channel: DISPATCH_CHANNEL, onNotify: look, onError }),
  }
}
