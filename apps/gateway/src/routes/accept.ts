import { acceptTarget } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'
import { TARGET_PATH, targetOf } from '../target-params.ts'

export function acceptRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post(`${TARGET_PATH}/accept`, (request) => acceptTarget(hostOf(request), app, targetOf(request)))
}
