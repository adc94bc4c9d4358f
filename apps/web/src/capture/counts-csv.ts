import type { CaptureCounts, CountsRow } from '@sonde/contract'
import { type CsvColumn, tableCsv } from '../downloads/table-csv.ts'
import type { ownerColumns } from './owner-columns.ts'

/** `null` for the rest: what has no row of its own. */
type Line = { row: CountsRow | null; count: number; sum: number }

/** The counts as a file: the rows of the table, and last what is in none of them. `seconds`: how long was recorded. */
export function countsCsv(
  data: Pick<CaptureCounts, 'rows' | 'total'>,
  columns: ReturnType<typeof ownerColumns>,
  { sumOf, seconds }: { sumOf: string | null; seconds: number },
): string {
  const listed = data.rows.map((row): Line => ({ row, count: row.count, sum: row.sum }))
  const rest = listed.reduce((left, { count, sum }) => ({ count: left.count - count, sum: left.sum - sum }), { ...data.total })
  const owner = (head: string, cell: (row: CountsRow) => string | number | null): CsvColumn<Line> => ({
    head,
    cell: ({ row }) => (row === null ? 'others' : cell(row)),
  })
  const numbers: CsvColumn<Line>[] = [
    { head: 'events', cell: ({ count }) => count },
    { head: 'events per second', cell: ({ count }) => (seconds > 0 ? count / seconds : null) },
    ...(sumOf === null ? [] : [{ head: `sum of ${sumOf}`, cell: ({ sum }: Line) => sum }]),
    { head: 'share of events', cell: ({ count }) => (data.total.count > 0 ? count / data.total.count : null) },
  ]
  return tableCsv<Line>(
    [
      ...(columns.process ? [owner('process', (row) => row.comm), owner('pid', (row) => row.pid)] : []),
      ...(columns.host ? [owner('host', (row) => row.hostName)] : []),
      ...(columns.probe ? [owner('probe', (row) => row.probe)] : []),
      ...(columns.key === null ? [] : [owner(columns.key, (row) => row.key ?? null)]),
      ...numbers,
    ],
    rest.count > 0 ? [...listed, { row: null, ...rest }] : listed,
  )
}
