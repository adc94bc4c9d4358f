import { type AgentError, enrolRequestSchema, SondeError } from '@sonde/contract'
import { enrolHost } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import type { GatewayContext } from '../gateway.ts'

/** Join token → host and agent token. The only call of agents without a token of their own. */
export function enrolRoute(server: FastifyInstance, { app, log, enrolLimit }: GatewayContext): void {
  server.post('/enrol', async (request, reply) => {
    const waitSeconds = enrolLimit.retryAfterSeconds(request.ip)
    if (waitSeconds > 0) {
      const body: AgentError = { error: { code: 'too-many-requests', message: `too many failed enrolments: wait ${waitSeconds} s` } }
      return reply.code(429).header('retry-after', String(waitSeconds)).send(body)
    }
    try {
      const response = await enrolHost(app, enrolRequestSchema.parse(request.body))
      log.info({ host: response.hostId, address: request.ip }, 'a host enrolled')
      return response
    } catch (error) {
      if (error instanceof SondeError && error.code === 'not-signed-in') enrolLimit.failed(request.ip)
      throw error
    }
  })
}
