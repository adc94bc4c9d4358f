// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, so that twenty thousand cost nothing; table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in the rows takes the focus
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
'use client'
import type { CaptureEvents, CaptureViewState, EventColumn, EventRow } from '@sonde/contract'
import { Button, cx, formatExact, HostText } from '@sonde/ui'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { ErrnoChip } from './errno-chip.tsx'
import { eventCell, eventTime, isRightAligned } from './event-cells.ts'
import { ProcessButton } from './row-cells.tsx'
import type { UpdateView } from './use-view-state.ts'

const ROW_PX = 26
const WIDTHS: Record<EventColumn['type'], string> = {
  number: '96px',
  duration: '88px',
  bytes: '88px',
  hex: '152px',
  errno: '168px',
  text: 'minmax(160px,1fr)',
}
const MIN_PX: Record<EventColumn['type'], number> = { number: 96, duration: 88, bytes: 88, hex: 152, errno: 168, text: 160 }
const CELL = 'flex min-w-0 items-center px-1.5'

export type EventsTableProps = {
  data: CaptureEvents
  manyHosts: boolean
  view: CaptureViewState
  update: UpdateView
  onShowMore: (() => void) | null
}

/** Events as rows, of which only those in sight are drawn. */
export function EventsTable({ data, manyHosts, view, update, onShowMore }: EventsTableProps) {
  const scroller = useRef<HTMLElement>(null)
  const { rows, columns } = data
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 20 })
  const hostNames = new Map(data.hosts.map((host) => [host.hostId, host.hostName]))
  // Something must take the room that is left: a text does, else nothing is stretched and the last column stays empty.
  const template = [
    '92px',
    'minmax(140px,220px)',
    ...(manyHosts ? ['120px'] : []),
    '44px',
    ...columns.map((c) => WIDTHS[c.type]),
    ...(columns.some((c) => c.type === 'text') ? [] : ['1fr']),
  ].join(' ')
  const minWidth = 92 + 140 + (manyHosts ? 120 : 0) + 44 + columns.reduce((sum, c) => sum + MIN_PX[c.type], 0)
  const grid = { gridTemplateColumns: template }
  const sortBy = (sort: string, first: 'asc' | 'desc') =>
    update(
      view.eventSort === sort ? { eventDir: view.eventDir === 'asc' ? 'desc' : 'asc' } : { eventSort: sort, eventDir: first },
      'replace',
    )
  const head = (sort: string, label: ReactNode, first: 'asc' | 'desc', right = false) => {
    const isActive = view.eventSort === sort
    return (
      <div
        key={sort}
        role="columnheader"
        aria-sort={isActive ? (view.eventDir === 'asc' ? 'ascending' : 'descending') : 'none'}
        className="flex min-w-0 items-stretch"
      >
        <button
          type="button"
          onClick={() => sortBy(sort, first)}
          className={cx(
            'flex w-full min-w-0 items-center gap-0.5 px-1.5 font-medium hover:text-ink',
            right && 'justify-end',
            isActive && 'text-ink',
          )}
        >
          {label}
          <span aria-hidden className="w-2 shrink-0 text-xs">
            {isActive ? (view.eventDir === 'asc' ? '↑' : '↓') : ''}
          </span>
        </button>
      </div>
    )
  }
  return (
    <section ref={scroller} className="min-h-0 flex-1 overflow-auto" aria-label="Events" tabIndex={0} data-testid="events-table">
      <div role="table" aria-label="Events" aria-rowcount={rows.length + 1} style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-10 border-line border-b bg-inset">
          <div role="row" aria-rowindex={1} className="grid h-7 items-stretch text-ink-3 text-sm" style={grid}>
            {head('time', 'Time, s', 'desc', true)}
            {head('process', 'Process', 'asc')}
            {manyHosts ? (
              <div role="columnheader" className={cx(CELL, 'font-medium')}>
                Host
              </div>
            ) : null}
            <div role="columnheader" className={cx(CELL, 'justify-end font-medium')}>
              CPU
            </div>
            {columns.map((column) =>
              head(column.name, <HostText text={column.name} mono />, isRightAligned(column) ? 'desc' : 'asc', isRightAligned(column)),
            )}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            if (!row) return null
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                data-testid="event-row"
                className="absolute inset-x-0 top-0 grid border-line border-b hover:bg-hover"
                style={{ ...grid, height: ROW_PX, transform: `translateY(${item.start}px)` }}
              >
                <div role="cell" className={cx(CELL, 'justify-end text-ink-2')} title={`${formatExact(row.timeUs)} µs after the start`}>
                  {eventTime(row.timeUs)}
                </div>
                <div role="cell" className={CELL} title={row.tid === row.pid ? undefined : `thread ${row.tid}`}>
                  <ProcessButton owner={{ ...row, hostName: hostNames.get(row.hostId) ?? '' }} selected={view.process} update={update} />
                </div>
                {manyHosts ? (
                  <div role="cell" className={CELL}>
                    <HostText text={hostNames.get(row.hostId) ?? ''} className="text-ink-2" />
                  </div>
                ) : null}
                <div role="cell" className={cx(CELL, 'justify-end text-ink-2')}>
                  {row.cpu}
                </div>
                {columns.map((column, i) => (
                  <Value key={`${column.name} ${column.type}`} column={column} value={row.values[i]} />
                ))}
              </div>
            )
          })}
        </div>
      </div>
      {data.matching > rows.length ? (
        <p className="flex items-center gap-2 px-2 py-1.5 text-ink-2 text-sm" style={{ minWidth }}>
          {formatExact(rows.length)} of {formatExact(data.matching)} rows are shown.
          {onShowMore ? (
            <Button size="sm" onClick={onShowMore}>
              Show more
            </Button>
          ) : (
            ' Filter for the others, or select a stretch of time.'
          )}
        </p>
      ) : null}
    </section>
  )
}

function Value({ column, value }: { column: EventColumn; value: EventRow['values'][number] }) {
  const cell = eventCell(column, value)
  return (
    <div
      role="cell"
      className={cx(CELL, isRightAligned(column) && 'justify-end whitespace-nowrap', column.type === 'hex' && 'font-mono text-[12px]')}
      title={cell.kind === 'hostile' ? undefined : cell.title}
    >
      {cell.kind === 'missing' ? (
        <span className="text-ink-3">–</span>
      ) : cell.kind === 'error' ? (
        <ErrnoChip name={cell.name} />
      ) : cell.kind === 'hostile' ? (
        <HostText text={cell.text} mono={column.type === 'text'} />
      ) : (
        cell.text
      )}
    </div>
  )
}
