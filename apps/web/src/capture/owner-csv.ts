import type { RowOwner } from '@sonde/contract'
import type { CsvColumn } from '../downloads/table-csv.ts'
import type { ownerColumns } from './owner-columns.ts'

/** Whose a line is; `row` null: of all that have no row of their own. */
export type OwnedLine<Row extends RowOwner> = { row: Row | null }

/** The columns of a file that say what a line is about, as those of the table do. */
export function ownerCsvColumns<Row extends RowOwner>(columns: ReturnType<typeof ownerColumns>): CsvColumn<OwnedLine<Row>>[] {
  const owner = (head: string, cell: (row: Row) => string | number | null): CsvColumn<OwnedLine<Row>> => ({
    head,
    cell: ({ row }) => (row === null ? 'others' : cell(row)),
  })
  return [
    ...(columns.process ? [owner('process', (row) => row.comm), owner('pid', (row) => row.pid)] : []),
    ...(columns.host ? [owner('host', (row) => row.hostName)] : []),
    ...(columns.probe ? [owner('probe', (row) => row.probe)] : []),
    ...(columns.key === null ? [] : [owner(columns.key, (row) => row.key ?? null)]),
  ]
}
