'use client'
import { type CaptureLatency, type CaptureView, type CaptureViewState, instrumentOf } from '@sonde/contract'
import { bucketRangeOf, formatCount, formatNs, formatPlural, HeatMap, LatencyBars, Notice, SearchInput, SkeletonRows } from '@sonde/ui'
import { type RefObject, useMemo } from 'react'
import { CsvButton } from '../downloads/csv-button.tsx'
import { errorText } from '../trpc/errors.ts'
import { useSyncedText } from '../url/use-synced-text.ts'
import { formatWindow, parseWindow } from './capture-time.ts'
import { latencyCsv } from './latency-csv.ts'
import { sortLatency } from './latency-rows.ts'
import { LatencyTable, SPANS } from './latency-table.tsx'
import { NothingSelected } from './nothing-selected.tsx'
import { ownerColumns, splitChoices } from './owner-columns.ts'
import { Pane } from './pane.tsx'
import { latencySplit } from './result-split.ts'
import { SplitSelect } from './split-select.tsx'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

export type LatencyPaneProps = {
  capture: CaptureView
  /** What the time axis covers. */
  domainMs: number
  latency: Result<CaptureLatency>
  view: CaptureViewState
  update: UpdateView
  findRef: RefObject<HTMLInputElement | null> | null
  onShowMore: (() => void) | null
}

export function LatencyPane({ capture, domainMs, latency, view, update, findRef, onShowMore }: LatencyPaneProps) {
  const [find, setFind] = useSyncedText(view.find, (text) => update({ find: text }, 'replace'))
  const { data } = latency
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const shape = {
    manyHosts: capture.targets.length > 1,
    manyProbes: false,
    key: instrumentOf(capture.spec, 'latency')?.groupBy ?? null,
  }
  const by = latencySplit(capture.spec, view)
  // One axis for the map, the bars beside it and every row; a bucket of air above and below.
  const range = useMemo(() => {
    const histogram: [number, number][] = [
      ...(data?.total.histogram ?? []),
      ...(data?.heat ?? []).map(([, bucket]): [number, number] => [bucket, 1]),
    ]
    const tight = bucketRangeOf([histogram])
    return tight ? { first: Math.max(0, tight.first - 1), last: Math.min(63, tight.last + 1) } : null
  }, [data])
  const isNarrowed = view.host !== '' || view.process !== '' || window !== null || view.find !== ''
  const isEmpty = !data || !range || (data.total.count === 0 && data.heat.length === 0)

  return (
    <Pane
      testId="latency-pane"
      title="Latency"
      isStale={latency.isStale}
      tools={
        <>
          <SearchInput
            ref={findRef ?? undefined}
            className="min-w-32 flex-1"
            aria-label="Filter the latencies"
            placeholder={shape.key === null ? 'Process' : 'Process or value'}
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
          <SplitSelect
            label="Rows of the latencies"
            value={by}
            choices={splitChoices(shape).filter((choice): choice is { value: typeof by; label: string } => choice.value !== 'probe')}
            onChange={(next) => update({ latencyBy: next }, 'replace')}
          />
          {data && !isEmpty ? (
            <CsvButton
              capture={capture}
              part="latency"
              what="the latencies"
              make={() =>
                latencyCsv(sortLatency(data.rows, view.latencySort, view.latencyDir), data.others, ownerColumns({ by, ...shape }))
              }
            />
          ) : null}
        </>
      }
      foot={
        data && !isEmpty ? (
          <>
            <span data-testid="latency-total">
              {formatPlural(data.total.count, 'span')}, p50 ≈ {formatNs(data.total.p50?.value ?? null)}, p99 ≈{' '}
              {formatNs(data.total.p99?.value ?? null)}, at most {formatNs(data.total.maxNs)}
            </span>
            <span className="flex-1" />
            {data.untimed > 0 ? (
              <span className="text-warn" title="There was no room to remember when these were: they are in the rows, not in the heat map.">
                {formatCount(data.untimed)} without a time
              </span>
            ) : null}
            {data.beyond > 0 ? (
              <span
                className="text-warn"
                title="There are more processes and values than the server tells apart. These are in the total alone."
              >
                {formatCount(data.beyond)} of unnamed rows
              </span>
            ) : null}
            <span
              className="text-ink-3"
              title="The solid line is the median of each moment, the dashed one its 99th percentile, both interpolated from log2 buckets."
            >
              — p50 ┄ p99 ≈ from log2 buckets
            </span>
          </>
        ) : undefined
      }
    >
      {latency.error && !data ? (
        <div className="p-3">
          <Notice tone="bad" title="The latencies could not be loaded">
            {errorText(latency.error)}
          </Notice>
        </div>
      ) : latency.isLoading ? (
        <SkeletonRows label="Loading the latencies" rows={8} />
      ) : isEmpty && isNarrowed && data ? (
        <NothingSelected
          what="spans"
          text="None began and ended there while it was watched."
          onClearFilter={
            view.find === ''
              ? null
              : () => {
                  setFind('')
                  update({ find: '' }, 'replace')
                }
          }
          onShowAllTime={window ? () => update({ window: '' }, 'push') : null}
          onShowAllProcesses={view.process === '' ? null : () => update({ process: '' }, 'push')}
          onShowAllHosts={view.host === '' ? null : () => update({ host: '' }, 'push')}
        />
      ) : isEmpty ? (
        <Waiting
          capture={capture}
          what="spans"
          idle={{
            title: 'No spans',
            text: 'Nothing began and ended while the probes were attached, or no span met the conditions. One that had begun before is counted as unmatched.',
          }}
        />
      ) : (
        <>
          <div className="flex h-[46%] max-h-96 min-h-40 shrink-0 border-line border-b">
            <HeatMap
              label={`Latency over time: ${formatPlural(data.total.count, 'span')}, p50 about ${formatNs(data.total.p50?.value ?? null)}, p99 about ${formatNs(data.total.p99?.value ?? null)}`}
              className="flex-1"
              cells={data.heat}
              range={range}
              stepMs={data.grid.stepMs}
              domainMs={domainMs}
              noun="spans"
              window={window}
              onWindow={(next, how) => update({ window: formatWindow(next) }, how === 'new' ? 'push' : 'replace')}
              testId="latency-heat"
            />
            <LatencyBars
              label={`Histogram of ${formatPlural(data.total.count, 'span')}`}
              className="hidden w-36 shrink-0 @min-[520px]:block"
              buckets={data.total.histogram}
              range={range}
              noun={SPANS}
            />
          </div>
          <LatencyTable
            data={data}
            columns={ownerColumns({ ...shape, by })}
            range={range}
            view={view}
            update={update}
            onShowMore={onShowMore}
          />
        </>
      )}
    </Pane>
  )
}
