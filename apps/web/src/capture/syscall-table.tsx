// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, so that half a million cost nothing; table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in the rows takes the focus
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
'use client'
import type { QuantileEstimate } from '@sonde/stats'
import { type BucketRange, cx, formatCount, formatExact, formatNs, formatRate, formatShare, HostText, LatencyHistogram } from '@sonde/ui'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight } from 'lucide-react'
import { lazy, Suspense, useRef } from 'react'
import { RowNoteMark } from '../notes/row-notes.tsx'
import { ErrnoChip } from './errno-chip.tsx'
import type { SyscallDetailsContext } from './syscall-details.tsx'
import { firstDirection, type SyscallLine, type SyscallSort } from './syscall-rows.ts'

/** Of one row, when it is opened. */
const SyscallDetails = lazy(async () => ({ default: (await import('./syscall-details.tsx')).SyscallDetails }))

const ROW_PX = 28
/** Where there are several hosts a column names them; in a narrow pane the rate, which calls over time gives, makes room. */
const COLUMNS = {
  oneHost:
    '[grid-template-columns:104px_76px_46px_168px_70px_74px_66px_66px_66px_66px] @min-[520px]:[grid-template-columns:132px_84px_48px_58px_minmax(168px,1fr)_66px_68px_66px_66px_66px_66px]',
  manyHosts:
    '[grid-template-columns:104px_84px_76px_46px_168px_70px_74px_66px_66px_66px_66px] @min-[520px]:[grid-template-columns:124px_100px_84px_48px_58px_minmax(168px,1fr)_66px_68px_66px_66px_66px_66px]',
} as const
const MIN_WIDTH = { oneHost: 'min-w-[802px] @min-[520px]:min-w-[888px]', manyHosts: 'min-w-[886px] @min-[520px]:min-w-[992px]' } as const

type Column = { id: SyscallSort | 'histogram' | 'host'; label: string; numeric: boolean; title?: string }
const HEADERS: readonly Column[] = [
  { id: 'process', label: 'Process', numeric: false },
  { id: 'host', label: 'Host', numeric: false, title: 'Sort by process to have its hosts side by side' },
  { id: 'syscall', label: 'Syscall', numeric: false },
  { id: 'calls', label: 'Calls', numeric: true },
  { id: 'rate', label: 'Rate', numeric: true, title: 'Calls per second of the time observed' },
  { id: 'errors', label: 'Errors', numeric: false, title: 'Calls that returned an error, by errno' },
  { id: 'total', label: 'Total', numeric: true, title: 'Wall time from entry to exit, all calls together; waiting counts' },
  {
    id: 'histogram',
    label: 'Latency',
    numeric: false,
    title: 'Calls by duration, log2 buckets; the same axis in every row, bars on a log scale',
  },
  { id: 'p50', label: 'p50 ≈', numeric: true, title: 'Median, interpolated from log2 buckets' },
  { id: 'p99', label: 'p99 ≈', numeric: true, title: '99th percentile, interpolated from log2 buckets' },
  { id: 'avg', label: 'Avg', numeric: true, title: 'Mean wall time of a call' },
  { id: 'max', label: 'Max', numeric: true, title: 'Longest call' },
]

export type SyscallTableProps = {
  lines: readonly SyscallLine[]
  range: BucketRange | null
  mostTotalNs: number
  manyHosts: boolean
  context: SyscallDetailsContext
}

/** The breakdown as a table of which only the visible rows are drawn; one row may be open. */
export function SyscallTable({ lines, range, mostTotalNs, manyHosts, context }: SyscallTableProps) {
  const { view, update } = context
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 12,
  })
  const shape = manyHosts ? 'manyHosts' : 'oneHost'
  const headers = HEADERS.filter((column) => manyHosts || column.id !== 'host')
  const sortBy = (sort: SyscallSort) =>
    update(view.sort === sort ? { dir: view.dir === 'asc' ? 'desc' : 'asc' } : { sort, dir: firstDirection(sort) }, 'replace')

  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-auto"
      role="table"
      aria-label="System calls"
      aria-rowcount={lines.length + 1}
      tabIndex={0}
      data-testid="syscall-table"
    >
      <div role="rowgroup" className={cx('sticky top-0 z-10 border-line border-b bg-inset', MIN_WIDTH[shape])}>
        <div role="row" aria-rowindex={1} className={cx('grid h-7 items-stretch text-ink-3 text-sm', COLUMNS[shape])}>
          {headers.map((column) => (
            <div
              key={column.id}
              role="columnheader"
              aria-sort={
                column.id === 'histogram' || column.id === 'host'
                  ? undefined
                  : view.sort === column.id
                    ? view.dir === 'asc'
                      ? 'ascending'
                      : 'descending'
                    : 'none'
              }
              className={cx(
                'flex items-stretch',
                column.id === 'rate' && '@max-[519px]:hidden',
                column.id === 'process' && '@min-[560px]:sticky @min-[560px]:left-0 @min-[560px]:z-10 bg-inset',
              )}
            >
              {column.id === 'histogram' || column.id === 'host' ? (
                <span className="flex w-full items-center px-1.5 font-medium" title={column.title}>
                  {column.label}
                </span>
              ) : (
                <SortButton column={column} active={view.sort === column.id} dir={view.dir} onSort={sortBy} />
              )}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={cx('relative', MIN_WIDTH[shape])} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index]
          if (!line) return null
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="presentation"
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Line
                line={line}
                rowIndex={item.index + 2}
                range={range}
                mostTotalNs={mostTotalNs}
                manyHosts={manyHosts}
                open={view.row === line.key}
                selected={view.process === line.process}
                context={context}
                onToggle={() => update({ row: view.row === line.key ? '' : line.key }, 'replace')}
                onSelectProcess={() =>
                  update({ process: view.process === line.process ? '' : line.process, zoom: '', waitZoom: '' }, 'push')
                }
              />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function SortButton({
  column,
  active,
  dir,
  onSort,
}: {
  column: Column
  active: boolean
  dir: 'asc' | 'desc'
  onSort: (sort: SyscallSort) => void
}) {
  return (
    <button
      type="button"
      title={column.title}
      onClick={() => {
        if (column.id !== 'histogram' && column.id !== 'host') onSort(column.id)
      }}
      className={cx(
        'flex w-full items-center gap-0.5 px-1.5 font-medium hover:text-ink',
        column.numeric && 'justify-end',
        active && 'text-ink',
      )}
    >
      {column.label}
      <span aria-hidden className="w-2 text-xs">
        {active ? (dir === 'asc' ? '↑' : '↓') : ''}
      </span>
    </button>
  )
}

type LineProps = {
  line: SyscallLine
  rowIndex: number
  range: BucketRange | null
  mostTotalNs: number
  manyHosts: boolean
  open: boolean
  selected: boolean
  context: SyscallDetailsContext
  onToggle: () => void
  onSelectProcess: () => void
}

const CELL = 'flex min-w-0 items-center px-1.5'
const NUMBER = `${CELL} justify-end whitespace-nowrap`

function Line({ line, rowIndex, range, mostTotalNs, manyHosts, open, selected, context, onToggle, onSelectProcess }: LineProps) {
  const errorShare = line.calls > 0 ? line.errorCalls / line.calls : 0
  return (
    <>
      <div
        role="row"
        aria-rowindex={rowIndex}
        data-testid="syscall-row"
        className={cx(
          'grid h-7 border-line border-b',
          COLUMNS[manyHosts ? 'manyHosts' : 'oneHost'],
          open ? 'bg-selected' : 'hover:bg-hover',
        )}
      >
        <div
          role="cell"
          className={cx(
            CELL,
            'gap-0.5 px-1! @min-[560px]:sticky @min-[560px]:left-0 @min-[560px]:z-[1]',
            open ? 'bg-selected' : 'bg-surface',
          )}
        >
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Details of ${line.name} by ${line.comm} ${line.pid}`}
            onClick={onToggle}
            className="-mx-0.5 flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
          >
            <ChevronRight aria-hidden className={cx('size-3', open && 'rotate-90')} />
          </button>
          <button
            type="button"
            aria-pressed={selected}
            onClick={onSelectProcess}
            title={`${line.comm}, pid ${line.pid}, on ${line.hostName}`}
            className={cx('flex min-h-6 min-w-6 items-baseline gap-1 rounded-sm px-0.5 py-0.5 hover:underline', selected && 'text-accent')}
          >
            <HostText text={line.comm} className="font-medium" title="" />{' '}
            <span className="text-ink-3 text-sm @max-[519px]:sr-only">{line.pid}</span>{' '}
            <span className="sr-only">: {selected ? 'show all processes' : 'show only this process'}</span>
          </button>
        </div>
        {manyHosts ? (
          <div role="cell" className={CELL}>
            <HostText text={line.hostName} className="text-ink-2" />
          </div>
        ) : null}
        <div role="cell" className={CELL}>
          <HostText text={line.name} mono />
          <RowNoteMark line={line} view={context.view} />
        </div>
        <div role="cell" className={NUMBER} title={formatExact(line.calls)}>
          {formatCount(line.calls)}
        </div>
        <div role="cell" className={cx(NUMBER, '@max-[519px]:hidden')}>
          {formatRate(line.perSecond)}
        </div>
        <div role="cell" className={cx(CELL, 'gap-1.5 overflow-hidden')}>
          {line.errorCalls > 0 ? (
            <>
              <span
                className="shrink-0"
                title={`${formatExact(line.errorCalls)} of ${formatExact(line.calls)} calls failed (${formatShare(errorShare)})`}
              >
                {formatCount(line.errorCalls)}
              </span>
              <ErrnoChip name={line.errors[0]?.name ?? ''} />
              {line.errors.length > 1 ? <span className="shrink-0 text-ink-3 text-sm">+{line.errors.length - 1}</span> : null}
            </>
          ) : null}
        </div>
        <div role="cell" className={cx(NUMBER, 'relative')}>
          <span
            aria-hidden
            className="absolute top-1 right-1.5 bottom-1 rounded-[2px] bg-accent-soft"
            style={{ width: `${mostTotalNs > 0 ? (line.totalNs / mostTotalNs) * 90 : 0}%` }}
          />
          <span className="relative">{formatNs(line.totalNs)}</span>
        </div>
        <div role="cell" className={CELL}>
          {range && line.histogram.length > 0 ? <LatencyHistogram buckets={line.histogram} range={range} width={56} height={18} /> : null}
        </div>
        <Quantile estimate={line.p50()} />
        <Quantile estimate={line.p99()} />
        <div role="cell" className={NUMBER}>
          {line.calls > 0 ? formatNs(line.avgNs) : '–'}
        </div>
        <div role="cell" className={NUMBER}>
          {line.calls > 0 ? (
            <span title={line.isMaxBound ? 'Longer calls were made before; in this time none took longer than this.' : undefined}>
              {line.isMaxBound ? '≤ ' : ''}
              {formatNs(line.maxNs)}
            </span>
          ) : (
            '–'
          )}
        </div>
      </div>
      <Suspense>{open ? <SyscallDetails line={line} columns={HEADERS.length} context={context} /> : null}</Suspense>
    </>
  )
}

function Quantile({ estimate }: { estimate: QuantileEstimate | null }) {
  return (
    <div
      role="cell"
      className={NUMBER}
      title={estimate ? `Between ${formatNs(estimate.low)} and ${formatNs(estimate.high)}; interpolated within its log2 bucket` : undefined}
    >
      {estimate ? formatNs(estimate.value) : '–'}
    </div>
  )
}
