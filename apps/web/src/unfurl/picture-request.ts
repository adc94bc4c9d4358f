import type { ColorBy, FlameOrientation, FlameSearch } from '@sonde/flamegraph'
import type { ModelQuestion } from '@sonde/flamegraph/engine'

/** Of an Open Graph picture: 1.91 to 1, the size that every chat shows as a large card. */
export const PICTURE_SIZE = { width: 1200, height: 630 } as const

export const PICTURE_THEMES = ['light', 'dark'] as const
export type PictureTheme = (typeof PICTURE_THEMES)[number]

/** A large number of the card: `{ value: '12.4k', label: 'samples' }`. The unit is in one of the two. */
export type HeadlineNumber = { value: string; label: string }

/** A flame graph. Its numbers are read off the tree that is drawn, so that they are those of the view. */
export type GraphPart = {
  kind: 'graph'
  /** A profile as encodeProfile of packages/profile makes it, in gzip. */
  profile: Uint8Array
  question: ModelQuestion
  /** pathKey of the zoomed frame, '' for all. */
  zoom: string
  search: FlameSearch
  orientation: FlameOrientation
  colorBy: ColorBy
  /** What a weight is made of where it is not of samples: `{ how: 'blocked in', many: 'waits' }`. */
  events: { how: string; one: string; many: string } | null
  /** A sample stands for time on a CPU. */
  isCpu: boolean
  /** Said where the selection has nothing. */
  nothing: string
}

export type TableCell = string | { text: string; tone: 'bad' | 'muted' }
/** Rows with a bar behind each: `share` 0..1 of the longest. */
export type TablePart = {
  kind: 'table'
  title: string
  /** The first is text, the others are numbers. */
  columns: string[]
  rows: { cells: TableCell[]; share: number }[]
  /** Rows that are not here. */
  left: number
}

/** A histogram, or amounts over time, as bars. */
export type BarsPart = { kind: 'bars'; title: string; bars: number[]; ticks: { at: number; label: string }[]; most: string }

export type EmptyPart = { kind: 'empty'; text: string }

/** All that a picture shows, as plain data: what travels to the thread that draws it. Texts are as they came from hosts and people. */
export type PictureRequest = {
  theme: PictureTheme
  title: string
  /** Hosts, who and when, in a line. */
  byline: string
  /** After the numbers of the graph, if there is one. */
  numbers: HeadlineNumber[]
  /** What a reader must know about the data: lost, unknown, partial. */
  badges: { label: string; isWarning: boolean }[]
  /** What the view is narrowed to, each in a few words. */
  narrowed: string[]
  main: GraphPart | TablePart | BarsPart | EmptyPart
  side: TablePart | null
}
