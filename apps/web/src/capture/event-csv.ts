import type { CaptureEvents, EventColumn, EventRow } from '@sonde/contract'
import { tableCsv } from '../downloads/table-csv.ts'

/** Numbers of a field are written as they are, in this unit. */
const UNIT: Partial<Record<EventColumn['type'], string>> = { duration: ' (ns)', bytes: ' (bytes)' }

/** Events as a file, in the table's order; a value that is missing, or that the host's events do not have, is an empty cell. */
export function eventCsv({ columns, rows }: Pick<CaptureEvents, 'columns' | 'rows'>, hostName: (hostId: string) => string): string {
  return tableCsv<EventRow>(
    [
      { head: 'time (us)', cell: (row) => row.timeUs },
      { head: 'host', cell: (row) => hostName(row.hostId) },
      { head: 'process', cell: (row) => row.comm },
      { head: 'pid', cell: (row) => row.pid },
      { head: 'tid', cell: (row) => row.tid },
      { head: 'CPU', cell: (row) => row.cpu },
      ...columns.map(({ name, type }, at) => ({ head: `${name}${UNIT[type] ?? ''}`, cell: (row: EventRow) => row.values[at] ?? null })),
    ],
    rows,
  )
}
