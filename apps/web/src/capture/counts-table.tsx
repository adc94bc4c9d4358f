'use client'
import type { CaptureCounts, CountsRow, TimeWindow } from '@sonde/contract'
import { Button, cx, formatCount, formatExact, formatPlural, formatRate, formatShare, HostText, OTHERS_COLOR, Sparkline } from '@sonde/ui'
import { ColumnHead } from './column-head.tsx'
import { coveredMsOf, type Measure, ratesOf } from './counts-model.ts'
import type { ownerColumns } from './owner-columns.ts'
import { KeyText, ProcessButton } from './row-cells.tsx'
import { TABLE_HEAD } from './sort-head.tsx'
import type { UpdateView } from './use-view-state.ts'

export type CountsTableProps = {
  data: CaptureCounts
  columns: ReturnType<typeof ownerColumns>
  measure: Measure
  /** The field that is added up; null for none. */
  sumOf: string | null
  colors: ReadonlyMap<string, string>
  nameOf: (row: CountsRow) => string
  domainMs: number
  window: TimeWindow | null
  process: string
  update: UpdateView
  onHighlight: (id: string | null) => void
  onShowMore: (() => void) | null
}

const TD = 'h-7 border-line border-b px-2'
const NUMBER = 'whitespace-nowrap text-right'

/** The counts to read, largest first: the table alternative of the chart, and its legend. */
export function CountsTable(props: CountsTableProps) {
  const { data, columns, measure, sumOf, colors, nameOf, domainMs, window, process, update, onHighlight, onShowMore } = props
  const seconds = coveredMsOf(data.grid, window) / 1_000
  const whole = measure === 'sum' ? data.total.sum : data.total.count
  const amountOf = (row: { count: number; sum: number }) => (measure === 'sum' ? row.sum : row.count)
  const timedOf = (row: { counts: number[]; sums: number[] }) => ratesOf(measure === 'sum' ? row.sums : row.counts, data.grid)
  const numbers = (row: { count: number; sum: number; counts: number[]; sums: number[] }, name: string, color: string) => (
    <>
      <td className={cx(TD, NUMBER)} title={formatExact(row.count)}>
        {formatCount(row.count)}
      </td>
      <td className={cx(TD, NUMBER)}>{seconds > 0 ? formatRate(row.count / seconds) : '–'}</td>
      {sumOf === null ? null : (
        <td className={cx(TD, NUMBER)} title={formatExact(row.sum)}>
          {formatCount(row.sum)}
        </td>
      )}
      <td className={cx(TD, NUMBER, 'text-ink-2')}>{whole > 0 ? formatShare(amountOf(row) / whole) : '–'}</td>
      <td className={TD}>
        <Sparkline
          label={`${name} over time`}
          values={timedOf(row)}
          stepMs={data.grid.stepMs}
          domainMs={domainMs}
          window={window}
          color={color}
        />
      </td>
    </>
  )
  const ownerCount = [columns.process, columns.host, columns.probe, columns.key !== null].filter(Boolean).length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-24 shrink overflow-auto" aria-label="Counts" tabIndex={0} data-testid="counts-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Counts">
        <thead>
          <tr>
            <th scope="col" className={cx(TABLE_HEAD, 'w-5 px-1')}>
              <span className="sr-only">Colour</span>
            </th>
            {columns.process ? <ColumnHead>Process</ColumnHead> : null}
            {columns.host ? <ColumnHead>Host</ColumnHead> : null}
            {columns.probe ? <ColumnHead>Probe</ColumnHead> : null}
            {columns.key === null ? null : (
              <ColumnHead>
                <span className="font-mono">{columns.key}</span>
              </ColumnHead>
            )}
            <ColumnHead numeric>Events</ColumnHead>
            <ColumnHead numeric title="Events per second of the time recorded">
              Rate
            </ColumnHead>
            {sumOf === null ? null : (
              <ColumnHead numeric title={`Sum of ${sumOf} over all events, in the unit that the field has`}>
                Σ {sumOf}
              </ColumnHead>
            )}
            <ColumnHead numeric>Share</ColumnHead>
            <ColumnHead title="Per second; each line has an axis of its own">Over time</ColumnHead>
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row) => (
            <tr
              key={row.id}
              data-testid="counts-row"
              className="hover:bg-hover"
              onPointerEnter={() => onHighlight(row.id)}
              onPointerLeave={() => onHighlight(null)}
            >
              <td className={cx(TD, 'px-1!')}>
                <Swatch color={colors.get(row.id) ?? OTHERS_COLOR} />
              </td>
              {columns.process ? (
                <td className={cx(TD, 'max-w-52')}>
                  <ProcessButton owner={row} selected={process} update={update} />
                </td>
              ) : null}
              {columns.host ? (
                <td className={cx(TD, 'max-w-44')}>
                  <HostText text={row.hostName ?? ''} className="text-ink-2" />
                </td>
              ) : null}
              {columns.probe ? (
                <td className={cx(TD, 'max-w-80')}>
                  <HostText text={row.probe ?? ''} mono />
                </td>
              ) : null}
              {columns.key === null ? null : (
                <td className={cx(TD, 'max-w-80')}>
                  <KeyText value={row.key} />
                </td>
              )}
              {numbers(row, nameOf(row), colors.get(row.id) ?? OTHERS_COLOR)}
            </tr>
          ))}
          {data.others ? (
            <tr data-testid="counts-others" onPointerEnter={() => onHighlight('others')} onPointerLeave={() => onHighlight(null)}>
              <td className={cx(TD, 'px-1!')}>
                <Swatch color={OTHERS_COLOR} />
              </td>
              <td className={cx(TD, 'text-ink-2')} colSpan={ownerCount}>
                {data.others.rows > 0 ? formatPlural(data.others.rows, 'other row') : 'others'}
                {onShowMore && data.others.rows > 0 ? (
                  <Button size="sm" variant="ghost" className="ml-2" onClick={onShowMore}>
                    Show them
                  </Button>
                ) : null}
              </td>
              {numbers(data.others, 'others', OTHERS_COLOR)}
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  )
}

const Swatch = ({ color }: { color: string }) => <span aria-hidden className="block size-2.5 rounded-[2px]" style={{ background: color }} />
