'use client'
import type { AppRouter } from '@sonde/api'
import { SHARE_HEADER } from '@sonde/contract'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { type ReactNode, useState } from 'react'
import superjson from 'superjson'
import { signInPath } from '../safe-next.ts'
import { httpStatusOf, isRefusal } from './errors.ts'

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

const url = '/api/trpc'
const RESULTS: ReadonlySet<string> = new Set([
  ...['syscalls', 'counts', 'latency', 'events', 'counters'].map((kind) => `captures.${kind}`),
  'comparisons.verdict',
])
const ASKS_AGENTS: ReadonlySet<string> = new Set(['hosts.preview', 'hosts.processes', 'hosts.forecast', 'rules.preview'])

/** A session that ended while the page was open: sign in, then come back to the very same view. */
function leaveIfSignedOut(error: unknown): void {
  if (httpStatusOf(error) !== 401) return
  const here = `${window.location.pathname}${window.location.search}`
  window.location.assign(signInPath(here))
}

/** `isShared`: a reader of a link has no session that could end. */
function makeQueryClient(isShared: boolean): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What the server refused it refuses again; a server that is restarting is worth waiting for.
        retry: (failures, error) => !isRefusal(error) && failures < 3,
      },
    },
  })
  if (isShared) return client
  client.getQueryCache().config.onError = leaveIfSignedOut
  client.getMutationCache().config.onError = leaveIfSignedOut
  return client
}

/** `shareToken`: of the link that the page was opened with; every question then carries it. Nothing is watched through a link, only asked. */
export function ApiProvider({ shareToken, children }: { shareToken?: string; children: ReactNode }) {
  const [queryClient] = useState(() => makeQueryClient(shareToken !== undefined))
  const [client] = useState(() => {
    const headers = shareToken === undefined ? {} : { [SHARE_HEADER]: shareToken }
    return createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (op) => op.type === 'subscription',
          true: httpSubscriptionLink({ url, transformer: superjson }),
          // What waits for agents, and what is asked while typing: batched, it would hold up, or be held up by, everything that was
          // asked with it. It names up to 500 hosts, more than an address can hold.
          false: splitLink({
            condition: (op) => op.path.startsWith('probes.') || ASKS_AGENTS.has(op.path),
            true: httpLink({ url, transformer: superjson, headers, methodOverride: 'POST' }),
            false: splitLink({
              // A pane is drawn when its own result is there, not when the largest of all is.
              condition: (op) => RESULTS.has(op.path),
              true: httpLink({ url, transformer: superjson, headers }),
              false: httpBatchLink({ url, transformer: superjson, headers }),
            }),
          }),
        }),
      ],
    })
  })
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}
