'use client'
import type { CompareView, SyscallFinding, Verdict } from '@sonde/contract'
import { HostText } from '@sonde/ui'
import { useMemo } from 'react'
import { MeasureCell } from './change-cell.tsx'
import { isSureSyscall, type NameTest, SYSCALL_FINDING_MEASURES, type SyscallFindingMeasure, syscallRows } from './finding-rows.ts'
import { type FindingColumn, FindingsGrid } from './findings-grid.tsx'
import type { UpdateCompareView } from './use-comparison.ts'

type Sort = CompareView['callSort']

export const SYSCALL_ROW_PX = 42

export type SyscallFindingsProps = { verdict: Verdict; view: CompareView; matches: NameTest; updateView: UpdateCompareView }

/** What became of each system call: how often, how it ended, how long it took. */
export function SyscallFindings({ verdict, view, matches, updateView }: SyscallFindingsProps) {
  const rows = useMemo(
    () => syscallRows(verdict.syscalls, { callSort: view.callSort, callDir: view.callDir, sure: view.sure }, matches),
    [verdict.syscalls, view.callSort, view.callDir, view.sure, matches],
  )
  const columns = useMemo(() => columnsOf(verdict.rateUnit), [verdict.rateUnit])
  return (
    <FindingsGrid<SyscallFinding, Sort>
      label="System calls, A and B"
      testId="syscall-findings"
      columns={columns}
      rows={rows}
      rowPx={SYSCALL_ROW_PX}
      keyOf={(row) => String(row.nr)}
      isSure={isSureSyscall}
      sort={view.callSort}
      dir={view.callDir}
      onSort={(callSort, callDir) => updateView({ callSort, callDir }, 'replace')}
    />
  )
}

const HEADS: Record<SyscallFindingMeasure, { head: string; title: string; px: number }> = {
  rate: { head: 'rate', title: 'Calls per second and host, or per what the sides are divided by', px: 190 },
  errors: { head: 'failed', title: 'Share of calls that failed; changes in points', px: 160 },
  mean: { head: 'mean', title: 'Mean time of a call', px: 190 },
  p50: { head: 'p50', title: 'Interpolated within a power of two: about', px: 190 },
  p99: { head: 'p99', title: 'Interpolated within a power of two: about', px: 190 },
}

/** Unit of each measure; the rate has its own by what the sides are divided by. */
export const syscallUnit = (measure: SyscallFindingMeasure, rateUnit: string): string =>
  measure === 'rate' ? rateUnit : measure === 'errors' ? 'share' : 'ns'

function columnsOf(rateUnit: string): FindingColumn<SyscallFinding, Sort>[] {
  return [
    {
      id: 'syscall',
      head: 'System call',
      px: 130,
      isText: true,
      sort: { by: 'syscall', first: 'asc' },
      cell: (row) => <HostText text={row.name} mono />,
    },
    ...SYSCALL_FINDING_MEASURES.map(
      (measure): FindingColumn<SyscallFinding, Sort> => ({
        id: measure,
        ...HEADS[measure],
        sort: { by: measure, first: 'desc' },
        cell: (row) => (
          <MeasureCell
            measure={row[measure]}
            unit={syscallUnit(measure, rateUnit)}
            counted="calls"
            isApproximate={measure === 'p50' || measure === 'p99'}
          />
        ),
      }),
    ),
  ]
}
