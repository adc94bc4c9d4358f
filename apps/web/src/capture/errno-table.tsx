'use client'
import type { CaptureSyscallTimes, CaptureViewState, TimeWindow } from '@sonde/contract'
import { cx, ERRNO_WORDS, formatCount, formatExact, formatShare, HostText, Sparkline } from '@sonde/ui'
import type { ReactNode } from 'react'
import { useMemo } from 'react'
import { ColumnHead } from './column-head.tsx'
import { ratesOf } from './counts-model.ts'
import { isOrdinaryErrno } from './errno-chip.tsx'
import { errnoRows } from './errno-rows.ts'
import type { SyscallLine } from './syscall-rows.ts'
import type { UpdateView } from './use-view-state.ts'

const NAMED = 3
const TD = 'border-line border-b px-2 py-1 align-top'

export type ErrnoTableProps = {
  lines: readonly SyscallLine[]
  times: CaptureSyscallTimes | undefined
  domainMs: number
  window: TimeWindow | null
  view: Pick<CaptureViewState, 'process'>
  update: UpdateView
  onFilter: (text: string) => void
}

/** The failed calls by errno, most frequent first, in plain words, with who makes them. */
export function ErrnoTable({ lines, times, domainMs, window, view, update, onFilter }: ErrnoTableProps) {
  const rows = useMemo(() => errnoRows(lines), [lines])
  const series = useMemo(() => new Map(times?.errnos.map((one) => [one.errno, one.counts])), [times])
  const calls = lines.reduce((sum, line) => sum + line.calls, 0)
  if (rows.length === 0)
    return (
      <p className="px-2 py-3 text-ink-2" data-testid="errno-table">
        No call failed in this selection, of {formatExact(calls)}.
      </p>
    )
  const failed = rows.reduce((sum, row) => sum + row.calls, 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-0 flex-1 overflow-auto" aria-label="Failed calls by errno" tabIndex={0} data-testid="errno-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Failed calls by errno">
        <thead>
          <tr>
            <ColumnHead>Errno</ColumnHead>
            <ColumnHead>Meaning</ColumnHead>
            <ColumnHead numeric>Calls</ColumnHead>
            <ColumnHead numeric title="Of all failed calls of this selection">
              Share
            </ColumnHead>
            <ColumnHead>Syscalls</ColumnHead>
            <ColumnHead>Processes</ColumnHead>
            <ColumnHead title="Failed calls per second; each line has an axis of its own">Over time</ColumnHead>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.errno} data-testid="errno-row" className="hover:bg-hover">
              <td className={cx(TD, 'whitespace-nowrap')}>
                <button
                  type="button"
                  title={`Show only calls that fail with ${row.name}`}
                  onClick={() => onFilter(row.name)}
                  className={cx('min-h-6 min-w-6 font-medium hover:underline', isOrdinaryErrno(row.name) ? 'text-ink-2' : 'text-bad')}
                >
                  <HostText text={row.name} title="" />
                </button>{' '}
                <span className="text-ink-3 text-sm">{row.errno}</span>
              </td>
              <td className={cx(TD, 'min-w-40')}>
                {ERRNO_WORDS[row.name] ?? <span className="text-ink-3">no words for it here</span>}
                {isOrdinaryErrno(row.name) ? <span className="text-ink-3">; part of normal waiting</span> : null}
              </td>
              <td className={cx(TD, 'whitespace-nowrap text-right')} title={formatExact(row.calls)}>
                {formatCount(row.calls)}
              </td>
              <td className={cx(TD, 'whitespace-nowrap text-right text-ink-2')}>{formatShare(row.calls / failed)}</td>
              <td className={cx(TD, 'min-w-32')}>
                <Named
                  items={row.syscalls.map((one) => ({ key: one.name, calls: one.calls, node: <HostText text={one.name} mono /> }))}
                  what="syscalls"
                />
              </td>
              <td className={cx(TD, 'min-w-32')}>
                <Named
                  items={row.processes.map((one) => ({
                    key: one.key,
                    calls: one.calls,
                    node: (
                      <button
                        type="button"
                        aria-pressed={view.process === one.key}
                        title={`${one.comm}, pid ${one.pid}, on ${one.hostName}`}
                        onClick={() => update({ process: view.process === one.key ? '' : one.key, zoom: '', waitZoom: '' }, 'push')}
                        className={cx('min-h-6 min-w-6 hover:underline', view.process === one.key && 'text-accent')}
                      >
                        <HostText text={one.comm} title="" /> <span className="text-ink-3 text-sm">{one.pid}</span>
                      </button>
                    ),
                  }))}
                  what="processes"
                />
              </td>
              <td className={TD}>
                {times && series.has(row.errno) ? (
                  <Sparkline
                    label={`${row.name} over time`}
                    values={ratesOf(series.get(row.errno) ?? [], times.grid)}
                    stepMs={times.grid.stepMs}
                    domainMs={domainMs}
                    window={window}
                    color="var(--bad)"
                  />
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** The first few by name, with their calls; the others counted. */
function Named({ items, what }: { items: readonly { key: string; calls: number; node: ReactNode }[]; what: string }) {
  const rest = items.slice(NAMED)
  return (
    <ul className="flex flex-wrap items-baseline gap-x-3">
      {items.slice(0, NAMED).map((item) => (
        <li key={item.key} className="flex items-baseline gap-1">
          {item.node} <span className="text-ink-3 text-sm">{formatCount(item.calls)}</span>
        </li>
      ))}
      {rest.length > 0 ? (
        <li className="text-ink-3 text-sm">
          and {formatCount(rest.length)} more {what}, {formatCount(rest.reduce((sum, item) => sum + item.calls, 0))}
        </li>
      ) : null}
    </ul>
  )
}
