import type { FunctionTable } from './function-table.ts'
import type { Profile } from './profile.ts'

/** What the rows of a function table can be sorted by. `function` is the name, then the module. */
export const FUNCTION_SORTS = ['function', 'self', 'total', 'count', 'hosts', 'first', 'last'] as const
export type FunctionSort = (typeof FUNCTION_SORTS)[number]

export type FunctionOrder = {
  sort: FunctionSort
  dir: 'asc' | 'desc'
  /** 1 for each string of the profile that a function's name may be; null for all. */
  names?: Uint8Array | null | undefined
}

/**
 * Rows of the table in order. Ties go by total (largest first), then by name, module and kind as UTF-16 code units, whatever
 * the direction, so that rows of a live capture stay where they are. Sorting by first and last seen leaves the rows in their
 * order of total where samples have no time.
 */
export function orderFunctions(profile: Profile, table: FunctionTable, { sort, dir, names = null }: FunctionOrder): Uint32Array {
  const { strings, frames } = profile
  const nameOf = (row: number) => frames.name[table.frame[row] ?? 0] ?? 0
  const moduleOf = (row: number) => frames.module[table.frame[row] ?? 0] ?? 0
  const byText = (a: number, b: number) => (a === b ? 0 : compareText(strings[a] ?? '', strings[b] ?? ''))
  const byFunction = (a: number, b: number) => byText(nameOf(a), nameOf(b)) || byText(moduleOf(a), moduleOf(b))
  const byKind = (a: number, b: number) => (frames.kind[table.frame[a] ?? 0] ?? 0) - (frames.kind[table.frame[b] ?? 0] ?? 0)
  const ties = (a: number, b: number) => (table.total[b] ?? 0) - (table.total[a] ?? 0) || byFunction(a, b) || byKind(a, b)
  const sign = dir === 'asc' ? 1 : -1
  const column = sort === 'function' ? null : columnOf(table, sort)
  const compare =
    sort === 'function'
      ? (a: number, b: number) => sign * byFunction(a, b) || ties(a, b)
      : (a: number, b: number) => sign * ((column?.[a] ?? 0) - (column?.[b] ?? 0)) || ties(a, b)
  const rows = Uint32Array.from({ length: table.length }, (_, row) => row)
  return (names === null ? rows : rows.filter((row) => names[nameOf(row)] === 1)).sort(compare)
}

function columnOf(table: FunctionTable, sort: Exclude<FunctionSort, 'function'>): ArrayLike<number> | null {
  if (sort === 'hosts') return table.hostCount
  if (sort === 'first') return table.firstUs
  if (sort === 'last') return table.lastUs
  return table[sort]
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
