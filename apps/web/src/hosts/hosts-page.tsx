'use client'
import type { HostView } from '@sonde/contract'
import {
  Button,
  EmptyState,
  formatBytes,
  formatPlural,
  formatShare,
  HostText,
  LabelChip,
  Meter,
  Notice,
  SearchInput,
  SkeletonRows,
  Table,
  Td,
  Th,
  Tr,
} from '@sonde/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Plus, Server } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useUrlSearch } from '../url/use-url-search.ts'
import { AddHostDialog } from './add-host-dialog.tsx'
import { CapabilityBadges } from './capability-badges.tsx'
import { HostStatus } from './host-status.tsx'

export function HostsPage() {
  const trpc = useTRPC()
  const admin = useHasRole('admin')
  const search = useUrlSearch()
  const [adding, setAdding] = useState(false)
  const hosts = useQuery({
    ...trpc.hosts.list.queryOptions(search.settled ? { search: search.settled } : {}),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  })
  const online = hosts.data?.filter((host) => host.online).length ?? 0
  const addWord = (word: string) => search.setText(search.text.split(/\s+/).includes(word) ? search.text : `${search.text} ${word}`.trim())
  const addButton = admin ? (
    <Button variant={hosts.data?.length === 0 && !search.settled ? 'primary' : 'secondary'} onClick={() => setAdding(true)}>
      <Plus aria-hidden /> Add a host
    </Button>
  ) : null

  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 font-semibold text-xl">Hosts</h1>
        <SearchInput
          className="min-w-40 max-w-md flex-1"
          aria-label="Search hosts"
          placeholder="env=prod checkout …"
          value={search.text}
          onChange={(event) => search.setText(event.target.value)}
        />
        {hosts.data ? (
          <span className="text-ink-2" role="status">
            {formatPlural(hosts.data.length, 'host')}, {online} online
          </span>
        ) : null}
        <div className="flex-1" />
        {addButton}
      </div>

      {hosts.error && !hosts.data ? (
        <Notice tone="bad" title="The hosts could not be loaded">
          <HostText wrap text={errorText(hosts.error)} />
        </Notice>
      ) : !hosts.data ? (
        <SkeletonRows label="Loading hosts" />
      ) : hosts.data.length === 0 ? (
        search.settled ? (
          <EmptyState title="No host matches" action={<Button onClick={() => search.setText('')}>Clear the search</Button>}>
            Words like <code className="font-mono text-sm">key=value</code> match labels; others match names and facts. All words must
            match.
          </EmptyState>
        ) : (
          <EmptyState icon={<Server />} title="No host yet" action={addButton}>
            A host appears here as soon as its agent connects. {admin ? '' : 'Ask an administrator to add one.'}
          </EmptyState>
        )
      ) : (
        <Table label="Hosts">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Status</Th>
              <Th className="hidden lg:table-cell">Labels</Th>
              <Th className="hidden md:table-cell">Kernel</Th>
              <Th numeric className="hidden md:table-cell">
                CPUs
              </Th>
              <Th className="hidden xl:table-cell">Memory used</Th>
              <Th numeric className="hidden sm:table-cell">
                Load 1 min
              </Th>
              <Th>CPU busy</Th>
              <Th className="hidden sm:table-cell">Capabilities</Th>
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {hosts.data.map((host) => (
              <HostRow key={host.id} host={host} onLabel={addWord} />
            ))}
          </tbody>
        </Table>
      )}
      <AddHostDialog open={adding} onOpenChange={setAdding} />
    </div>
  )
}

function HostRow({ host, onLabel }: { host: HostView; onLabel: (word: string) => void }) {
  const operator = useHasRole('operator')
  // Old numbers next to "last seen 2 d ago" would be read as today's.
  const load = host.online ? host.load : null
  return (
    <Tr data-testid="host-row">
      <Td className="max-w-64">
        <Link id={`host-${host.id}`} href={`/hosts/${host.id}`} className="font-medium hover:underline">
          <HostText text={host.name} />
        </Link>
      </Td>
      <Td>
        <HostStatus host={host} />
      </Td>
      <Td className="hidden lg:table-cell">
        <span className="flex flex-wrap gap-1">
          {Object.entries(host.labels).map(([key, value]) => (
            <LabelChip key={key} name={key} value={value} onSelect={() => onLabel(`${key}=${value}`)} />
          ))}
        </span>
      </Td>
      <Td className="hidden max-w-56 md:table-cell">
        <HostText text={host.facts.kernel} className="text-ink-2" title={`${host.facts.kernel}, ${host.facts.os}, ${host.facts.arch}`} />
      </Td>
      <Td numeric className="hidden md:table-cell">
        {host.facts.cpuCount}
      </Td>
      <Td className="hidden xl:table-cell">
        {load ? (
          <Meter
            label="Memory used"
            share={load.memoryUsedBytes / Math.max(1, host.facts.memoryBytes)}
            text={`${formatBytes(load.memoryUsedBytes)} of ${formatBytes(host.facts.memoryBytes)}`}
          />
        ) : (
          <span className="text-ink-2">{formatBytes(host.facts.memoryBytes)}</span>
        )}
      </Td>
      <Td numeric className="hidden sm:table-cell">
        {load ? load.load1.toFixed(2) : '–'}
      </Td>
      <Td>{load?.cpuBusy != null ? <Meter label="CPU busy" share={load.cpuBusy} text={formatShare(load.cpuBusy)} /> : '–'}</Td>
      <Td className="hidden sm:table-cell">
        <CapabilityBadges host={host} />
      </Td>
      <Td numeric>
        {operator ? (
          <Button asChild size="sm">
            <Link href={`/captures/new?host=${host.id}`} aria-describedby={`host-${host.id}`}>
              Capture
            </Link>
          </Button>
        ) : null}
      </Td>
    </Tr>
  )
}
