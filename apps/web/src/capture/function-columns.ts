import type { FunctionSort } from '@sonde/profile'
import type { FlameWords } from './flame-words.ts'

/** A column of the table of functions. */
export type FunctionColumn = {
  id: FunctionSort | 'series'
  head: string
  /** What it means, where the head alone does not say. */
  title?: string
  /** Width in px; the name takes what is left. */
  px: number
  /** Which way a first click sorts; null where it cannot be sorted by. */
  sorts: 'asc' | 'desc' | null
}

/** The name's column, at least; and what it has before columns are added that one can do without. */
const NAME_PX = 132
const GOOD_NAME_PX = 220

/**
 * The columns that a table of this width has room for: self and total always, the others as they matter. Those that would be empty
 * (times of samples that have none, hosts of a single one, waits of what only counts samples) are left out.
 */
export function functionColumns(
  widthPx: number,
  { words, unit, isTimed, hosts }: { words: Pick<FlameWords, 'events'>; unit: string; isTimed: boolean; hosts: number },
): FunctionColumn[] {
  const weight = unit === 'samples' ? ', samples' : ''
  const many = words.events?.many
  const counted = unit !== 'samples' && unit !== 'count' && many !== undefined
  const columns: (FunctionColumn & { /** Smaller stays longer. */ rank: number; isThere: boolean })[] = [
    { id: 'function', head: 'Function', px: NAME_PX, sorts: 'asc', rank: 0, isThere: true },
    { id: 'self', head: `Self${weight}`, title: 'Samples that end in it', px: 114, sorts: 'desc', rank: 0, isThere: true },
    {
      id: 'total',
      head: `Total${weight}`,
      title: 'Samples that it is anywhere on; recursion counts once',
      px: 114,
      sorts: 'desc',
      rank: 0,
      isThere: true,
    },
    { id: 'count', head: capital(many ?? ''), title: `How many ${many} its total is of`, px: 76, sorts: 'desc', rank: 1, isThere: counted },
    { id: 'hosts', head: 'Hosts', title: 'Hosts that it was seen on', px: 60, sorts: 'desc', rank: 2, isThere: hosts > 1 },
    {
      id: 'first',
      head: 'First, s',
      title: 'When it was first seen, seconds after the start',
      px: 68,
      sorts: 'asc',
      rank: 4,
      isThere: isTimed,
    },
    {
      id: 'last',
      head: 'Last, s',
      title: 'When it was last seen, seconds after the start',
      px: 68,
      sorts: 'desc',
      rank: 5,
      isThere: isTimed,
    },
    {
      id: 'series',
      head: 'Over time',
      title: 'Total over time; each line has an axis of its own',
      px: 136,
      sorts: null,
      rank: 3,
      isThere: isTimed,
    },
  ]
  const there = columns.filter((column) => column.isThere)
  const byRank = [...there].sort((a, b) => a.rank - b.rank)
  let left = widthPx - (GOOD_NAME_PX - NAME_PX)
  const kept = new Set<string>()
  for (const { id, px, rank } of byRank) {
    left -= px
    // In order of rank: what has no room takes all that matter less with it, so that columns come and go one by one.
    if (rank > 0 && left < 0) break
    kept.add(id)
  }
  return there.filter(({ id }) => kept.has(id)).map(({ rank: _, isThere: __, ...column }) => column)
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
