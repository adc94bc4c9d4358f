'use client'
import type { TimeWindow } from '@sonde/contract'
import type { HeatAnswer } from '@sonde/profile'
import { cx, formatExact, formatMoment, formatMoments, HostText } from '@sonde/ui'
import { useMemo } from 'react'
import { ColumnHead } from './column-head.tsx'
import { heatRows } from './heat-rows.ts'
import { TABLE_HEAD } from './sort-head.tsx'

export type HeatTableProps = {
  answer: HeatAnswer
  /** What the weights are, and the events that they are made of; null where these are the same. */
  weightTitle: string
  countTitle: string | null
  weightText: (weight: number) => string
  window: TimeWindow | null
  onWindow: (window: TimeWindow) => void
}

const TD = 'h-7 whitespace-nowrap border-line border-b px-2'

/** The heat map to read: how much in each second, and when within it most. */
export function HeatTable({ answer, weightTitle, countTitle, weightText, window, onWindow }: HeatTableProps) {
  const rows = useMemo(() => heatRows(answer), [answer])
  const domainMs = answer.seconds * 1_000
  const isApart = answer.layers.length > 1
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="min-h-0 flex-1 overflow-auto" aria-label="Heat map as a table" tabIndex={0} data-testid="heat-table">
      <table className="w-full border-separate border-spacing-0" aria-label="Heat map">
        <thead>
          <tr>
            <ColumnHead>Time</ColumnHead>
            <ColumnHead numeric>{weightTitle}</ColumnHead>
            {countTitle === null ? null : (
              <th scope="col" className={cx(TABLE_HEAD, 'px-2 text-right first-letter:uppercase')}>
                {countTitle}
              </th>
            )}
            <ColumnHead numeric>Most in {1_000 / answer.rowsPerSecond} ms</ColumnHead>
            <ColumnHead>at</ColumnHead>
            {isApart ? <ColumnHead>on</ColumnHead> : null}
            <th scope="col" className={cx(TABLE_HEAD, 'w-full')} aria-hidden />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const isSelected = window !== null && row.fromMs < window.toMs && row.toMs > window.fromMs
            return (
              <tr key={row.fromMs} data-testid="heat-row" className={isSelected ? 'bg-selected' : 'hover:bg-hover'}>
                <td className={TD}>
                  <button
                    type="button"
                    aria-pressed={isSelected}
                    className="rounded-sm hover:underline"
                    onClick={() => onWindow({ fromMs: row.fromMs, toMs: row.toMs })}
                  >
                    {formatMoments(row.fromMs, row.toMs, domainMs)}
                    <span className="sr-only">: show only this time</span>
                  </button>
                </td>
                <td className={cx(TD, 'text-right')}>{weightText(row.weight)}</td>
                {countTitle === null ? null : <td className={cx(TD, 'text-right')}>{formatExact(row.count)}</td>}
                <td className={cx(TD, 'text-right')}>{row.peak ? weightText(row.peak.weight) : '–'}</td>
                <td className={cx(TD, 'text-ink-2')}>{row.peak ? formatMoment(row.peak.atMs, domainMs) : ''}</td>
                {isApart ? (
                  <td className={cx(TD, 'max-w-44')}>
                    {row.peak?.hostName ? <HostText text={row.peak.hostName} className="text-ink-2" /> : null}
                  </td>
                ) : null}
                <td className={TD} />
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
