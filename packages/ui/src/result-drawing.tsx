import type { ReactNode } from 'react'
import { cx } from './class-names.ts'

export const DRAWINGS = ['flame', 'flame-and-table', 'table', 'series', 'histogram', 'events', 'counters'] as const
export type Drawing = (typeof DRAWINGS)[number]

export const DRAWING_WORDS: Record<Drawing, string> = {
  flame: 'a flame graph',
  'flame-and-table': 'a flame graph beside a table',
  table: 'a table',
  series: 'counts over time',
  histogram: 'a latency histogram over time',
  events: 'rows of events as they happen',
  counters: 'counters over time, with ratios',
}

type Box = readonly [x: number, y: number, width: number, height: number]

/** An icicle of call stacks; the marked frame is the wide one that a reader would go for. */
const FLAME: readonly Box[] = [
  [0, 0, 70, 6],
  [0, 8, 42, 6],
  [44, 8, 26, 6],
  [0, 16, 30, 6],
  [32, 16, 9, 6],
  [46, 16, 14, 6],
  [2, 24, 9, 6],
  [13, 24, 16, 6],
  [46, 24, 7, 6],
  [13, 32, 8, 6],
]
const FLAME_MARKED = 7
const NARROW_FLAME: readonly Box[] = [
  [0, 0, 34, 6],
  [0, 8, 22, 6],
  [24, 8, 10, 6],
  [0, 16, 17, 6],
  [24, 16, 6, 6],
  [2, 24, 13, 6],
  [2, 32, 6, 6],
]
const NARROW_MARKED = 5

/** Shares of the widest row, as bars at the end of each. */
const TABLE = [0.95, 0.7, 0.44, 0.3, 0.16]
const SERIES = [5, 7, 6, 9, 8, 11, 10, 24, 31, 27, 30, 14, 9, 8]
const SERIES_FROM = 7
const SERIES_TO = 10
const HISTOGRAM = [2, 6, 15, 28, 34, 22, 10, 4, 2, 1, 3, 7, 4, 1]
const HISTOGRAM_TAIL = 10
const EVENT_WIDTHS = [
  [10, 22, 26],
  [10, 15, 31],
  [10, 24, 18],
  [10, 18, 28],
  [10, 22, 12],
]

function boxes(list: readonly Box[], marked: number): ReactNode {
  return list.map(([x, y, width, height], index) => (
    <rect key={`${x},${y}`} x={x} y={y} width={width} height={height} rx={1} className={index === marked ? 'fill-accent' : 'fill-bar/55'} />
  ))
}

function table(x: number, width: number): ReactNode {
  return TABLE.map((share, row) => {
    const y = 1 + row * 8
    const barFrom = x + width * 0.48
    return (
      <g key={share}>
        <rect x={x} y={y + 1} width={width * (0.4 - 0.05 * (row % 3))} height={3} rx={1} className="fill-bar/55" />
        <rect x={barFrom} y={y} width={width * 0.52} height={5} rx={1} className="fill-bar-track" />
        <rect x={barFrom} y={y} width={width * 0.52 * share} height={5} rx={1} className={row === 0 ? 'fill-accent' : 'fill-bar/80'} />
      </g>
    )
  })
}

function bars(heights: readonly number[], isMarked: (index: number) => boolean): ReactNode {
  const step = 70 / heights.length
  return (
    <>
      {heights.map((height, index) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
          key={index}
          x={index * step}
          y={37 - height}
          width={step - 1}
          height={height}
          className={isMarked(index) ? 'fill-accent' : 'fill-bar/55'}
        />
      ))}
      <line x1={0} x2={70} y1={37.5} y2={37.5} className="stroke-line-strong" strokeWidth={1} />
    </>
  )
}

function line(values: readonly number[], y: number, className: string): ReactNode {
  const points = values.map((value, index) => `${((index * 52) / (values.length - 1)).toFixed(1)},${(y - value).toFixed(1)}`).join(' ')
  return <polyline points={points} fill="none" strokeWidth={1.5} strokeLinejoin="round" className={className} />
}

function draw(kind: Drawing): ReactNode {
  switch (kind) {
    case 'flame':
      return boxes(FLAME, FLAME_MARKED)
    case 'flame-and-table':
      return (
        <>
          {boxes(NARROW_FLAME, NARROW_MARKED)}
          {table(38, 32)}
        </>
      )
    case 'table':
      return table(0, 70)
    case 'series':
      return bars(SERIES, (index) => index >= SERIES_FROM && index <= SERIES_TO)
    case 'histogram':
      return bars(HISTOGRAM, (index) => index >= HISTOGRAM_TAIL)
    case 'events':
      return EVENT_WIDTHS.map((widths, row) => {
        const y = 2 + row * 8
        let x = 0
        return (
          <g key={widths.join()}>
            {widths.map((width, column) => {
              const at = x
              x += width + 4
              return (
                <rect
                  key={at}
                  x={at}
                  y={y}
                  width={width}
                  height={4}
                  rx={1}
                  className={row === 1 ? 'fill-accent' : column === 0 ? 'fill-bar/80' : 'fill-bar/55'}
                />
              )
            })}
          </g>
        )
      })
    case 'counters':
      return (
        <>
          {line([3, 6, 4, 8, 7, 12, 10, 11], 18, 'stroke-accent')}
          {line([5, 4, 6, 5, 3, 4, 2, 3], 36, 'stroke-bar')}
          <rect x={58} y={6} width={12} height={5} rx={1} className="fill-accent" />
          <rect x={58} y={29} width={12} height={5} rx={1} className="fill-bar/80" />
          <line x1={0} x2={70} y1={20.5} y2={20.5} className="stroke-line" strokeWidth={1} />
        </>
      )
  }
}

/** A small drawing of what a result will look like; what it shows is said in words beside it (DRAWING_WORDS). */
export function ResultDrawing({ kind, className }: { kind: Drawing; className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 70 40" className={cx('shrink-0', className)}>
      {draw(kind)}
    </svg>
  )
}
