'use client'
import { Button, cx, EmptyState, formatExact, HostText, Notice, SkeletonRows, TimeAgo } from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { noteHref } from './note-href.ts'
import { NoteText } from './note-text.tsx'
import { PersonBadge } from './person-badge.tsx'

/** The newest notes that mention me, each the way to where it is. */
export function MentionList({ onOpen }: { onOpen: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data, error } = useQuery(trpc.mentions.list.queryOptions(undefined, { staleTime: 0 }))
  const see = useMutation(
    trpc.mentions.see.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.mentions.pathKey() }),
      onError: (reason) => toast.error('It was not changed', { description: errorText(reason) }),
    }),
  )
  if (!data) {
    return error ? (
      <Notice tone="bad" title="The mentions could not be loaded">
        {errorText(error)}
      </Notice>
    ) : (
      <SkeletonRows label="Loading the mentions" rows={4} />
    )
  }
  if (data.items.length === 0)
    return <EmptyState title="Nobody has mentioned you yet">Type @ and a name in a note to mention somebody.</EmptyState>
  return (
    <div className="flex flex-col gap-3">
      {data.items.some((item) => item.seenAt === null) ? (
        <Button className="self-start" disabled={see.isPending} onClick={() => see.mutate({ captureId: null })}>
          Mark all as seen
        </Button>
      ) : null}
      <ul className="flex flex-col gap-1.5">
        {data.items.map((item) => (
          <li key={item.commentId}>
            <Link
              href={noteHref(item.captureId, item.commentId, item.view)}
              onClick={onOpen}
              data-testid="mention"
              className={cx(
                'flex flex-col gap-1 rounded-md border p-2.5 hover:bg-hover',
                item.seenAt === null ? 'border-accent-line bg-accent-soft' : 'border-line',
              )}
            >
              <span className="flex min-w-0 items-center gap-1.5">
                <PersonBadge person={item.author} />
                <HostText text={item.author.name} className="font-medium" />
                <TimeAgo date={item.createdAt} className="whitespace-nowrap text-ink-3 text-sm" />
                {item.seenAt === null ? <span className="ml-auto text-accent text-sm">new</span> : null}
              </span>
              <span className="line-clamp-3">
                <NoteText note={item} onView={null} />
              </span>
              <span className="min-w-0 text-ink-2 text-sm">
                <HostText text={item.captureTitle} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {data.total > data.items.length ? (
        <p className="text-ink-2">
          The newest {data.items.length} of {formatExact(data.total)}.
        </p>
      ) : null}
    </div>
  )
}
