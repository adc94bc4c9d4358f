'use client'
import type { DeploySide, DeploySummary } from '@sonde/contract'
import { Dialog, EmptyState, formatPlural, HostText, Notice, SearchInput, SkeletonRows, TimeAgo } from '@sonde/ui'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'

/** Any capture that there is, for one side of a pair. */
export function PickCaptureDialog({
  deploy,
  pairId,
  side,
  open,
  onOpenChange,
}: {
  deploy: DeploySummary
  pairId: string
  side: DeploySide
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const search = useDebounced(text, 200)
  const captures = useQuery({
    ...trpc.captures.list.queryOptions({ limit: 50, ...(search ? { search } : {}) }),
    placeholderData: keepPreviousData,
  })
  const pick = useMutation(
    trpc.deploys.pick.mutationOptions({
      onSuccess: async () => {
        onOpenChange(false)
        await queryClient.invalidateQueries({ queryKey: trpc.deploys.pathKey() })
      },
    }),
  )
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Pick the capture ${side} ${deploy.service}`}>
      <div className="flex flex-col gap-2">
        <SearchInput
          aria-label="Search captures"
          placeholder="Title, host, person, recipe"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {pick.error ? (
          <Notice tone="bad" title="It was not picked">
            <HostText wrap text={errorText(pick.error)} />
          </Notice>
        ) : null}
        {captures.error && !captures.data ? (
          <Notice tone="bad" title="The captures could not be loaded">
            <HostText wrap text={errorText(captures.error)} />
          </Notice>
        ) : !captures.data ? (
          <SkeletonRows label="Loading captures" />
        ) : captures.data.items.length === 0 ? (
          <EmptyState title="No capture matches" />
        ) : (
          <ul className="max-h-[50vh] overflow-auto rounded-md border border-line">
            {captures.data.items.map((capture) => (
              <li key={capture.id} className="border-line border-b last:border-b-0">
                <button
                  type="button"
                  disabled={pick.isPending}
                  onClick={() => pick.mutate({ id: deploy.id, pairId, side, captureId: capture.id })}
                  className="flex w-full flex-wrap items-baseline gap-x-2 px-2 py-1.5 text-left hover:bg-hover"
                >
                  <HostText text={capture.title} className="min-w-0 flex-1" />
                  <span className="text-ink-2 text-sm">
                    {formatPlural(capture.hosts.length, 'host')} · <TimeAgo date={capture.createdAt} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  )
}
