// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
'use client'
import { type CaptureViewState, OBJECT_SORTS } from '@sonde/contract'
import { cx, formatBytes, formatCount, formatExact, formatNs, formatPlural, HostText, Segmented } from '@sonde/ui'
import { useMemo } from 'react'
import { ColumnHead } from './column-head.tsx'
import { ProcessButton } from './row-cells.tsx'
import { type ObjectLine, type ObjectSort, selectObjects } from './syscall-objects.ts'
import type { UpdateView } from './use-view-state.ts'

/** As many as are drawn; the others are counted. */
const MOST = 200
const SORT_LABELS: Record<ObjectSort, string> = { calls: 'calls', bytes: 'bytes', errors: 'errors', time: 'time' }
const TD = 'h-7 border-line border-b px-2'
const NUMBER = 'whitespace-nowrap text-right'

export type ObjectTableProps = {
  /** Null where no host recorded any. */
  objects: { lines: ObjectLine[]; lost: number } | null
  manyHosts: boolean
  view: CaptureViewState
  update: UpdateView
}

/** Files and addresses that system calls are about, the largest of each process and call. */
export function ObjectTable({ objects, manyHosts, view, update }: ObjectTableProps) {
  const { process, filter, objectsBy: by } = view
  const rows = useMemo(() => (objects ? selectObjects(objects.lines, { process, filter, by }) : []), [objects, process, filter, by])
  if (objects === null)
    return (
      <p className="px-2 py-3 text-ink-2" data-testid="object-table">
        No host has recorded files and addresses (yet). It takes the native helper and Linux 5.17; the notes of the capture say what is
        missing.
      </p>
    )
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 px-2 py-1.5 text-ink-2 text-sm">
        <Segmented
          label="Files and addresses by"
          value={by}
          onChange={(objectsBy) => update({ objectsBy }, 'replace')}
          options={OBJECT_SORTS.map((value) => ({ value, label: SORT_LABELS[value] }))}
        />
        <span>
          The largest of each process and call{view.window === '' ? '' : ', of the whole time'}.
          {rows.length > MOST ? ` ${formatPlural(rows.length - MOST, 'more')} not shown: filter to see them.` : ''}
        </span>
        {objects.lost > 0 ? (
          <span
            className="text-warn"
            data-testid="objects-lost"
            title="There was no room for further files and addresses, or a path could not be read."
          >
            {formatPlural(objects.lost, 'call')} in no row
          </span>
        ) : null}
      </div>
      <section className="min-h-0 flex-1 overflow-auto" aria-label="Files and addresses" tabIndex={0} data-testid="object-table">
        <table className="w-full border-separate border-spacing-0" aria-label="Files and addresses">
          <thead>
            <tr>
              <ColumnHead title="A path or an address as the program gave it; or the file, pipe or socket behind a descriptor, by its name when it was first used">
                File or address
              </ColumnHead>
              <ColumnHead>Syscall</ColumnHead>
              <ColumnHead>Process</ColumnHead>
              {manyHosts ? <ColumnHead>Host</ColumnHead> : null}
              <ColumnHead numeric>Calls</ColumnHead>
              <ColumnHead numeric title="What the calls returned, where that is a number of bytes">
                Bytes
              </ColumnHead>
              <ColumnHead numeric>Errors</ColumnHead>
              <ColumnHead numeric title="Wall time from entry to exit, all calls together; waiting counts">
                Time
              </ColumnHead>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row) => (
              <tr key={row.key} data-testid="object-row" className="hover:bg-hover">
                <td className={cx(TD, 'max-w-0 min-w-48 w-1/2')}>
                  <HostText text={row.name} mono />
                </td>
                <td className={TD}>
                  <HostText text={row.syscall} mono />
                </td>
                <td className={cx(TD, 'max-w-44')}>
                  <ProcessButton owner={row} selected={process} update={update} />
                </td>
                {manyHosts ? (
                  <td className={cx(TD, 'max-w-40')}>
                    <HostText text={row.hostName} className="text-ink-2" />
                  </td>
                ) : null}
                <ObjectNumbers row={row} />
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? (
          <p className="px-2 py-3 text-ink-2">None in this selection{by === 'calls' ? '' : ` with any ${by}`}.</p>
        ) : null}
      </section>
    </>
  )
}

function ObjectNumbers({ row }: { row: ObjectLine }) {
  return (
    <>
      <td className={cx(TD, NUMBER)} title={formatExact(row.calls)}>
        {formatCount(row.calls)}
      </td>
      <td className={cx(TD, NUMBER)} title={row.bytes > 0 ? `${formatExact(row.bytes)} bytes` : undefined}>
        {row.bytes > 0 ? formatBytes(row.bytes) : '–'}
      </td>
      <td className={cx(TD, NUMBER, row.errors > 0 && 'text-bad')}>{formatCount(row.errors)}</td>
      <td className={cx(TD, NUMBER)}>{formatNs(row.totalNs)}</td>
    </>
  )
}

/** Of one row of the syscall table: the three that it calls most, and the way to all. */
export function TopObjects({
  objects,
  process,
  syscall,
  onShowAll,
}: {
  objects: readonly ObjectLine[]
  process: string
  syscall: string
  onShowAll: () => void
}) {
  const own = selectObjects(
    objects.filter((line) => line.syscall === syscall),
    { process, filter: '', by: 'calls' },
  )
  if (own.length === 0) return null
  return (
    <section aria-label="Top files and addresses" data-testid="top-objects">
      <h3 className="mb-1 font-medium">Most called on, of the whole time</h3>
      <ol className="flex flex-col gap-0.5">
        {own.slice(0, 3).map((line) => (
          <li key={line.key} className="flex max-w-96 items-baseline gap-2">
            <span className="w-14 shrink-0 text-right">{formatCount(line.calls)}</span>
            <HostText text={line.name} mono className="min-w-0 truncate" />
            {line.errors > 0 ? <span className="shrink-0 text-bad text-sm">{formatCount(line.errors)} failed</span> : null}
          </li>
        ))}
      </ol>
      {own.length > 3 ? (
        <button type="button" className="mt-1 min-h-6 text-accent underline" onClick={onShowAll}>
          Show more of them
        </button>
      ) : null}
    </section>
  )
}
