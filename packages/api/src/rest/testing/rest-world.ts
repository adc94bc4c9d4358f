import { type Role, SCOPES, type Scope, SondeError } from '@sonde/contract'
import { createApiToken } from '@sonde/domain'
import { createWorld, type World } from '@sonde/domain/testing'
import { serveRest } from '../serve.ts'

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[]

export type Sent = { method?: string; token?: string; body?: unknown; headers?: Record<string, string>; raw?: string }
/** A migrated database and the REST API on it, without a server between. Files that it is sent are never profiles. */
export type RestWorld = {
  world: World
  send: (path: string, sent?: Sent) => Promise<Response>
  tokenOf: (role: Role, scopes?: readonly Scope[]) => Promise<string>
  /** What was nobody's fault but the server's. */
  errors: unknown[]
}

export async function createRestWorld(): Promise<RestWorld> {
  const world = await createWorld()
  const errors: unknown[] = []
  const readUpload = () => async () => {
    throw new SondeError('unprocessable', 'x is no profile')
  }
  return {
    world,
    errors,
    send: (path, { method = 'GET', token, body, headers = {}, raw } = {}) => {
      const request = new Request(`http://web.test/api/v1${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...((body !== undefined || raw !== undefined) && { body: raw ?? JSON.stringify(body) }),
      })
      return serveRest(request, { app: world.app, readUpload, onError: (error) => errors.push(error) })
    },
    tokenOf: async (role, scopes = ALL_SCOPES) => {
      const { token } = await createApiToken(await world.actor(role), world.app, { name: 'test', scopes: [...scopes], days: 1 })
      return token
    },
  }
}

export const jsonOf = async (response: Response) => JSON.parse(await response.text())
export const codeOf = async (response: Response): Promise<string> => (await jsonOf(response)).error.code
