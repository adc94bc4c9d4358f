import { heartbeatSchema } from '@sonde/contract'
import { recordHeartbeat } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'

export function heartbeatRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post('/heartbeat', (request) => recordHeartbeat(hostOf(request), app, heartbeatSchema.parse(request.body)))
}
