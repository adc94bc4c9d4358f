'use client'
import type { ProcessRow } from '@sonde/contract'
import { Button, cx, formatBytes, formatPlural, HostText, Notice, SearchInput, Select, Skeleton, TimeAgo } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { RefreshCw } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { PROCESS_SORTS, type ProcessSort, selectProcesses } from './select-processes.ts'

const SORT_WORDS: Record<ProcessSort, string> = { cpu: 'CPU', memory: 'memory', pid: 'pid', name: 'name' }
const ROW_PX = 30

export type ProcessPickerProps = {
  hostId: string
  hostName: string
  /** Marks the rows that the filter takes. */
  isPicked: (row: ProcessRow) => boolean
  onPick: (row: ProcessRow) => void
  /** What a click on a row means, for its name: "Record only process 42". */
  verb: (row: ProcessRow) => string
  /** Leaves out rows that cannot be picked. */
  only?: (row: ProcessRow) => boolean
}

/** The host's processes as they are now, asked from its agent. */
export function ProcessPicker({ hostId, hostName, isPicked, onPick, verb, only }: ProcessPickerProps) {
  const trpc = useTRPC()
  const [search, setSearch] = useState('')
  const [sort, setSort] = useState<ProcessSort>('cpu')
  const processes = useQuery({
    ...trpc.hosts.processes.queryOptions({ hostId }),
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const all = processes.data?.rows
  const rows = useMemo(() => {
    const listed = all ?? []
    return selectProcesses(only ? listed.filter(only) : listed, search, sort)
  }, [all, only, search, sort])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 8 })

  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          className="min-w-40 flex-1"
          aria-label="Search processes"
          placeholder="Name, command, pid, user or cgroup"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <div className="w-32">
          <Select
            aria-label="Sort processes by"
            value={sort}
            onChange={(event) => {
              const next = PROCESS_SORTS.find((s) => s === event.target.value)
              if (next) setSort(next)
            }}
          >
            {PROCESS_SORTS.map((s) => (
              <option key={s} value={s}>
                by {SORT_WORDS[s]}
              </option>
            ))}
          </Select>
        </div>
        <Button onClick={() => processes.refetch()} disabled={processes.isFetching} aria-label="Refresh the process list">
          <RefreshCw aria-hidden className={processes.isFetching ? 'animate-live' : undefined} />
          <span className="hidden sm:inline">{processes.isFetching ? 'Asking…' : 'Refresh'}</span>
        </Button>
      </div>
      {processes.error ? (
        <Notice tone="bad" title={<>The processes of {hostName} could not be listed</>}>
          <HostText wrap text={errorText(processes.error)} />
        </Notice>
      ) : null}
      {processes.isLoading ? (
        <Skeleton className="h-40" />
      ) : processes.data ? (
        <>
          <div
            ref={scroller}
            className="h-64 overflow-auto rounded-md border border-line"
            role="listbox"
            aria-label={`Processes on ${hostName}`}
            tabIndex={0}
          >
            <div className="relative" style={{ height: virtual.getTotalSize() }}>
              {virtual.getVirtualItems().map((item) => {
                const row = rows[item.index]
                if (!row) return null
                const picked = isPicked(row)
                return (
                  <button
                    key={row.pid}
                    type="button"
                    role="option"
                    aria-selected={picked}
                    aria-setsize={rows.length}
                    aria-posinset={item.index + 1}
                    data-testid="process-row"
                    onClick={() => onPick(row)}
                    className={cx(
                      'absolute inset-x-0 grid grid-cols-[64px_minmax(90px,140px)_64px_76px_minmax(0,1fr)] items-center gap-3 border-line border-b px-2 text-left',
                      picked ? 'bg-selected' : 'hover:bg-hover',
                    )}
                    style={{ height: ROW_PX, top: item.start }}
                  >
                    <span className="text-right text-ink-2">
                      <span className="sr-only">{verb(row)}: </span>
                      {row.pid}{' '}
                    </span>
                    <HostText text={row.comm} className="font-medium" />
                    <span className="text-right" title="CPU, in cores">
                      {(row.cpu * 100).toFixed(row.cpu < 0.1 ? 1 : 0)} %
                    </span>
                    <span className="text-right text-ink-2">{formatBytes(row.rssBytes)}</span>
                    <HostText
                      text={row.command}
                      mono
                      className="text-ink-2"
                      title={`${row.command}\nuser ${row.user}${row.cgroup ? `\ncgroup ${row.cgroup}` : ''}`}
                    />
                  </button>
                )
              })}
              {rows.length === 0 ? (
                <p className="p-3 text-ink-2">
                  {only !== undefined && search === '' ? 'No process here can be picked for this.' : 'No process matches.'}
                </p>
              ) : null}
            </div>
          </div>
          <p className="text-ink-3 text-sm">
            {formatPlural(rows.length, 'process', 'processes')}, taken <TimeAgo date={new Date(processes.data.takenAtMs)} />; CPU as share
            of one core
            {processes.data.truncated ? '. The host has more than are listed here: search does not find those.' : '.'}
          </p>
        </>
      ) : null}
    </div>
  )
}
