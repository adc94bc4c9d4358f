import type { FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { type CsvColumn, tableCsv } from '../downloads/table-csv.ts'
import { SYSCALL_FINDING_MEASURES } from './finding-rows.ts'

/** All that is known of a measure, a column each. */
function measureColumns<Row>(name: string, unit: string, pick: (row: Row) => Measure): CsvColumn<Row>[] {
  const of = (head: string, cell: (measure: Measure) => string | number | null): CsvColumn<Row> => ({
    head,
    cell: (row) => cell(pick(row)),
  })
  return [
    of(`${name} A (${unit})`, (measure) => measure.a),
    of(`${name} B (${unit})`, (measure) => measure.b),
    of(`${name} change (${unit})`, (measure) => measure.change),
    of(`${name} change 95 % from`, (measure) => measure.low),
    of(`${name} change 95 % to`, (measure) => measure.high),
    of(`${name} q`, (measure) => measure.q),
    of(`${name} significant`, (measure) => (measure.q === null ? 'not tested' : measure.significant ? 'yes' : 'no')),
    of(`${name} hosts that agree`, (measure) => measure.hosts?.agree ?? null),
    of(`${name} hosts on both sides`, (measure) => measure.hosts?.of ?? null),
    of(`${name} count A`, (measure) => measure.countA),
    of(`${name} count B`, (measure) => measure.countB),
  ]
}

/** Functions as they are filtered and sorted on screen. */
export function functionFindingsCsv(rows: readonly FunctionFinding[], unit: string): string {
  return tableCsv<FunctionFinding>(
    [
      { head: 'function', cell: (row) => row.name },
      { head: 'library', cell: (row) => row.module },
      { head: 'on', cell: (row) => (row.presence === 'both' ? 'both' : row.presence === 'new' ? 'B alone' : 'A alone') },
      ...measureColumns<FunctionFinding>('self', unit, (row) => row.self),
      ...measureColumns<FunctionFinding>('total', unit, (row) => row.total),
    ],
    rows,
  )
}

export function syscallFindingsCsv(rows: readonly SyscallFinding[], rateUnit: string): string {
  const units = { rate: rateUnit, errors: 'share', mean: 'ns', p50: 'ns ≈', p99: 'ns ≈' }
  return tableCsv<SyscallFinding>(
    [
      { head: 'system call', cell: (row) => row.name },
      ...SYSCALL_FINDING_MEASURES.flatMap((measure) => measureColumns<SyscallFinding>(measure, units[measure], (row) => row[measure])),
    ],
    rows,
  )
}
