import type { FastifyInstance } from 'fastify'
import type { GatewayContext } from '../gateway.ts'

/** For load balancers and start scripts: 200 when the gateway can do its work, which takes a database. */
export function healthRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.get('/health', async (_, reply) => {
    try {
      await app.db.pool.query('SELECT 1')
      return { ok: true }
    } catch {
      return reply.code(503).send({ ok: false, error: { code: 'internal', message: 'the database does not answer' } })
    }
  })
}
