'use client'
import type { CompareView, FunctionFinding, Verdict } from '@sonde/contract'
import { Badge } from '@sonde/ui'
import { useMemo } from 'react'
import { FunctionText } from '../capture/function-text.tsx'
import { ChangeText } from './change-cell.tsx'
import { functionRows, isSureFunction, type NameTest } from './finding-rows.ts'
import { hostsText, qText, valueText } from './finding-words.ts'
import { type FindingColumn, FindingsGrid } from './findings-grid.tsx'
import type { UpdateCompareView } from './use-comparison.ts'

type Sort = CompareView['sort']

export const FUNCTION_ROW_PX = 28

export type FunctionFindingsProps = { verdict: Verdict; view: CompareView; matches: NameTest; updateView: UpdateCompareView }

/** What became of each function: its own time, its time with what it calls, and how sure that is. */
export function FunctionFindings({ verdict, view, matches, updateView }: FunctionFindingsProps) {
  const { functionUnit } = verdict
  const rows = useMemo(
    () => functionRows(verdict.functions, { sort: view.sort, dir: view.dir, sure: view.sure }, matches),
    [verdict.functions, view.sort, view.dir, view.sure, matches],
  )
  const columns = useMemo(() => columnsOf(functionUnit), [functionUnit])
  return (
    <FindingsGrid<FunctionFinding, Sort>
      label="Functions, A and B"
      testId="function-findings"
      columns={columns}
      rows={rows}
      rowPx={FUNCTION_ROW_PX}
      keyOf={(row) => row.key}
      isSure={isSureFunction}
      sort={view.sort}
      dir={view.dir}
      onSort={(sort, dir) => updateView({ sort, dir }, 'replace')}
      selected={view.fn}
      onSelect={(fn) => updateView({ fn }, 'push')}
    />
  )
}

function columnsOf(unit: string): FindingColumn<FunctionFinding, Sort>[] {
  const isShare = unit === 'share'
  const value = (amount: number | null) => (isShare ? valueText(amount, unit) : valueText(amount, '/').replace('/', ''))
  const of = isShare ? '' : ` (${unit})`
  return [
    {
      id: 'function',
      head: 'Function',
      px: 200,
      isText: true,
      sort: { by: 'function', first: 'asc' },
      cell: (row) => (
        <span className="flex w-full min-w-0 items-center gap-1.5">
          <FunctionText kind={row.kind} name={row.name} module={row.module} />
          {row.presence === 'both' ? null : <Badge tone={row.presence === 'new' ? 'accent' : 'neutral'}>{row.presence}</Badge>}
        </span>
      ),
    },
    {
      id: 'a',
      head: 'self A',
      px: 84,
      sort: { by: 'a', first: 'desc' },
      title: `Samples that end in it, on side A${of}`,
      cell: (row) => value(row.self.a),
    },
    {
      id: 'b',
      head: 'self B',
      px: 84,
      sort: { by: 'b', first: 'desc' },
      title: `Samples that end in it, on side B${of}`,
      cell: (row) => value(row.self.b),
    },
    {
      id: 'change',
      head: isShare ? 'change, points' : 'change',
      px: 130,
      sort: { by: 'change', first: 'desc' },
      title: 'B − A with its 95 % interval; significant ones first',
      cell: (row) => <ChangeText measure={row.self} unit={unit} counted="samples" />,
    },
    {
      id: 'total',
      head: 'total A → B',
      px: 150,
      sort: null,
      title: `Samples that it is anywhere on${of}`,
      cell: (row) => (
        <span className="whitespace-nowrap">
          {value(row.total.a)} → {value(row.total.b)}
        </span>
      ),
    },
    {
      id: 'totalChange',
      head: 'change',
      px: 130,
      sort: { by: 'total', first: 'desc' },
      title: 'Of the total, B − A with its 95 % interval',
      cell: (row) => <ChangeText measure={row.total} unit={unit} counted="samples" />,
    },
    {
      id: 'hosts',
      head: 'hosts agree',
      px: 92,
      sort: { by: 'hosts', first: 'desc' },
      title: 'Hosts whose own change has the same direction, of those that are on both sides',
      cell: (row) => hostsText(row.self) || '–',
    },
    {
      id: 'q',
      head: 'q',
      px: 64,
      sort: { by: 'q', first: 'asc' },
      title: 'The smaller of self and total: chance after the false discovery rate was controlled',
      cell: (row) => qText(Math.min(row.self.q ?? 2, row.total.q ?? 2) <= 1 ? Math.min(row.self.q ?? 2, row.total.q ?? 2) : null),
    },
  ]
}
