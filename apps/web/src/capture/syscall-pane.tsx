'use client'
import { type CaptureSyscalls, type CaptureView, type CaptureViewState, instrumentOf } from '@sonde/contract'
import {
  bucketRangeOf,
  formatCount,
  formatMoments,
  formatNs,
  formatPlural,
  formatSpan,
  Notice,
  SearchInput,
  Segmented,
  SkeletonRows,
} from '@sonde/ui'
import { ChartColumn, CircleAlert, FolderOpen, Rows3 } from 'lucide-react'
import { type RefObject, useMemo } from 'react'
import { CsvButton } from '../downloads/csv-button.tsx'
import { errorText } from '../trpc/errors.ts'
import { useSyncedText } from '../url/use-synced-text.ts'
import { parseWindow } from './capture-time.ts'
import { ErrnoTable } from './errno-table.tsx'
import { NothingSelected } from './nothing-selected.tsx'
import { ObjectTable } from './object-table.tsx'
import { Pane } from './pane.tsx'
import { syscallCsv } from './syscall-csv.ts'
import { measureOfSort } from './syscall-groups.ts'
import { SyscallHistograms } from './syscall-histograms.tsx'
import { objectLines } from './syscall-objects.ts'
import { onHost, selectSyscalls, syscallLines } from './syscall-rows.ts'
import { SyscallTable } from './syscall-table.tsx'
import { SyscallTimesChart } from './syscall-times-chart.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import { useSyscallTimes, useSyscallWindow } from './use-syscall-times.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

const READINGS = [
  { value: 'table', name: 'Table', label: <Rows3 aria-hidden /> },
  { value: 'histograms', name: 'Histograms', label: <ChartColumn aria-hidden /> },
  { value: 'errors', name: 'Errors by errno', label: <CircleAlert aria-hidden /> },
  { value: 'objects', name: 'Files and addresses', label: <FolderOpen aria-hidden /> },
] as const
/** As many lines as there are colours. */
const LINES = 8

export type SyscallPaneProps = {
  capture: CaptureView
  results: CaptureResults
  domainMs: number
  view: CaptureViewState
  update: UpdateView
  filterRef: RefObject<HTMLInputElement | null> | null
}

/** The system calls: over time on top; below as a table, as histograms, or by errno; of the selected process, host and time. */
export function SyscallPane({ capture, results, domainMs, view, update, filterRef }: SyscallPaneProps) {
  const [filter, setFilter] = useSyncedText(view.filter, (text) => update({ filter: text }, 'replace'))
  const filterBy = (text: string) => {
    setFilter(text)
    update({ filter: text }, 'push')
  }
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const inWindow = useSyscallWindow(capture, view)
  const whole = results.syscalls
  // Until the selected time has arrived the whole stays, marked as what it is.
  const shown = window && inWindow.data ? inWindow : whole
  const isStale = window !== null && (inWindow.data === undefined ? inWindow.error === null : inWindow.isStale)
  const data = useMemo(() => onHost(shown.data, view.host), [shown.data, view.host])
  const lines = useMemo(() => (data ? syscallLines(data) : []), [data])
  const { process, sort, dir } = view
  const chosen = useMemo(() => selectSyscalls(lines, { process, filter: view.filter, sort, dir }), [lines, process, view.filter, sort, dir])
  const measure = view.syscallMeasure === 'auto' ? measureOfSort(sort) : view.syscallMeasure
  const times = useSyscallTimes(capture, view, { by: measure, limit: LINES, search: view.filter })
  // One axis and one scale for all rows, whatever is filtered away: rows stay comparable, and do not jump.
  const range = useMemo(() => bucketRangeOf(lines.map((line) => line.histogram)), [lines])
  const mostTotalNs = useMemo(() => lines.reduce((most, line) => Math.max(most, line.totalNs), 0), [lines])
  const objects = useMemo(() => objectLines(onHost(whole.data, view.host)), [whole.data, view.host])
  const hasObjects = instrumentOf(capture.spec, 'syscalls')?.objects ?? false
  const reading = view.syscallsAs === 'objects' && !hasObjects ? 'table' : view.syscallsAs
  const manyHosts = (data?.hosts.length ?? 0) > 1
  const error = whole.error && !whole.data ? whole.error : window && !inWindow.data ? inWindow.error : null
  const isNothingYet = (whole.data?.hosts.every((host) => host.snapshot.rows.length === 0) ?? true) && lines.length === 0

  return (
    <Pane
      testId="syscall-pane"
      title="Syscalls"
      isStale={isStale}
      tools={
        <>
          <SearchInput
            ref={filterRef ?? undefined}
            className="min-w-36 flex-1"
            aria-label="Filter the syscall table"
            placeholder="Process, syscall or errno"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <Segmented
            label="Syscalls as"
            value={reading}
            onChange={(syscallsAs) => update({ syscallsAs }, 'replace')}
            options={READINGS.filter(({ value }) => value !== 'objects' || hasObjects)}
          />
          {view.syscallsAs === 'table' && chosen.length > 0 ? (
            <CsvButton capture={capture} part="syscalls" what="the table of system calls" make={() => syscallCsv(chosen)} />
          ) : null}
        </>
      }
      foot={
        isNothingYet || !data ? undefined : (
          <Foot data={data} lines={chosen} range={range} isWindow={shown === inWindow} domainMs={domainMs} />
        )
      }
    >
      {error ? (
        <div className="p-3">
          <Notice tone="bad" title="The syscalls could not be loaded">
            {errorText(error)}
          </Notice>
        </div>
      ) : whole.isLoading ? (
        <SkeletonRows label="Loading the syscalls" rows={8} />
      ) : isNothingYet ? (
        <Waiting
          capture={capture}
          what="counts"
          idle={{
            title: 'No system calls',
            text: 'Nothing of what was recorded made a system call that began and ended in that time. A process that only computes, or only waits, makes none.',
          }}
        />
      ) : (
        <>
          <SyscallTimesChart times={times} measure={measure} domainMs={domainMs} view={view} update={update} onFilter={filterBy} />
          {reading === 'objects' ? (
            <ObjectTable objects={objects} manyHosts={manyHosts} view={view} update={update} />
          ) : chosen.length === 0 ? (
            <NothingSelected
              what="system calls"
              text="None began and ended there while it was watched."
              onClearFilter={view.filter === '' ? null : () => filterBy('')}
              onShowAllTime={window ? () => update({ window: '' }, 'push') : null}
              onShowAllProcesses={process === '' ? null : () => update({ process: '' }, 'push')}
              onShowAllHosts={view.host === '' || process !== '' ? null : () => update({ host: '' }, 'push')}
            />
          ) : reading === 'histograms' && range ? (
            <SyscallHistograms lines={chosen} range={range} measure={measure} onFilter={filterBy} />
          ) : reading === 'errors' ? (
            <ErrnoTable
              lines={chosen}
              times={times.data}
              domainMs={domainMs}
              window={window}
              view={view}
              update={update}
              onFilter={filterBy}
            />
          ) : (
            <SyscallTable
              lines={chosen}
              range={range}
              mostTotalNs={mostTotalNs}
              manyHosts={manyHosts}
              context={{ capture, results, objects: objects?.lines ?? [], view, update, domainMs }}
            />
          )}
        </>
      )}
    </Pane>
  )
}

type FootProps = {
  data: CaptureSyscalls
  lines: ReturnType<typeof selectSyscalls>
  range: ReturnType<typeof bucketRangeOf>
  isWindow: boolean
  domainMs: number
}

/** What the numbers are of, and how exact. */
function Foot({ data, lines, range, isWindow, domainMs }: FootProps) {
  const calls = lines.reduce((sum, line) => sum + line.calls, 0)
  const failed = lines.reduce((sum, line) => sum + line.errorCalls, 0)
  const observedMs = Math.max(0, ...data.hosts.map((host) => host.snapshot.elapsedMs))
  const bounds = data.hosts.flatMap((host) => (host.bounds ? [host.bounds] : []))
  const [fromMs, toMs] = [Math.min(...bounds.map((one) => one.fromMs)), Math.max(...bounds.map((one) => one.toMs))]
  const tenths = (ms: number) => Math.round(ms / 100) * 100
  return (
    <>
      <span data-testid="syscall-count">
        {formatPlural(calls, 'call')}, {formatCount(failed)} failed, in {formatPlural(lines.length, 'row')} over{' '}
        {formatSpan(tenths(observedMs))}
      </span>
      {isWindow && bounds.length > 0 ? (
        <span
          data-testid="syscall-bounds"
          title="The host says every two seconds how often each call was made so far. A selected time is rounded to such moments: what lies between two of them is whole."
        >
          of {formatMoments(tenths(fromMs), tenths(toMs), domainMs)}, whole snapshots
        </span>
      ) : null}
      {isWindow && data.untimed > 0 ? (
        <span className="text-warn" title="There are more rows than the server keeps over time. They are in the table of the whole time.">
          {formatPlural(data.untimed, 'call')} without a time
        </span>
      ) : null}
      <span className="flex-1" />
      <span
        className="text-ink-3"
        title="Calls are counted in buckets that double: 1.02–2.05 µs, 2.05–4.10 µs and so on. Hover a value for the bounds it can vouch for."
      >
        p50, p99 ≈ from log2 buckets
        {range ? `, ${formatNs(range.first === 0 ? 0 : 2 ** range.first)} to ${formatNs(2 ** (range.last + 1))}` : ''}
      </span>
    </>
  )
}
