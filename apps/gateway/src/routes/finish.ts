import { finishReportSchema } from '@sonde/contract'
import { finishTarget } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'
import { TARGET_PATH, targetOf } from '../target-params.ts'

/** 2,000 manifest entries of about 140 bytes. */
const BODY_LIMIT = 1024 * 1024

export function finishRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post(`${TARGET_PATH}/finish`, { bodyLimit: BODY_LIMIT }, (request) =>
    finishTarget(hostOf(request), app, targetOf(request), finishReportSchema.parse(request.body)),
  )
}
