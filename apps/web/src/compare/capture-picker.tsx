'use client'
import type { CaptureSummary } from '@sonde/contract'
import { Badge, EmptyState, formatCount, formatPlural, HostText, Notice, SearchInput, SkeletonRows, StateDot, TimeAgo } from '@sonde/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { CAPTURE_STATE_WORDS, captureDot } from '../captures/capture-state.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'
import { alikeFirst, type Comparable, KINSHIP_WORDS, type Kinship } from './related-captures.ts'

const LISTED = 100

/** Captures to choose a side from: the newest, or those that a search finds; beside one that was chosen, the most alike first. */
export function CapturePicker({ beside, label, onChoose }: { beside: Comparable | null; label: string; onChoose: (id: string) => void }) {
  const trpc = useTRPC()
  const [text, setText] = useState('')
  const search = useDebounced(text.trim(), 200)
  const list = useQuery({
    ...trpc.captures.list.queryOptions({ limit: LISTED, ...(search ? { search } : {}) }),
    placeholderData: keepPreviousData,
  })
  const items = list.data?.items
  const rows = useMemo((): { capture: CaptureSummary; kinship: Kinship | null }[] => {
    if (!items) return []
    return beside ? alikeFirst(items, beside) : items.map((capture) => ({ capture, kinship: null }))
  }, [items, beside])
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <SearchInput
        aria-label={`Search captures for ${label}`}
        placeholder="Title, host, person, recipe, probe, file"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {list.error && !items ? (
        <Notice tone="bad" title="The captures could not be loaded">
          <HostText wrap text={errorText(list.error)} />
        </Notice>
      ) : !items ? (
        <SkeletonRows label="Loading captures" rows={5} />
      ) : rows.length === 0 ? (
        <EmptyState title={search ? 'No capture matches' : beside ? 'There is no other capture' : 'No capture yet'} className="py-6">
          {search ? 'Every word must occur in its title, hosts, recipe, probes or author.' : 'Record one: it takes two to compare.'}
        </EmptyState>
      ) : (
        <ul className="flex flex-col overflow-hidden rounded-md border border-line" aria-label={`Captures for ${label}`}>
          {rows.map(({ capture, kinship }) => (
            <li key={capture.id} className="border-line border-b last:border-b-0">
              <button
                type="button"
                data-testid="pick-capture"
                onClick={() => onChoose(capture.id)}
                className="flex w-full min-w-0 flex-col gap-0.5 px-2.5 py-1.5 text-left hover:bg-hover"
              >
                <span className="flex w-full min-w-0 items-center gap-2">
                  <StateDot kind={captureDot(capture.state)} />
                  <span className="sr-only">{CAPTURE_STATE_WORDS[capture.state]}</span>
                  <HostText text={capture.title} className="min-w-0 flex-1 font-medium" />
                  <TimeAgo date={capture.createdAt} className="shrink-0 text-ink-2 text-sm" />
                </span>
                <span className="flex w-full min-w-0 flex-wrap items-center gap-x-2 text-ink-2 text-sm">
                  <HostsOf capture={capture} />
                  <span>{formatCount(capture.samples)} samples</span>
                  {capture.syscalls > 0 ? <span>{formatCount(capture.syscalls)} syscalls</span> : null}
                  <HostText text={capture.createdBy.name} />
                  {kinship === null || kinship === 'none' ? null : (
                    <Badge tone={kinship === 'same' ? 'good' : 'neutral'}>{KINSHIP_WORDS[kinship]}</Badge>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {list.data?.nextCursor ? <p className="text-ink-3 text-sm">The newest {LISTED} are listed. Search for an older one.</p> : null}
    </div>
  )
}

function HostsOf({ capture }: { capture: CaptureSummary }) {
  const [only, ...others] = capture.hosts
  if (!only) return <span>no host left</span>
  return others.length === 0 ? <HostText text={only.name} /> : <span>{formatPlural(capture.hosts.length, 'host')}</span>
}
