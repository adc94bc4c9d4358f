import { idSchema, queryAnswerSchema } from '@sonde/contract'
import { answerQuery } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'

/** 20,000 processes with their command lines. */
const BODY_LIMIT = 16 * 1024 * 1024
const paramsSchema = z.object({ queryId: idSchema })

export function queryRoute(server: FastifyInstance, { app }: GatewayContext): void {
  server.post('/queries/:queryId', { bodyLimit: BODY_LIMIT }, async (request) => {
    const { queryId } = paramsSchema.parse(request.params)
    await answerQuery(hostOf(request), app, { id: queryId, answer: queryAnswerSchema.parse(request.body) })
    return {}
  })
}
