import { runningReportSchema } from '@sonde/contract'
import { runTarget } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'
import { TARGET_PATH, targetOf } from '../target-params.ts'

/** Two programs of 64 KiB and their arguments. */
const BODY_LIMIT = 2 * 1024 * 1024

export function runningRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post(`${TARGET_PATH}/running`, { bodyLimit: BODY_LIMIT }, (request) =>
    runTarget(hostOf(request), app, targetOf(request), runningReportSchema.parse(request.body)),
  )
}
