import type { CaptureCounts, CountsRow } from '@sonde/contract'
import { type CsvColumn, tableCsv } from '../downloads/table-csv.ts'
import type { ownerColumns } from './owner-columns.ts'
import { type OwnedLine, ownerCsvColumns } from './owner-csv.ts'

type Line = OwnedLine<CountsRow> & { count: number; sum: number }

/** The counts as a file: the rows of the table, and last what is in none of them. `seconds`: how long was recorded. */
export function countsCsv(
  data: Pick<CaptureCounts, 'rows' | 'total'>,
  columns: ReturnType<typeof ownerColumns>,
  { sumOf, seconds }: { sumOf: string | null; seconds: number },
): string {
  const listed = data.rows.map((row): Line => ({ row, count: row.count, sum: row.sum }))
  const rest = listed.reduce((left, { count, sum }) => ({ count: left.count - count, sum: left.sum - sum }), { ...data.total })
  const numbers: CsvColumn<Line>[] = [
    { head: 'events', cell: ({ count }) => count },
    { head: 'events per second', cell: ({ count }) => (seconds > 0 ? count / seconds : null) },
    ...(sumOf === null ? [] : [{ head: `sum of ${sumOf}`, cell: ({ sum }: Line) => sum }]),
    { head: 'share of events', cell: ({ count }) => (data.total.count > 0 ? count / data.total.count : null) },
  ]
  return tableCsv<Line>([...ownerCsvColumns<CountsRow>(columns), ...numbers], rest.count > 0 ? [...listed, { row: null, ...rest }] : listed)
}
