// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, so that thousands cost nothing; table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid answers the keys for its rows
'use client'
import type { CaptureViewState } from '@sonde/contract'
import type { FunctionRows, FunctionsAnswer, LoadedProfile } from '@sonde/flamegraph/react'
import { cx, formatCount, Sparkline, useElementSize } from '@sonde/ui'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { FlameWords } from './flame-words.ts'
import { type FunctionColumn, functionColumns } from './function-columns.ts'
import { functionName } from './function-name.ts'
import { FunctionText } from './function-text.tsx'
import type { UpdateView } from './use-view-state.ts'
import { WeightCell } from './weight-cell.tsx'

const ROW_PX = 26
/** Rows are asked for in steps, and some beyond what is in sight, so that scrolling finds them there. */
const STEP = 50
export const ASKED_ROWS = 4 * STEP

export type FunctionsTableProps = {
  answer: FunctionsAnswer
  profile: LoadedProfile
  words: FlameWords
  view: CaptureViewState
  update: UpdateView
  /** The row to ask for first. */
  onOffset: (offset: number) => void
  onSandwich: ((key: string) => void) | null
  onSearch: () => void
}

/**
 * Functions as rows, of which only those in sight are drawn, and only those around them are here. One tab stop: arrows move the active
 * row, Enter selects it.
 */
export function FunctionsTable({ answer, profile, words, view, update, onOffset, onSandwich, onSearch }: FunctionsTableProps) {
  const id = useId()
  const [sizer, { width }] = useElementSize<HTMLDivElement>()
  const scroller = useRef<HTMLDivElement>(null)
  const { matching, rows, offset, selectedAt } = answer
  const [active, setActive] = useState(-1)
  const virtual = useVirtualizer({ count: matching, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 12 })
  const columns = functionColumns(width, {
    words,
    unit: profile.meta.unit,
    isTimed: profile.meta.timed,
    hosts: profile.hosts.length,
  })
  const template = columns.map(({ id: column, px }) => (column === 'function' ? `minmax(${px}px,1fr)` : `${px}px`)).join(' ')

  const firstSeen = virtual.getVirtualItems()[0]?.index ?? 0
  const wanted = Math.max(0, (Math.floor(firstSeen / STEP) - 1) * STEP)
  useEffect(() => onOffset(wanted), [onOffset, wanted])

  // Another order or search starts at the top; the link's function is brought into sight once.
  const order = `${view.tableSort} ${view.tableDir} ${view.search} ${view.regex}`
  const shownOrder = useRef<string | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the order changes
  useEffect(() => {
    const isFirst = shownOrder.current === null
    shownOrder.current = order
    setActive(-1)
    if (isFirst && selectedAt > 0) virtual.scrollToIndex(selectedAt, { align: 'center' })
    else if (!isFirst) virtual.scrollToOffset(0)
  }, [order])

  const keyAt = (index: number): string | undefined => rows.key[index - offset]
  const select = (index: number) => {
    const key = keyAt(index)
    setActive(index)
    if (key) update({ fn: key === view.fn ? '' : key, callerZoom: '', calleeZoom: '' }, 'push')
  }
  const move = (to: number) => {
    const index = Math.max(0, Math.min(matching - 1, to))
    setActive(index)
    virtual.scrollToIndex(index)
  }
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2)
  const current = active >= 0 ? active : selectedAt
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return
    const act = (): unknown => {
      switch (event.key) {
        case 'ArrowDown':
          return move(current + 1)
        case 'ArrowUp':
          return move(current - 1)
        case 'PageDown':
          return move(current + page)
        case 'PageUp':
          return move(current - page)
        case 'Home':
          return move(0)
        case 'End':
          return move(matching - 1)
        case 'Enter':
        case ' ':
          return current >= 0 && select(current)
        case 'Escape':
          return view.fn !== '' && update({ fn: '' }, 'push')
        case 's': {
          const key = keyAt(current)
          if (key === undefined || onSandwich === null) return false
          return onSandwich(key)
        }
        case '/':
          return onSearch()
      }
      return false
    }
    if (act() === false) return
    event.preventDefault()
    event.stopPropagation()
  }

  const rowId = (index: number) => `${id}-${index}`
  const inSight = virtual.getVirtualItems().some((item) => item.index === current)
  return (
    <div ref={sizer} className="flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="grid"
        aria-label="Functions"
        aria-rowcount={matching + 1}
        aria-colcount={columns.length}
        aria-activedescendant={inSight ? rowId(current) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        data-testid="functions-table"
        className="group/grid min-h-0 flex-1 overflow-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--accent)]"
      >
        <div role="rowgroup" className="sticky top-0 z-10 border-line border-b bg-inset">
          <div role="row" aria-rowindex={1} className="grid h-7 items-stretch text-ink-3 text-sm" style={{ gridTemplateColumns: template }}>
            {columns.map((column) => (
              <Head key={column.id} column={column} view={view} update={update} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const at = item.index - offset
            const key = rows.key[at]
            const isSelected = key !== undefined && key === view.fn
            return (
              <div
                key={item.index}
                id={rowId(item.index)}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={isSelected}
                data-testid="function-row"
                onClick={() => select(item.index)}
                className={cx(
                  'absolute inset-x-0 top-0 grid cursor-default border-line border-b',
                  isSelected ? 'bg-selected' : 'hover:bg-hover',
                  item.index === current && 'group-focus-visible/grid:shadow-[inset_2px_0_0_var(--accent)]',
                )}
                style={{ gridTemplateColumns: template, height: ROW_PX, transform: `translateY(${item.start}px)` }}
              >
                {columns.map(({ id: column }) => (
                  <div
                    key={column}
                    role="gridcell"
                    className={cx('flex min-w-0 items-center px-2', column !== 'function' && column !== 'series' && 'justify-end')}
                  >
                    {key === undefined ? null : <Cell column={column} rows={rows} at={at} answer={answer} profile={profile} />}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function Head({ column, view, update }: { column: FunctionColumn; view: CaptureViewState; update: UpdateView }) {
  const { id, head, title, sorts } = column
  const right = id !== 'function' && id !== 'series'
  if (id === 'series' || sorts === null)
    return (
      <div role="columnheader" title={title} className="flex min-w-0 items-center px-2 font-medium">
        {head}
      </div>
    )
  const isActive = view.tableSort === id
  return (
    <div
      role="columnheader"
      aria-sort={isActive ? (view.tableDir === 'asc' ? 'ascending' : 'descending') : 'none'}
      className="flex min-w-0 items-stretch"
    >
      <button
        type="button"
        title={title}
        onClick={() =>
          update(isActive ? { tableDir: view.tableDir === 'asc' ? 'desc' : 'asc' } : { tableSort: id, tableDir: sorts }, 'replace')
        }
        className={cx(
          'flex w-full min-w-0 items-center gap-0.5 whitespace-nowrap px-2 font-medium hover:text-ink',
          right && 'justify-end',
          isActive && 'text-ink',
        )}
      >
        {head}
        <span aria-hidden className="w-2 shrink-0 text-xs">
          {isActive ? (view.tableDir === 'asc' ? '↑' : '↓') : ''}
        </span>
      </button>
    </div>
  )
}

type CellProps = { column: FunctionColumn['id']; rows: FunctionRows; at: number; answer: FunctionsAnswer; profile: LoadedProfile }

function Cell({ column, rows, at, answer, profile }: CellProps): ReactNode {
  const { unit, periodNs } = profile.meta
  switch (column) {
    case 'function':
      return <FunctionText kind={rows.kind[at] ?? 0} name={rows.name[at] ?? ''} module={rows.module[at] ?? ''} />
    case 'self':
    case 'total':
      return <WeightCell weight={rows[column][at] ?? 0} whole={answer.all.weight} unit={unit} periodNs={periodNs} />
    case 'count':
      return formatCount(rows.count[at] ?? 0)
    case 'hosts': {
      const names = rows.hostNames[at] ?? []
      const count = rows.hostCount[at] ?? 0
      const more = count - names.length
      return (
        <span title={`${names.map(functionName).join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`}>{formatCount(count)}</span>
      )
    }
    case 'first':
      return secondsText(rows.firstUs?.[at])
    case 'last':
      return secondsText(rows.lastUs?.[at])
    case 'series':
      return <SeriesCell rows={rows} at={at} />
  }
}

/** µs since the start as seconds. */
const secondsText = (us: number | undefined): string => (us === undefined ? '–' : (us / 1e6).toFixed(2))

function SeriesCell({ rows, at }: { rows: FunctionRows; at: number }) {
  const { series } = rows
  if (!series) return null
  const { slices, sliceUs, values } = series
  const stepMs = sliceUs / 1_000
  return (
    <Sparkline
      label={`${functionName(rows.name[at] ?? '').slice(0, 80)} over time`}
      values={Array.from(values.subarray(at * slices, (at + 1) * slices))}
      stepMs={stepMs}
      domainMs={stepMs * slices}
    />
  )
}
