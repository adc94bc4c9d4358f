import { AGENT_API, type AgentError } from '@sonde/contract'
import type { AgentHost, App } from '@sonde/domain'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { requireAgent } from './authenticate.ts'
import { EnrolLimit } from './enrol-limit.ts'
import { replyToError } from './error-reply.ts'
import { startHousekeeping } from './housekeeping.ts'
import { acceptRoute } from './routes/accept.ts'
import { catalogueRoute } from './routes/catalogue.ts'
import { chunkRoute } from './routes/chunk.ts'
import { endRoute } from './routes/end.ts'
import { enrolRoute } from './routes/enrol.ts'
import { finishRoute } from './routes/finish.ts'
import { healthRoute } from './routes/health.ts'
import { heartbeatRoute } from './routes/heartbeat.ts'
import { pollRoute } from './routes/poll.ts'
import { queryRoute } from './routes/query.ts'
import { runningRoute } from './routes/running.ts'
import { WaitingRoom } from './waiting-room.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `requireAgent`, before the body is read. */
    agentHost: AgentHost | null
  }
}

/** What every route gets. */
export type GatewayContext = { app: App; log: Logger; room: WaitingRoom; enrolLimit: EnrolLimit }

export type GatewayOptions = {
  app: App
  log: Logger
  /** How often to look without being told, ms, and to reap. */
  sweepMs?: number
}

/**
 * The agents' HTTP API (contract: agent-protocol.ts). Several gateways may serve one database: whatever must happen once is
 * decided there. `close` answers held polls, finishes requests under way and stops looking for work.
 */
export function createGateway({ app, log, sweepMs = 5_000 }: GatewayOptions): FastifyInstance {
  const server: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // A line per heartbeat and poll would say nothing; failures are logged where they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 256 * 1024,
    requestTimeout: 120_000,
    // Longer than a poll is held, so that agents can keep their connection.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    trustProxy: false,
  })
  const room = new WaitingRoom(app, log)
  const context: GatewayContext = { app, log, room, enrolLimit: new EnrolLimit() }

  server.decorateRequest('agentHost', null)
  server.setErrorHandler(replyToError(log))
  server.setNotFoundHandler((_, reply) => {
    const body: AgentError = { error: { code: 'not-found', message: 'there is nothing here' } }
    return reply.code(404).send(body)
  })

  healthRoute(server, context)
  server.register(async (api) => enrolRoute(api, context), { prefix: AGENT_API })
  server.register(
    async (api) => {
      api.addHook('onRequest', requireAgent(app))
      for (const route of [
        heartbeatRoute,
        pollRoute,
        acceptRoute,
        runningRoute,
        endRoute,
        chunkRoute,
        finishRoute,
        queryRoute,
        catalogueRoute,
      ]) {
        route(api, context)
      }
    },
    { prefix: AGENT_API },
  )

  let stopHousekeeping: (() => Promise<void>) | undefined
  server.addHook('onReady', async () => {
    stopHousekeeping = startHousekeeping(context, sweepMs)
  })
  server.addHook('preClose', async () => {
    room.close()
    await stopHousekeeping?.()
  })
  return server
}
