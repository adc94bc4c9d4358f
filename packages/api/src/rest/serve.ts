import { type Actor, SondeError } from '@sonde/contract'
import { type App, authenticateApiToken, type ReadFile } from '@sonde/domain'
import { namedIfUnstorable } from '../unstorable-text.ts'
import { matchPath } from './match-path.ts'
import { openApiDocument } from './open-api.ts'
import type { FileAnswer, Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { readRequest } from './read-request.ts'
import { errorAnswer, isUnforeseen, json, RestError } from './rest-error.ts'

export const REST_PREFIX = '/api/v1'

export type RestServer = {
  app: App
  /** Reads a request's body as a file of another tool. */
  readUpload: (request: Request, fileName: string) => ReadFile
  onError: (error: unknown, operationId: string) => void
}

/**
 * Answers one request to `/api/v1/…`. Who asks is in the bearer token alone: cookies are not looked at, so no page of somebody else's can
 * ask in a signed-in person's name.
 */
export async function serveRest(request: Request, server: RestServer): Promise<Response> {
  let operationId = 'rest'
  try {
    const path = new URL(request.url).pathname.slice(REST_PREFIX.length)
    if (path === '/openapi.json' && request.method === 'GET') return openApi(server.app)
    const { operation, params } = find(path, request.method)
    operationId = operation.id
    const actor = await actorOf(request, server.app, operation)
    const input = await readRequest(operation, params, request)
    const { app } = server
    const result = await operation.run({ actor, app, request, readUpload: (name) => server.readUpload(request, name) }, input)
    return answerOf(operation, result)
  } catch (caught) {
    const error = namedIfUnstorable(caught)
    if (isUnforeseen(error) && !request.signal.aborted) server.onError(error, operationId)
    return errorAnswer(error)
  }
}

function openApi(app: App): Response {
  return Response.json(openApiDocument(OPERATIONS, `${app.urls.web}${REST_PREFIX}`), {
    headers: { 'cache-control': 'public, max-age=300' },
  })
}

function find(path: string, method: string): { operation: Operation; params: Record<string, string> } {
  const matches = matchPath(OPERATIONS, path)
  const found = matches.find((match) => match.operation.method === method)
  if (found) return found
  if (matches.length === 0)
    throw new SondeError('not-found', `there is nothing at this address: ${REST_PREFIX}/openapi.json lists what there is`)
  const allowed = matches.map((match) => match.operation.method).join(', ')
  throw new RestError('method-not-allowed', `this address takes ${allowed}`, { allow: allowed })
}

/** Whose token it is. Where none is needed, a wrong one is an error all the same: it is a mistake that would go unnoticed. */
async function actorOf(request: Request, app: App, { access }: Operation): Promise<Actor> {
  const header = request.headers.get('authorization')
  if (header === null) {
    if (access === 'public') return { kind: 'anonymous' }
    throw new SondeError('not-signed-in', 'send a token: authorization: Bearer spt_…')
  }
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? ''
  const person = await authenticateApiToken(app, token)
  if (!person) throw refused(request, app)
  if (access !== 'public' && access !== 'token' && !person.scopes?.includes(access))
    throw new SondeError('forbidden', `this token has no scope ${access}`)
  return person
}

/** Tokens cannot be guessed; this keeps a loop with an expired one from being as dear as one that works. */
function refused(request: Request, app: App): Error {
  // The last one is what the nearest proxy saw; those before it are what the client says.
  const address = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  const nowMs = app.clock.now().getTime()
  if (app.tokenGuesses.isBlocked(address, nowMs))
    return new RestError('too-many-requests', 'too many requests with tokens that do not work: wait a minute', { 'retry-after': '60' })
  app.tokenGuesses.failed(address, nowMs)
  return new SondeError('not-signed-in', 'this token does not work: it may have expired or been revoked')
}

function answerOf({ answer }: Operation, result: unknown): Response {
  if (answer.files) return fileAnswer(result as FileAnswer)
  if (answer.schema === undefined) return new Response(null, { status: answer.status, headers: { 'cache-control': 'private, no-store' } })
  return json(answer.unchecked ? result : checked(answer.schema, result), answer.status)
}

/** An answer that is not what the document says is the server's mistake, not the caller's. */
function checked(schema: NonNullable<Operation['answer']['schema']>, result: unknown): unknown {
  const parsed = schema.safeParse(result)
  if (!parsed.success) throw new Error(`the answer is not as documented: ${parsed.error.message}`)
  return parsed.data
}

/** The name is of an id and an extension: nothing that a header could not hold. */
function fileAnswer({ bytes, contentType, fileName, headers = {} }: FileAnswer): Response {
  return new Response(bytes, {
    headers: {
      'content-type': contentType,
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'private, no-store',
      ...headers,
    },
  })
}
