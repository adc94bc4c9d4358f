'use client'
import { type CaptureCounts, type CaptureView, type CaptureViewState, instrumentOf } from '@sonde/contract'
import { formatCount, formatPlural, Notice, SearchInput, Segmented, SkeletonRows, TimeChart } from '@sonde/ui'
import { ChartLine, Layers } from 'lucide-react'
import { type RefObject, useMemo, useRef, useState } from 'react'
import { CsvButton } from '../downloads/csv-button.tsx'
import { errorText } from '../trpc/errors.ts'
import { useSyncedText } from '../url/use-synced-text.ts'
import { formatWindow, parseWindow } from './capture-time.ts'
import { countsCsv } from './counts-csv.ts'
import { colorRows, countsSeries, coveredMsOf, rowName } from './counts-model.ts'
import { CountsTable } from './counts-table.tsx'
import { NothingSelected } from './nothing-selected.tsx'
import { ownerColumns, splitChoices } from './owner-columns.ts'
import { Pane } from './pane.tsx'
import { countsSplit } from './result-split.ts'
import { SplitSelect } from './split-select.tsx'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

const CHARTS = [
  { value: 'lines', name: 'Lines', label: <ChartLine aria-hidden /> },
  { value: 'stacked', name: 'Stacked', label: <Layers aria-hidden /> },
] as const

export type CountsPaneProps = {
  capture: CaptureView
  /** What the time axis covers. */
  domainMs: number
  counts: Result<CaptureCounts>
  view: CaptureViewState
  update: UpdateView
  findRef: RefObject<HTMLInputElement | null> | null
  onShowMore: (() => void) | null
}

export function CountsPane({ capture, domainMs, counts, view, update, findRef, onShowMore }: CountsPaneProps) {
  const [find, setFind] = useSyncedText(view.find, (text) => update({ find: text }, 'replace'))
  const [highlighted, setHighlighted] = useState<string | null>(null)
  const slots = useRef(new Map<string, number>())
  const { data } = counts
  const instrument = instrumentOf(capture.spec, 'counts')
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const by = countsSplit(capture.spec, view)
  const shape = {
    manyHosts: capture.targets.length > 1,
    manyProbes: by === 'probe' || (instrument?.probes.length ?? 0) > 1,
    key: instrument?.groupBy ?? null,
  }
  const nameOf = (row: CaptureCounts['rows'][number]) => rowName(row, shape)
  const colors = useMemo(() => colorRows(data?.rows ?? [], slots.current), [data])
  const measure = instrument?.sum === undefined ? 'count' : view.measure
  // biome-ignore lint/correctness/useExhaustiveDependencies: names follow from the data and the spec, which does not change
  const series = useMemo(() => (data ? countsSeries(data, measure, colors, nameOf) : []), [data, measure, colors])
  const seconds = data ? coveredMsOf(data.grid, window) / 1_000 : 0
  const isNarrowed = view.host !== '' || view.process !== '' || window !== null || view.find !== ''
  const isEmpty = !data || (data.total.count === 0 && data.rows.length === 0)

  return (
    <Pane
      testId="counts-pane"
      title="Counts"
      isStale={counts.isStale}
      tools={
        <>
          <SearchInput
            ref={findRef ?? undefined}
            className="min-w-32 flex-1"
            aria-label="Filter the counts"
            placeholder="Process, probe or value"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
          {instrument?.sum === undefined ? null : (
            <Segmented
              label="What is shown"
              value={view.measure}
              onChange={(next) => update({ measure: next }, 'replace')}
              options={[
                { value: 'count', label: 'events' },
                { value: 'sum', label: `Σ ${instrument.sum}` },
              ]}
            />
          )}
          <SplitSelect
            label="Rows of the counts"
            value={by}
            choices={splitChoices(shape)}
            onChange={(next) => update({ countsBy: next }, 'replace')}
          />
          <Segmented label="Chart" value={view.chart} onChange={(chart) => update({ chart }, 'replace')} options={CHARTS} />
          {data && !isEmpty ? (
            <CsvButton
              capture={capture}
              part="counts"
              what="the counts"
              make={() => countsCsv(data, ownerColumns({ by, ...shape }), { sumOf: instrument?.sum ?? null, seconds })}
            />
          ) : null}
        </>
      }
      foot={
        data && !isEmpty ? (
          <>
            <span data-testid="counts-total">
              {formatPlural(data.total.count, 'event')}
              {seconds > 0 ? `, ${formatCount(data.total.count / seconds)} a second` : ''}
              {instrument?.sum === undefined ? '' : `, Σ ${instrument.sum} = ${formatCount(data.total.sum)}`}
            </span>
            <span className="flex-1" />
            {data.beyond > 0 ? (
              <span
                className="text-warn"
                title="There are more processes and values than the server tells apart. Their events are in the total and in “others”."
              >
                {formatCount(data.beyond)} of unnamed rows
              </span>
            ) : null}
          </>
        ) : undefined
      }
    >
      {counts.error && !data ? (
        <div className="p-3">
          <Notice tone="bad" title="The counts could not be loaded">
            {errorText(counts.error)}
          </Notice>
        </div>
      ) : counts.isLoading ? (
        <SkeletonRows label="Loading the counts" rows={8} />
      ) : isEmpty && isNarrowed && data ? (
        <NothingSelected
          what="events"
          text="The probes did not fire there while they were attached."
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
          what="counts"
          idle={{ title: 'It did not happen', text: 'The probes were attached and did not fire, or no event met the conditions.' }}
        />
      ) : (
        <>
          <TimeChart
            label={`${measure === 'sum' ? `Sum of ${instrument?.sum}` : 'Events'} per second over time, ${formatPlural(series.length, 'line')}`}
            className="max-h-[420px] min-h-[max(144px,34%)] flex-1"
            series={series}
            stepMs={data.grid.stepMs}
            domainMs={domainMs}
            stacked={view.chart === 'stacked'}
            format={(value) => `${formatCount(value)}/s`}
            highlighted={highlighted}
            window={window}
            onWindow={(next, how) => update({ window: formatWindow(next) }, how === 'new' ? 'push' : 'replace')}
            testId="counts-chart"
          />
          <CountsTable
            data={data}
            columns={ownerColumns({ ...shape, by })}
            measure={measure}
            sumOf={instrument?.sum ?? null}
            colors={colors}
            nameOf={nameOf}
            domainMs={domainMs}
            window={window}
            process={view.process}
            update={update}
            onHighlight={setHighlighted}
            onShowMore={onShowMore}
          />
        </>
      )}
    </Pane>
  )
}
