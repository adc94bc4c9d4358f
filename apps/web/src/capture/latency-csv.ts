import type { CaptureLatency, LatencyRow } from '@sonde/contract'
import { tableCsv } from '../downloads/table-csv.ts'
import { averageNs } from './latency-rows.ts'
import type { ownerColumns } from './owner-columns.ts'
import { type OwnedLine, ownerCsvColumns } from './owner-csv.ts'

type Line = OwnedLine<LatencyRow> & { count: number; totalNs: number }

/** The latencies as a file: `rows` in the table's order, and last what is in none of them. Quantiles stand with their bounds. */
export function latencyCsv(
  rows: readonly LatencyRow[],
  others: CaptureLatency['others'],
  columns: ReturnType<typeof ownerColumns>,
): string {
  const listed = rows.map((row): Line => ({ row, count: row.count, totalNs: row.totalNs }))
  return tableCsv<Line>(
    [
      ...ownerCsvColumns<LatencyRow>(columns),
      { head: 'spans', cell: ({ count }) => count },
      { head: 'total (ns)', cell: ({ totalNs }) => totalNs },
      { head: 'average (ns)', cell: averageNs },
      { head: 'p50 about (ns)', cell: ({ row }) => row?.p50?.value ?? null },
      { head: 'p50 at least (ns)', cell: ({ row }) => row?.p50?.low ?? null },
      { head: 'p50 at most (ns)', cell: ({ row }) => row?.p50?.high ?? null },
      { head: 'p99 about (ns)', cell: ({ row }) => row?.p99?.value ?? null },
      { head: 'p99 at least (ns)', cell: ({ row }) => row?.p99?.low ?? null },
      { head: 'p99 at most (ns)', cell: ({ row }) => row?.p99?.high ?? null },
      { head: 'maximum (ns)', cell: ({ row }) => row?.maxNs ?? null },
    ],
    others ? [...listed, { row: null, ...others }] : listed,
  )
}
