import { initTRPC } from '@trpc/server'
import superjson from 'superjson'
import type { ApiContext } from './context.ts'
import { errorCodeOf, shareEndOf, translateError } from './translate-error.ts'

const t = initTRPC.context<ApiContext>().create({
  transformer: superjson,
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 30_000 } },
  errorFormatter: ({ shape, error }) => {
    // Errors of a stream under way pass no middleware, so the text is decided here too; of the stack trace nothing goes out.
    const translated = translateError(error)
    const { stack: _, ...data } = shape.data
    return {
      ...shape,
      message: translated.message,
      data: { ...data, sondeCode: errorCodeOf(translated), shareEnd: shareEndOf(translated) },
    }
  },
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Every procedure: errors are translated before they leave. Who may call is decided by the use case (packages/domain, authorize). */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (!result.ok) throw translateError(result.error)
  return result
})
