'use client'
import { type CaptureCounters, type CaptureView, type CaptureViewState, instrumentOf, type TimeWindow } from '@sonde/contract'
import {
  Button,
  cx,
  Explain,
  formatPlural,
  formatShare,
  HostText,
  Notice,
  SERIES_COUNT,
  SearchInput,
  SkeletonRows,
  Sparkline,
  seriesColor,
  TimeChart,
} from '@sonde/ui'
import { type RefObject, useMemo, useState } from 'react'
import { errorText } from '../trpc/errors.ts'
import { useSyncedText } from '../url/use-synced-text.ts'
import { formatWindow, parseWindow } from './capture-time.ts'
import { ColumnHead } from './column-head.tsx'
import { type CounterRow, counterRows, isEstimate } from './counter-rows.ts'
import { NothingSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import { UnsupportedCounters } from './unsupported-counters.tsx'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'
import { Waiting } from './waiting.tsx'

export type CountersPaneProps = {
  capture: CaptureView
  /** What the time axis covers. */
  domainMs: number
  counters: Result<CaptureCounters>
  view: CaptureViewState
  update: UpdateView
  findRef: RefObject<HTMLInputElement | null> | null
}

export function CountersPane({ capture, domainMs, counters, view, update, findRef }: CountersPaneProps) {
  const [find, setFind] = useSyncedText(view.find, (text) => update({ find: text }, 'replace'))
  const [chosen, setChosen] = useState<string | null>(null)
  const { data } = counters
  const instrument = instrumentOf(capture.spec, 'pmu')
  const isPerCpu = instrument?.perCpu === true
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const all = useMemo(() => {
    if (!data) return []
    return counterRows(data, { perCpu: isPerCpu && view.perCpu, order: instrument?.events ?? [] })
  }, [data, isPerCpu, view.perCpu, instrument])
  const rows = useMemo(() => matching(all, view.find), [all, view.find])
  const selected = rows.find((row) => row.id === chosen) ?? rows[0]
  // All hosts (or CPUs) of the one metric, the chosen one standing out.
  const lines = rows.filter((row) => row.metric === selected?.metric).slice(0, SERIES_COUNT)
  const manyHosts = capture.targets.length > 1
  const unsupported = data?.hosts.flatMap((host) => host.unsupported.map((one) => ({ ...one, hostName: host.hostName }))) ?? []

  return (
    <Pane
      testId="counters-pane"
      title="Counters"
      isStale={counters.isStale}
      tools={
        <>
          <SearchInput
            ref={findRef ?? undefined}
            className="min-w-32 flex-1"
            aria-label="Filter the counters"
            placeholder="Counter or host"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
          {isPerCpu ? (
            <Button aria-pressed={view.perCpu} onClick={() => update({ perCpu: !view.perCpu }, 'replace')}>
              {view.perCpu ? 'All CPUs together' : 'Each CPU'}
            </Button>
          ) : null}
        </>
      }
      foot={
        all.length > 0 ? (
          <>
            <span>{formatPlural(all.filter((row) => row.kind === 'counter').length, 'counter')}</span>
            {view.process === '' ? null : (
              <span className="text-ink-2">Counters know no processes: these are of all that was recorded.</span>
            )}
            {data && data.leftOut > 0 ? <span className="text-warn">{formatPlural(data.leftOut, 'series', 'series')} left out</span> : null}
          </>
        ) : undefined
      }
    >
      {counters.error && !data ? (
        <div className="p-3">
          <Notice tone="bad" title="The counters could not be loaded">
            {errorText(counters.error)}
          </Notice>
        </div>
      ) : counters.isLoading ? (
        <SkeletonRows label="Loading the counters" rows={8} />
      ) : all.length === 0 ? (
        unsupported.length > 0 ? (
          <UnsupportedCounters list={unsupported} manyHosts={manyHosts} />
        ) : (
          <Waiting
            capture={capture}
            what="counts"
            idle={{ title: 'Nothing was counted', text: 'The counters were opened, and ended before the first interval.' }}
          />
        )
      ) : !selected || !data ? (
        <NothingSelected
          what="counters"
          text=""
          onClearFilter={() => {
            setFind('')
            update({ find: '' }, 'replace')
          }}
        />
      ) : (
        <>
          <p className="flex shrink-0 flex-wrap items-baseline gap-x-2 px-3 pt-2">
            <HostText text={selected.title} className="font-medium" />
            <HostText text={selected.note} wrap className="text-ink-2 text-sm" />
          </p>
          <TimeChart
            label={`${selected.title} over time, ${formatPlural(lines.length, 'line')}`}
            className="h-[30%] max-h-64 min-h-28 shrink-0"
            series={lines.map((row, i) => ({ id: row.id, name: lineName(row, manyHosts), color: seriesColor(i), values: row.values }))}
            stepMs={data.grid.stepMs}
            domainMs={domainMs}
            format={selected.format}
            formatTick={selected.formatTick}
            highlighted={lines.length > 1 ? selected.id : null}
            window={window}
            onWindow={(next, how) => update({ window: formatWindow(next) }, how === 'new' ? 'push' : 'replace')}
            testId="counters-chart"
          />
          <Rows
            rows={rows}
            selected={selected.id}
            onSelect={setChosen}
            manyHosts={manyHosts}
            perCpu={isPerCpu && view.perCpu}
            stepMs={data.grid.stepMs}
            domainMs={domainMs}
            window={window}
          />
          {unsupported.length > 0 ? <UnsupportedCounters list={unsupported} manyHosts={manyHosts} /> : null}
        </>
      )}
    </Pane>
  )
}

const lineName = (row: CounterRow, manyHosts: boolean): string =>
  [manyHosts || row.cpu === null ? row.hostName : null, row.cpu === null ? null : `CPU ${row.cpu}`].filter(Boolean).join(' ')

function matching(rows: readonly CounterRow[], find: string): CounterRow[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => words.every((word) => `${row.title} ${row.hostName} ${row.note}`.toLowerCase().includes(word)))
}

const TD = 'h-7 border-line border-b px-2'

type RowsProps = {
  rows: readonly CounterRow[]
  selected: string
  onSelect: (id: string) => void
  manyHosts: boolean
  perCpu: boolean
  stepMs: number
  domainMs: number
  window: TimeWindow | null
}

function Rows({ rows, selected, onSelect, manyHosts, perCpu, stepMs, domainMs, window }: RowsProps) {
  const columns = 5 + Number(manyHosts) + Number(perCpu)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-0 flex-1 overflow-auto border-line border-t" aria-label="Counters" tabIndex={0} data-testid="counters-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Counters">
        <thead>
          <tr>
            <ColumnHead>Counter</ColumnHead>
            {manyHosts ? <ColumnHead>Host</ColumnHead> : null}
            {perCpu ? <ColumnHead numeric>CPU</ColumnHead> : null}
            <ColumnHead numeric>Value</ColumnHead>
            <ColumnHead numeric>Per second</ColumnHead>
            <ColumnHead>Over time</ColumnHead>
            <ColumnHead>
              <span className="sr-only">How sure</span>
            </ColumnHead>
          </tr>
        </thead>
        {(['ratio', 'counter'] as const).map((kind) => {
          const group = rows.filter((row) => row.kind === kind)
          if (group.length === 0) return null
          return (
            <tbody key={kind}>
              <tr>
                <th scope="rowgroup" colSpan={columns} className="bg-surface px-2 pt-2 pb-0.5 text-left font-medium text-ink-3 text-sm">
                  {kind === 'ratio' ? 'Ratios' : 'Counted'}
                </th>
              </tr>
              {group.map((row) => (
                <tr key={row.id} data-testid="counter-row" className={row.id === selected ? 'bg-selected' : 'hover:bg-hover'}>
                  <td className={cx(TD, 'max-w-72')}>
                    <button
                      type="button"
                      aria-pressed={row.id === selected}
                      onClick={() => onSelect(row.id)}
                      title={row.note}
                      className="max-w-full rounded-sm text-left hover:underline"
                    >
                      <HostText
                        text={row.title}
                        mono={row.kind === 'counter'}
                        className={row.kind === 'ratio' ? 'font-medium' : undefined}
                        title=""
                      />
                      <span className="sr-only">: show over time</span>
                    </button>
                  </td>
                  {manyHosts ? (
                    <td className={cx(TD, 'max-w-44')}>
                      <HostText text={row.hostName} className="text-ink-2" />
                    </td>
                  ) : null}
                  {perCpu ? <td className={cx(TD, 'text-right text-ink-2')}>{row.cpu ?? 'all'}</td> : null}
                  <td className={cx(TD, 'whitespace-nowrap text-right', row.kind === 'ratio' && 'font-semibold')}>{row.text}</td>
                  <td className={cx(TD, 'whitespace-nowrap text-right text-ink-2')}>{row.rate}</td>
                  <td className={TD}>
                    {row.values.some((value) => value !== null) ? (
                      <Sparkline
                        label={`${row.title} over time`}
                        values={row.values}
                        stepMs={stepMs}
                        domainMs={domainMs}
                        window={window}
                        width={180}
                      />
                    ) : null}
                  </td>
                  <td className={cx(TD, 'w-full')}>
                    {isEstimate(row) ? (
                      <Explain
                        tone="neutral"
                        what={`There are more counters than the hardware has room for, so they took turns. This one really ran ${formatShare(row.runningShare)} of the time, and its value is scaled up: an estimate.`}
                        remedy="Capture fewer counters at once for exact values."
                      >
                        ≈ ran {formatShare(row.runningShare)}
                      </Explain>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          )
        })}
      </table>
    </section>
  )
}
