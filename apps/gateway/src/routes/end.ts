import { endReportSchema } from '@sonde/contract'
import { endTarget } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'
import { TARGET_PATH, targetOf } from '../target-params.ts'

export function endRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post(`${TARGET_PATH}/end`, (request) => endTarget(hostOf(request), app, targetOf(request), endReportSchema.parse(request.body)))
}
