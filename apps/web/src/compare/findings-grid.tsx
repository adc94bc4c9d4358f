// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, so that thousands cost nothing; table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid answers the keys for its rows
'use client'
import { cx } from '@sonde/ui'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'

export type FindingColumn<Row, Sort extends string> = {
  id: string
  head: string
  title?: string
  /** Width, px; the first column takes what is left. */
  px: number
  /** What the rows are sorted by, and in which direction first; null where they are not. */
  sort: { by: Sort; first: 'asc' | 'desc' } | null
  isText?: boolean
  cell: (row: Row) => ReactNode
}

export type FindingsGridProps<Row, Sort extends string> = {
  label: string
  testId: string
  columns: readonly FindingColumn<Row, Sort>[]
  rows: readonly Row[]
  rowPx: number
  keyOf: (row: Row) => string
  isSure: (row: Row) => boolean
  sort: Sort
  dir: 'asc' | 'desc'
  onSort: (sort: Sort, dir: 'asc' | 'desc') => void
  selected?: string
  /** A row was chosen; '' to choose none. Without it rows cannot be. */
  onSelect?: (key: string) => void
}

/** Rows of findings, of which only those in sight are drawn. One tab stop: arrows move the active row, Enter selects it. */
export function FindingsGrid<Row, Sort extends string>(props: FindingsGridProps<Row, Sort>) {
  const { label, testId, columns, rows, rowPx, keyOf, isSure, sort, dir, onSort, selected = '', onSelect } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(-1)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: 10 })
  const template = columns.map(({ px }, at) => (at === 0 ? `minmax(${px}px,1fr)` : `${px}px`)).join(' ')
  const minWidth = columns.reduce((sum, { px }) => sum + px, 0)
  const selectedAt = selected === '' ? -1 : rows.findIndex((row) => keyOf(row) === selected)
  const current = active >= 0 && active < rows.length ? active : selectedAt

  const choose = (index: number) => {
    const row = rows[index]
    if (!row || !onSelect) return false
    setActive(index)
    onSelect(keyOf(row) === selected ? '' : keyOf(row))
  }
  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to))
    setActive(index)
    virtual.scrollToIndex(index)
  }
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 2)
  const act = (key: string): unknown => {
    switch (key) {
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
        return move(rows.length - 1)
      case 'Enter':
      case ' ':
        return choose(current)
      case 'Escape':
        return selected === '' ? false : onSelect?.('')
    }
    return false
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return
    if (act(event.key) === false) return
    event.preventDefault()
    event.stopPropagation()
  }
  const rowId = (index: number) => `${id}-${index}`
  const inSight = virtual.getVirtualItems().some((item) => item.index === current)
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={inSight ? rowId(current) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-testid={testId}
      className="group/grid min-h-0 flex-1 overflow-auto outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--accent)]"
    >
      <div style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-10 border-line border-b bg-inset">
          <div role="row" aria-rowindex={1} className="grid h-7 items-stretch text-ink-3 text-sm" style={{ gridTemplateColumns: template }}>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} dir={dir} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const isSelected = selected !== '' && keyOf(row) === selected
            return (
              <div
                key={item.index}
                id={rowId(item.index)}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={onSelect ? isSelected : undefined}
                data-testid={`${testId}-row`}
                data-significant={isSure(row)}
                onClick={() => choose(item.index)}
                className={cx(
                  'absolute inset-x-0 top-0 grid cursor-default border-line border-b',
                  isSelected ? 'bg-selected' : 'hover:bg-hover',
                  item.index === current && 'group-focus-visible/grid:shadow-[inset_2px_0_0_var(--accent)]',
                  !isSure(row) && 'text-ink-3',
                )}
                style={{ gridTemplateColumns: template, height: rowPx, transform: `translateY(${item.start}px)` }}
              >
                {columns.map((column) => (
                  <div
                    key={column.id}
                    role="gridcell"
                    className={cx('flex min-w-0 items-center px-2', !column.isText && 'justify-end text-right')}
                  >
                    {column.cell(row)}
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

type HeadProps<Row, Sort extends string> = Pick<FindingsGridProps<Row, Sort>, 'sort' | 'dir' | 'onSort'> & {
  column: FindingColumn<Row, Sort>
}

function Head<Row, Sort extends string>({ column, sort, dir, onSort }: HeadProps<Row, Sort>) {
  const { head, title, isText = false } = column
  const by = column.sort
  if (by === null)
    return (
      <div role="columnheader" title={title} className={cx('flex min-w-0 items-center px-2 font-medium', !isText && 'justify-end')}>
        {head}
      </div>
    )
  const isActive = sort === by.by
  const other = by.first === 'asc' ? 'desc' : 'asc'
  return (
    <div
      role="columnheader"
      aria-sort={isActive ? (dir === 'asc' ? 'ascending' : 'descending') : 'none'}
      className="flex min-w-0 items-stretch"
    >
      <button
        type="button"
        title={title}
        onClick={() => onSort(by.by, isActive && dir === by.first ? other : by.first)}
        className={cx(
          'flex w-full min-w-0 items-center gap-0.5 whitespace-nowrap px-2 font-medium hover:text-ink',
          !isText && 'justify-end',
          isActive && 'text-ink',
        )}
      >
        {head}
        <span aria-hidden className="w-2 shrink-0 text-xs">
          {isActive ? (dir === 'asc' ? '↑' : '↓') : ''}
        </span>
      </button>
    </div>
  )
}
