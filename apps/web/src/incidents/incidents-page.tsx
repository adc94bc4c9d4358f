'use client'
import type { IncidentSummary } from '@sonde/contract'
import { Badge, Button, EmptyState, formatPlural, HostText, Notice, SearchInput, SkeletonRows, Table, Td, Th, TimeAgo, Tr } from '@sonde/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { FolderOpen, Plus } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useUrlSearch } from '../url/use-url-search.ts'
import { contentWords } from './incident-words.ts'
import { NewIncident } from './new-incident.tsx'

/** All incidents, open ones first. */
export function IncidentsPage() {
  const trpc = useTRPC()
  const operator = useHasRole('operator')
  const search = useUrlSearch()
  const [naming, setNaming] = useState(false)
  const incidents = useQuery({
    ...trpc.incidents.list.queryOptions(search.settled ? { search: search.settled } : {}),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
  const begin = operator ? (
    <Button variant="primary" onClick={() => setNaming(true)}>
      <Plus aria-hidden /> New incident
    </Button>
  ) : null
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 font-semibold text-xl">Incidents</h1>
        <SearchInput
          className="min-w-40 max-w-md flex-1"
          aria-label="Search incidents"
          placeholder="Title, summary, note"
          value={search.text}
          onChange={(event) => search.setText(event.target.value)}
        />
        {begin}
      </div>
      {incidents.error && !incidents.data ? (
        <Notice tone="bad" title="The incidents could not be loaded">
          <HostText wrap text={errorText(incidents.error)} />
        </Notice>
      ) : !incidents.data ? (
        <SkeletonRows label="Loading incidents" />
      ) : incidents.data.items.length === 0 ? (
        search.settled ? (
          <EmptyState title="No incident matches" action={<Button onClick={() => search.setText('')}>Clear the search</Button>} />
        ) : (
          <EmptyState icon={<FolderOpen />} title="No incident yet">
            An incident is a folder of what was found out about one trouble: captures with the view that showed it, comparisons and notes,
            on a timeline. It is handed over as a link, or as Markdown.
          </EmptyState>
        )
      ) : (
        <>
          <IncidentTable incidents={incidents.data.items} />
          {incidents.data.more > 0 ? (
            <p className="text-ink-2">{formatPlural(incidents.data.more, 'older one', 'older ones')} not shown: search for them.</p>
          ) : null}
        </>
      )}
      <NewIncident open={naming} onOpenChange={setNaming} />
    </div>
  )
}

function IncidentTable({ incidents }: { incidents: readonly IncidentSummary[] }) {
  return (
    <Table label="Incidents">
      <thead>
        <tr>
          <Th>Incident</Th>
          <Th>State</Th>
          <Th className="hidden sm:table-cell">What is in it</Th>
          <Th>Last change</Th>
          <Th className="hidden md:table-cell">Begun</Th>
          <Th className="hidden lg:table-cell">Who</Th>
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <Tr key={incident.id} data-testid="incident-row">
            <Td className="max-w-96">
              <Link href={`/incidents/${incident.id}`} className="font-medium hover:underline">
                <HostText text={incident.title} />
              </Link>
            </Td>
            <Td>
              <Badge tone={incident.state === 'open' ? 'warn' : 'neutral'}>{incident.state}</Badge>
            </Td>
            <Td className="hidden whitespace-nowrap sm:table-cell">{contentWords(incident)}</Td>
            <Td className="whitespace-nowrap">
              <TimeAgo date={incident.updatedAt} />
            </Td>
            <Td className="hidden whitespace-nowrap md:table-cell">
              <TimeAgo date={incident.createdAt} />
            </Td>
            <Td className="hidden max-w-40 lg:table-cell">
              <HostText text={incident.createdBy.name} className="text-ink-2" />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
