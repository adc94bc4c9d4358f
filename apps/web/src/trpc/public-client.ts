import type { AppRouter } from '@sonde/api'
import { createTRPCClient, httpLink } from '@trpc/client'
import superjson from 'superjson'

/** For the pages before sign-in, which need three calls and no cache. */
export const publicApi = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/trpc', transformer: superjson })] })
