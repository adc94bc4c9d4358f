import { appRouter, translateError } from '@sonde/api'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { getApp } from '../../../../server/app.ts'
import { isSameOrigin } from '../../../../server/same-origin.ts'
import { actorOf } from '../../../../server/session.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

async function handler(request: Request): Promise<Response> {
  if (request.method === 'POST' && !isSameOrigin(request.headers)) return new Response('cross-site request', { status: 403 })
  const response = await fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    // A question about hundreds of hosts is too long for an address.
    allowMethodOverride: true,
    createContext: async () => ({ actor: await actorOf(request.headers).catch(throwTranslated), app: getApp() }),
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR') console.error(`${path ?? 'api'}:`, error.cause ?? error)
    },
  })
  // What a signed-in person sees is nobody else's.
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store')
  return response
}

/** Errors before a procedure pass none of its middleware. */
function throwTranslated(error: unknown): never {
  throw translateError(error)
}

export { handler as GET, handler as POST }
