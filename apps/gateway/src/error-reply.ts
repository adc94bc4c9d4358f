import { type AgentError, ERROR_CODES, SondeError, targetStateSchema } from '@sonde/contract'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { z } from 'zod'

/** The only place that decides what an agent gets to read of an error: texts of 4xx as they are, of 5xx none. */
export function replyToError(log: Logger): (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const { status, body } = describeError(error)
    const facts = { method: request.method, path: request.routeOptions.url, host: request.agentHost?.id, status }
    if (status >= 500) log.error({ ...facts, err: error }, 'request failed')
    else log.info({ ...facts, code: body.error.code }, body.error.message)
    void reply.code(status).send(body)
  }
}

export function describeError(error: unknown): { status: number; body: AgentError } {
  if (error instanceof SondeError && error.code !== 'internal') {
    const state = targetStateSchema.safeParse(error.details.state)
    const body: AgentError = { error: { code: error.code, message: error.message } }
    return { status: ERROR_CODES[error.code], body: state.success ? { ...body, state: state.data } : body }
  }
  if (error instanceof z.ZodError) {
    return { status: 400, body: { error: { code: 'invalid', message: z.prettifyError(error).slice(0, 2_000) } } }
  }
  // fastify's own: a body that is no JSON, too large, of another type
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) {
    const code = error.statusCode === 413 ? 'too-large' : 'invalid'
    return { status: error.statusCode, body: { error: { code, message: error.message } } }
  }
  return { status: 500, body: { error: { code: 'internal', message: 'the gateway failed; its log has the details' } } }
}
