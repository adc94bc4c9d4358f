'use client'
import type { HostView } from '@sonde/contract'
import { Button, EmptyState, formatPlural, formatShare, HostText, LabelChip, Meter, Notice, SearchInput, Skeleton } from '@sonde/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { CapabilityBadges } from '../hosts/capability-badges.tsx'
import { HostStatus } from '../hosts/host-status.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'

export type HostPickerProps = { hostIds: readonly string[]; onChange: (hostIds: string[]) => void }

/** Hosts by search; those that are picked stay picked when the search hides them. */
export function HostPicker({ hostIds, onChange }: HostPickerProps) {
  const trpc = useTRPC()
  const [search, setSearch] = useState('')
  const settled = useDebounced(search.trim(), 200)
  const hosts = useQuery({
    ...trpc.hosts.list.queryOptions(settled ? { search: settled } : {}),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  })
  const picked = new Set(hostIds)
  const shown = hosts.data ?? []
  const hidden = hostIds.filter((id) => !shown.some((host) => host.id === id)).length
  const toggle = (id: string) => onChange(picked.has(id) ? hostIds.filter((h) => h !== id) : [...hostIds, id])

  if (hosts.error && !hosts.data)
    return (
      <Notice tone="bad" title="The hosts could not be loaded">
        {errorText(hosts.error)}
      </Notice>
    )
  if (!hosts.data) return <Skeleton className="h-24" />
  if (shown.length === 0 && !settled)
    return (
      <EmptyState className="py-6" title="No host yet">
        An administrator adds one on the page Hosts.
      </EmptyState>
    )
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          className="min-w-40 flex-1"
          aria-label="Search hosts to pick"
          placeholder="service=checkout env=prod"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {shown.length > 1 ? (
          <Button onClick={() => onChange([...new Set([...hostIds, ...shown.map((host) => host.id)])])}>Pick all {shown.length}</Button>
        ) : null}
        {hostIds.length > 0 ? (
          <Button variant="ghost" onClick={() => onChange([])}>
            Clear
          </Button>
        ) : null}
      </div>
      {shown.length === 0 ? (
        <p className="py-2 text-ink-2">No host matches. Words like key=value match labels, others match names and facts.</p>
      ) : (
        <ul className="max-h-72 overflow-auto rounded-md border border-line">
          {shown.map((host) => (
            <HostOption key={host.id} host={host} picked={picked.has(host.id)} onToggle={() => toggle(host.id)} />
          ))}
        </ul>
      )}
      {hidden > 0 ? <p className="text-ink-2 text-sm">{formatPlural(hidden, 'more picked host')} not in this list.</p> : null}
    </div>
  )
}

function HostOption({ host, picked, onToggle }: { host: HostView; picked: boolean; onToggle: () => void }) {
  const busy = host.online ? (host.load?.cpuBusy ?? null) : null
  return (
    <li className={picked ? 'border-line border-b bg-selected last:border-b-0' : 'border-line border-b last:border-b-0 hover:bg-hover'}>
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 px-2 py-1">
        <label className="flex min-w-28 flex-1 cursor-pointer max-sm:basis-full items-center gap-2">
          <input type="checkbox" checked={picked} onChange={onToggle} className="size-3.5 shrink-0 accent-accent" />
          <HostText text={host.name} className="font-medium" />
        </label>
        <span className="hidden flex-wrap gap-1 sm:flex">
          {Object.entries(host.labels)
            .slice(0, 4)
            .map(([key, value]) => (
              <LabelChip key={key} name={key} value={value} />
            ))}
        </span>
        <CapabilityBadges host={host} />
        {busy === null ? null : (
          <span className="hidden sm:inline">
            <Meter label="CPU busy" share={busy} text={formatShare(busy)} />
          </span>
        )}
        <HostStatus host={host} />
      </div>
    </li>
  )
}
