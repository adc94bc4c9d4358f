'use client'
import type { ApiTokenView } from '@sonde/contract'
import { Badge, Button, HostText, Notice, SkeletonRows, Table, Td, Th, TimeAgo, Tr } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { NewToken } from './new-token.tsx'

/** For every role: tokens that programs use in one's own name. Admins see and revoke everyone's, too. */
export function TokensPage() {
  const admin = useHasRole('admin')
  return (
    <div className="mx-auto flex w-full max-w-[1100px] flex-col gap-6 p-3 sm:p-4">
      <h1 className="font-semibold text-xl">Your tokens</h1>
      <p className="max-w-prose text-ink-2">
        A token lets a program act as you: the <code className="font-mono">sonde</code> command, a pipeline, a script. It has the role that
        you have at the time, and no more than its scopes.{' '}
        <a href="/api/v1/openapi.json" className="text-accent underline">
          What it can call
        </a>{' '}
        is an OpenAPI document.
      </p>
      <NewToken />
      <Tokens label="Your tokens" />
      {admin ? (
        <div className="flex flex-col gap-2">
          <h2 className="font-semibold text-lg">Everyone’s</h2>
          <Tokens label="Everyone’s tokens" everyone />
        </div>
      ) : null}
    </div>
  )
}

function Tokens({ label, everyone = false }: { label: string; everyone?: boolean }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const tokens = useQuery(trpc.tokens.list.queryOptions({ everyone }))
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.tokens.list.queryKey() }),
      onError: (error) => toast.error('The token was not revoked', { description: errorText(error) }),
    }),
  )
  if (tokens.error) return <Notice tone="bad" title={errorText(tokens.error)} />
  if (!tokens.data) return <SkeletonRows label="Loading tokens" rows={3} />
  if (tokens.data.length === 0) return <p className="text-ink-2">No token yet: create one above, or run sonde login.</p>
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>Name</Th>
          {everyone ? <Th>Acts as</Th> : null}
          <Th>Begins with</Th>
          <Th>Scopes</Th>
          <Th>Created</Th>
          <Th>Last used</Th>
          <Th>Expires</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {tokens.data.map((token) => (
          <Tr key={token.id} data-testid="token-row">
            <Td className="max-w-56 font-medium">
              <HostText text={token.name} />
            </Td>
            {everyone ? (
              <Td className="max-w-40">
                <HostText text={token.person.name} />
              </Td>
            ) : null}
            <Td className="whitespace-nowrap font-mono">{token.prefix}…</Td>
            <Td className="min-w-40 font-mono text-sm">{token.scopes.join(' ')}</Td>
            <Td className="whitespace-nowrap">
              <TimeAgo date={token.createdAt} />
            </Td>
            <Td className="whitespace-nowrap">
              {token.lastUsedAt ? <TimeAgo date={token.lastUsedAt} /> : <span className="text-ink-2">never</span>}
            </Td>
            <Td className="whitespace-nowrap">
              <Ends token={token} />
            </Td>
            <Td numeric>
              {token.state === 'usable' ? (
                <Button
                  size="sm"
                  variant="danger"
                  disabled={revoke.isPending}
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => revoke.mutate({ id: token.id })}
                >
                  Revoke
                </Button>
              ) : null}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

function Ends({ token }: { token: ApiTokenView }) {
  if (token.state === 'usable') return <TimeAgo date={token.expiresAt} />
  return <Badge tone="neutral">{token.state}</Badge>
}
