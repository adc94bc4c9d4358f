'use client'
import type { CaptureLatency, CaptureViewState, LatencyQuantile, LatencyRow } from '@sonde/contract'
import {
  type BucketRange,
  Button,
  cx,
  formatCount,
  formatExact,
  formatNs,
  formatPlural,
  LatencyTable as HistogramTable,
  HostText,
  LatencyHistogram,
} from '@sonde/ui'
import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode, useState } from 'react'
import { ColumnHead } from './column-head.tsx'
import { averageNs, firstLatencyDir, type LatencySort, sortLatency } from './latency-rows.ts'
import type { ownerColumns } from './owner-columns.ts'
import { KeyText, ProcessButton } from './row-cells.tsx'
import { SortHead, TABLE_HEAD } from './sort-head.tsx'
import type { UpdateView } from './use-view-state.ts'

export const SPANS = { one: 'span', many: 'spans' } as const

const TD = 'h-7 border-line border-b px-2'
const NUMBER = 'whitespace-nowrap text-right'

export type LatencyTableProps = {
  data: CaptureLatency
  columns: ReturnType<typeof ownerColumns>
  range: BucketRange
  view: CaptureViewState
  update: UpdateView
  onShowMore: (() => void) | null
}

/** The latencies to read, a row for each process or value; a row opens to its whole histogram. */
export function LatencyTable({ data, columns, range, view, update, onShowMore }: LatencyTableProps) {
  const [open, setOpen] = useState<string | null>(null)
  const rows = sortLatency(data.rows, view.latencySort, view.latencyDir)
  const most = rows.reduce((max, row) => Math.max(max, row.totalNs), 0)
  const head = (sort: LatencySort, label: ReactNode, options: { numeric?: boolean; title?: string } = {}) => (
    <SortHead
      key={sort}
      active={view.latencySort === sort ? view.latencyDir : null}
      onSort={() =>
        update(
          view.latencySort === sort
            ? { latencyDir: view.latencyDir === 'asc' ? 'desc' : 'asc' }
            : { latencySort: sort, latencyDir: firstLatencyDir(sort) },
          'replace',
        )
      }
      {...options}
    >
      {label}
    </SortHead>
  )
  const columnCount = 8 + [columns.process, columns.host, columns.key !== null].filter(Boolean).length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-0 flex-1 overflow-auto" aria-label="Latencies" tabIndex={0} data-testid="latency-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Latencies">
        <thead>
          <tr>
            <th scope="col" className={cx(TABLE_HEAD, 'w-6')}>
              <span className="sr-only">Details</span>
            </th>
            {columns.process ? head('process', 'Process') : null}
            {columns.host ? <ColumnHead>Host</ColumnHead> : null}
            {columns.key === null ? null : head('key', <span className="font-mono">{columns.key}</span>)}
            {head('count', 'Spans', { numeric: true })}
            {head('total', 'Total', { numeric: true, title: 'All spans together' })}
            <th
              scope="col"
              className={cx(TABLE_HEAD, 'px-2')}
              title="Spans by duration, log2 buckets; the same axis in every row, bars on a log scale"
            >
              Latency
            </th>
            {head('p50', 'p50 ≈', { numeric: true, title: 'Median, interpolated from log2 buckets' })}
            {head('p99', 'p99 ≈', { numeric: true, title: '99th percentile, interpolated from log2 buckets' })}
            {head('avg', 'Avg', { numeric: true })}
            {head('max', 'Max', { numeric: true, title: 'Longest span' })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={row.id}>
              <Row
                row={row}
                columns={columns}
                range={range}
                most={most}
                isOpen={open === row.id}
                onToggle={() => setOpen(open === row.id ? null : row.id)}
                selected={view.process}
                update={update}
              />
              {open === row.id ? (
                <tr>
                  <td colSpan={columnCount} className="border-line border-b bg-inset px-4 py-3" data-testid="latency-details">
                    <HistogramTable buckets={row.histogram} noun={SPANS} />
                  </td>
                </tr>
              ) : null}
            </Fragment>
          ))}
        </tbody>
      </table>
      {data.others ? (
        <p className="flex items-center gap-2 px-2 py-1.5 text-ink-2 text-sm" data-testid="latency-others">
          {formatPlural(data.others.rows, 'other row')} with less time: {formatPlural(data.others.count, 'span')},{' '}
          {formatNs(data.others.totalNs)} in total.
          {onShowMore ? (
            <Button size="sm" onClick={onShowMore}>
              Show them
            </Button>
          ) : null}
        </p>
      ) : null}
    </section>
  )
}

type RowProps = {
  row: LatencyRow
  columns: LatencyTableProps['columns']
  range: BucketRange
  most: number
  isOpen: boolean
  onToggle: () => void
  selected: string
  update: UpdateView
}

function Row({ row, columns, range, most, isOpen, onToggle, selected, update }: RowProps) {
  const name = [row.comm, row.key ?? null, row.hostName].filter(Boolean).join(' ') || 'all'
  return (
    <tr data-testid="latency-row" className={isOpen ? 'bg-selected' : 'hover:bg-hover'}>
      <td className={cx(TD, 'px-0.5!')}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`Histogram of ${name}`}
          onClick={onToggle}
          className="flex size-6 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
        >
          <ChevronRight aria-hidden className={cx('size-3', isOpen && 'rotate-90')} />
        </button>
      </td>
      {columns.process ? (
        <td className={cx(TD, 'max-w-52')}>
          <ProcessButton owner={row} selected={selected} update={update} />
        </td>
      ) : null}
      {columns.host ? (
        <td className={cx(TD, 'max-w-44')}>
          <HostText text={row.hostName ?? ''} className="text-ink-2" />
        </td>
      ) : null}
      {columns.key === null ? null : (
        <td className={cx(TD, 'max-w-80')}>
          <KeyText value={row.key} />
        </td>
      )}
      <td className={cx(TD, NUMBER)} title={formatExact(row.count)}>
        {formatCount(row.count)}
      </td>
      <td className={cx(TD, NUMBER, 'relative')}>
        <span
          aria-hidden
          className="absolute top-1 right-2 bottom-1 rounded-[2px] bg-accent-soft"
          style={{ width: `${most > 0 ? (row.totalNs / most) * 85 : 0}%` }}
        />
        <span className="relative">{formatNs(row.totalNs)}</span>
      </td>
      <td className={TD}>
        <LatencyHistogram buckets={row.histogram} range={range} width={72} height={18} noun={SPANS} />
      </td>
      <Quantile estimate={row.p50} />
      <Quantile estimate={row.p99} />
      <td className={cx(TD, NUMBER)}>{formatNs(averageNs(row))}</td>
      <td className={cx(TD, NUMBER)}>{formatNs(row.maxNs)}</td>
    </tr>
  )
}

function Quantile({ estimate }: { estimate: LatencyQuantile | null }) {
  return (
    <td
      className={cx(TD, NUMBER)}
      title={estimate ? `Between ${formatNs(estimate.low)} and ${formatNs(estimate.high)}; interpolated within its log2 bucket` : undefined}
    >
      {estimate ? formatNs(estimate.value) : '–'}
    </td>
  )
}
