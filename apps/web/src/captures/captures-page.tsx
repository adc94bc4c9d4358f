'use client'
import { Button, EmptyState, HostText, Notice, SearchInput, SkeletonRows } from '@sonde/ui'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Flame, Plus } from 'lucide-react'
import Link from 'next/link'
import { ImportButton } from '../import/import-button.tsx'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useUrlSearch } from '../url/use-url-search.ts'
import { isLive } from './capture-state.ts'
import { CaptureTable } from './capture-table.tsx'
import { SearchHelp } from './search-help.tsx'

const PAGE_SIZE = 50

export function CapturesPage() {
  const trpc = useTRPC()
  const operator = useHasRole('operator')
  const search = useUrlSearch()
  const pages = useInfiniteQuery({
    ...trpc.captures.list.infiniteQueryOptions(
      { limit: PAGE_SIZE, ...(search.settled ? { search: search.settled } : {}) },
      { getNextPageParam: (page) => page.nextCursor ?? undefined },
    ),
    placeholderData: keepPreviousData,
    // Quick while something runs, so that its state is live; slow otherwise, since a colleague may start one.
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((capture) => isLive(capture.state))) ? 2_000 : 15_000,
  })
  const captures = pages.data?.pages.flatMap((page) => page.items)
  const start = operator ? (
    <Button asChild variant="primary">
      <Link href="/captures/new">
        <Plus aria-hidden /> New capture
      </Link>
    </Button>
  ) : null

  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 font-semibold text-xl">Captures</h1>
        <SearchInput
          className="min-w-40 max-w-md flex-1"
          aria-label="Search captures"
          placeholder="Title, host, function, syscall, person, tag"
          end={<SearchHelp />}
          value={search.text}
          onChange={(event) => search.setText(event.target.value)}
        />
        {operator ? <ImportButton /> : null}
      </div>
      {pages.error && !captures ? (
        <Notice tone="bad" title="The captures could not be loaded">
          <HostText wrap text={errorText(pages.error)} />
        </Notice>
      ) : !captures ? (
        <SkeletonRows label="Loading captures" />
      ) : captures.length === 0 ? (
        search.settled ? (
          <EmptyState title="No capture matches" action={<Button onClick={() => search.setText('')}>Clear the search</Button>} />
        ) : (
          <EmptyState icon={<Flame />} title="No capture yet" action={start}>
            A capture records CPU stacks and system calls of one or more hosts for some seconds. It keeps its link, so you can paste it into
            a chat. A profile that another tool recorded is one as well: drop its file onto the page.
          </EmptyState>
        )
      ) : (
        <>
          <CaptureTable captures={captures} />
          {pages.hasNextPage ? (
            <div className="flex justify-center">
              <Button onClick={() => pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
                {pages.isFetchingNextPage ? 'Loading…' : 'Show older ones'}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </div>
  )
}
