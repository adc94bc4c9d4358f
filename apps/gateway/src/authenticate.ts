import { SondeError } from '@sonde/contract'
import { type AgentHost, type App, authenticateAgent } from '@sonde/domain'
import type { FastifyRequest } from 'fastify'

/** Runs before the body is read: a stranger cannot make the gateway take in even one byte of it. */
export function requireAgent(app: App): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const [, token] = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '') ?? []
    if (token === undefined) throw new SondeError('not-signed-in', 'an agent token is needed: authorization: Bearer …')
    request.agentHost = await authenticateAgent(app, token)
  }
}

/** The host that `requireAgent` found. */
export function hostOf(request: FastifyRequest): AgentHost {
  if (!request.agentHost) throw new SondeError('not-signed-in', 'an agent token is needed')
  return request.agentHost
}
