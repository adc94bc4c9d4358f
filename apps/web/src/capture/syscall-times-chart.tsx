'use client'
import { type CaptureSyscallTimes, type CaptureViewState, SYSCALL_MEASURES, type SyscallMeasure } from '@sonde/contract'
import { Button, cx, formatPlural, HostText, Notice, Segmented, Skeleton, TimeChart } from '@sonde/ui'
import { ChartLine, Layers } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { errorText } from '../trpc/errors.ts'
import { formatWindow, parseWindow } from './capture-time.ts'
import { colorRows } from './counts-model.ts'
import { MEASURES, syscallSeries } from './syscall-series.ts'
import type { Result } from './use-result.ts'
import type { UpdateView } from './use-view-state.ts'

const CHARTS = [
  { value: 'lines', name: 'Lines', label: <ChartLine aria-hidden /> },
  { value: 'stacked', name: 'Stacked', label: <Layers aria-hidden /> },
] as const

export type SyscallTimesChartProps = {
  times: Result<CaptureSyscallTimes>
  measure: SyscallMeasure
  domainMs: number
  view: CaptureViewState
  update: UpdateView
  /** Narrows the pane to one system call, by its name. */
  onFilter: (name: string) => void
}

/** The largest system calls over time; below it their names, which are the legend. The numbers stand in the table. */
export function SyscallTimesChart({ times, measure, domainMs, view, update, onFilter }: SyscallTimesChartProps) {
  const [highlighted, setHighlighted] = useState<string | null>(null)
  const slots = useRef(new Map<string, number>())
  const { data } = times
  const colors = useMemo(() => colorRows(data?.syscalls.map(({ name }) => ({ id: name })) ?? [], slots.current), [data])
  const series = useMemo(() => (data ? syscallSeries(data, measure, colors) : []), [data, measure, colors])
  const window = useMemo(() => parseWindow(view.window), [view.window])
  const { format, name } = MEASURES[measure]
  // Percentiles do not add up.
  const isStacked = view.chart === 'stacked' && measure !== 'p99'

  return (
    <div className="flex h-52 max-h-1/2 shrink-0 flex-col border-line border-b" data-testid="syscall-times">
      <div className="flex max-h-16 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 overflow-y-auto px-2 pt-1.5">
        <Segmented
          label="What is drawn over time"
          value={measure}
          onChange={(syscallMeasure) => update({ syscallMeasure }, 'replace')}
          options={SYSCALL_MEASURES.map((value) => ({ value, label: MEASURES[value].label, name: MEASURES[value].name }))}
        />
        {measure === 'p99' ? null : (
          <Segmented label="Chart" value={view.chart} onChange={(chart) => update({ chart }, 'replace')} options={CHARTS} />
        )}
        <ul className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 text-sm" aria-label="Lines of the chart">
          {series.map((line) => (
            <li
              key={line.id}
              className="flex min-w-0"
              onPointerEnter={() => setHighlighted(line.id)}
              onPointerLeave={() => setHighlighted(null)}
            >
              {line.id === ' others' ? (
                <Legend color={line.color} name={line.name} />
              ) : (
                <Button
                  size="sm"
                  variant="ghost"
                  className="min-w-0 px-1!"
                  title={`Show ${line.name} alone`}
                  onFocus={() => setHighlighted(line.id)}
                  onBlur={() => setHighlighted(null)}
                  onClick={() => onFilter(line.name)}
                >
                  <Legend color={line.color} name={line.name} />
                </Button>
              )}
            </li>
          ))}
        </ul>
      </div>
      {times.error && !data ? (
        <div className="p-2">
          <Notice tone="bad" title="The syscalls over time could not be loaded">
            {errorText(times.error)}
          </Notice>
        </div>
      ) : !data ? (
        <div className="p-2" role="status" aria-label="Loading the syscalls over time">
          <Skeleton className="h-28" />
        </div>
      ) : series.length === 0 ? (
        <p className="px-2 py-3 text-ink-2 text-sm">
          {measure === 'errors' ? 'No call failed in this selection.' : 'No call ended in this selection.'}
        </p>
      ) : (
        <TimeChart
          label={`${name} over time, ${formatPlural(series.length, 'line')}`}
          className={cx('flex-1', times.isStale && 'opacity-60')}
          series={series}
          stepMs={data.grid.stepMs}
          domainMs={domainMs}
          stacked={isStacked}
          format={format}
          highlighted={highlighted}
          window={window}
          onWindow={(next, how) => update({ window: formatWindow(next) }, how === 'new' ? 'push' : 'replace')}
          testId="syscall-chart"
        />
      )}
    </div>
  )
}

function Legend({ color, name }: { color: string; name: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <span aria-hidden className="size-2.5 shrink-0 rounded-[2px]" style={{ background: color }} />
      <HostText text={name} className="max-w-40 truncate" title="" />
    </span>
  )
}
