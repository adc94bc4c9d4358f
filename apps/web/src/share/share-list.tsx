'use client'
import type { ShareView } from '@sonde/contract'
import { Button, formatAgo, formatExact, HostText, Notice, SkeletonRows, Table, Td, Th, TimeAgo, Tr, useNowMs } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useHasRole, usePerson } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** The links that work, of a capture or of all: what each includes, until when, how often it was opened, and how to close it. */
export function ShareList({ captureId }: { captureId?: string }) {
  const trpc = useTRPC()
  const shares = useQuery(trpc.shares.list.queryOptions(captureId === undefined ? {} : { captureId }))
  if (shares.error) return <Notice tone="bad" title={errorText(shares.error)} />
  if (!shares.data) return <SkeletonRows label="Loading the links" rows={2} />
  if (shares.data.length === 0)
    return (
      <p className="text-ink-2">
        {captureId === undefined ? 'No capture is shared at the moment.' : 'No other link to this capture works at the moment.'}
      </p>
    )
  return (
    <Table label="Links that work">
      <thead>
        <tr>
          {captureId === undefined ? <Th>Capture</Th> : null}
          <Th>By</Th>
          <Th>Includes</Th>
          <Th>Expires</Th>
          <Th numeric>Opened</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {shares.data.map((share) => (
          <ShareRow key={share.id} share={share} withCapture={captureId === undefined} />
        ))}
      </tbody>
    </Table>
  )
}

function ShareRow({ share, withCapture }: { share: ShareView; withCapture: boolean }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const me = usePerson()
  const admin = useHasRole('admin')
  const now = useNowMs(30_000)
  const revoke = useMutation(
    trpc.shares.revoke.mutationOptions({
      onSuccess: () => toast.success('The link is revoked', { description: 'Pages that are open on it notice within seconds.' }),
      onError: (error) => toast.error('The link was not revoked', { description: errorText(error) }),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.shares.list.queryKey() }),
    }),
  )
  const isMine = share.createdBy.id === me.id
  return (
    <Tr data-testid="share">
      {withCapture ? (
        <Td className="max-w-56">
          <Link href={`/captures/${share.captureId}`} className="hover:underline">
            <HostText text={share.captureTitle} />
          </Link>
        </Td>
      ) : null}
      <Td className="max-w-40">
        {isMine ? 'you' : <HostText text={share.createdBy.name} />}, <TimeAgo date={share.createdAt} className="whitespace-nowrap" />
      </Td>
      <Td>
        {[...(share.hosts ? ['hosts'] : []), ...(share.args ? ['arguments'] : [])].join(', ') || (
          <span className="text-ink-3">neither</span>
        )}
      </Td>
      <Td className="whitespace-nowrap">
        <TimeAgo date={share.expiresAt} />
      </Td>
      <Td numeric>
        <span title={share.lastReadAt ? `last ${formatAgo(share.lastReadAt, now)}` : 'never yet'}>{formatExact(share.reads)}×</span>
      </Td>
      <Td numeric>
        {isMine || admin ? (
          <Button size="sm" variant="danger" disabled={revoke.isPending} onClick={() => revoke.mutate({ id: share.id })}>
            Revoke
          </Button>
        ) : null}
      </Td>
    </Tr>
  )
}
