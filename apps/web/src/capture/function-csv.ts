import { kindName } from '@sonde/flamegraph'
import type { FunctionRows, FunctionsAnswer, FunctionsQuestion, WeightUnit } from '@sonde/flamegraph/react'
import { type CsvColumn, tableCsv } from '../downloads/table-csv.ts'

const PAGE_ROWS = 1000

/** Every function that the table has rows for, in its order: asked for page by page, as the engine answers with so many at most. */
export async function functionCsv(
  question: FunctionsQuestion,
  unit: WeightUnit,
  ask: (question: FunctionsQuestion) => Promise<FunctionsAnswer>,
): Promise<string> {
  const pages: FunctionRows[] = []
  let first: FunctionsAnswer | null = null
  for (let offset = 0; ; ) {
    const answer = await ask({ ...question, offset, limit: PAGE_ROWS, slices: 0, selected: '' })
    first ??= answer
    pages.push(answer.rows)
    offset += answer.rows.length
    if (answer.rows.length === 0 || offset >= answer.matching) break
  }
  return functionRowsCsv(pages, unit, first.all.weight)
}

type Row = { page: FunctionRows; at: number }

/** `all`: weight of the selection, of which the shares are. */
export function functionRowsCsv(pages: readonly FunctionRows[], unit: WeightUnit, all: number): string {
  const share = (weight: number | undefined) => (all > 0 ? (weight ?? 0) / all : null)
  const seconds = (us: number | undefined) => (us === undefined ? null : us / 1e6)
  const isTimed = pages.some((page) => page.firstUs !== null)
  const columns: CsvColumn<Row>[] = [
    { head: 'function', cell: ({ page, at }) => page.name[at] ?? '' },
    { head: 'library', cell: ({ page, at }) => page.module[at] ?? '' },
    { head: 'kind', cell: ({ page, at }) => kindName(page.kind[at] ?? 0) },
    { head: `self (${unit})`, cell: ({ page, at }) => page.self[at] ?? 0 },
    { head: 'self, share of all', cell: ({ page, at }) => share(page.self[at]) },
    { head: `total (${unit})`, cell: ({ page, at }) => page.total[at] ?? 0 },
    { head: 'total, share of all', cell: ({ page, at }) => share(page.total[at]) },
    ...(unit === 'samples' ? [] : [{ head: 'events', cell: ({ page, at }: Row) => page.count[at] ?? 0 }]),
    { head: 'hosts', cell: ({ page, at }) => page.hostCount[at] ?? 0 },
    { head: 'names of hosts (20 at most)', cell: ({ page, at }) => page.hostNames[at]?.join('; ') ?? '' },
    ...(isTimed
      ? [
          { head: 'first seen (s)', cell: ({ page, at }: Row) => seconds(page.firstUs?.[at]) },
          { head: 'last seen (s)', cell: ({ page, at }: Row) => seconds(page.lastUs?.[at]) },
        ]
      : []),
  ]
  return tableCsv(
    columns,
    pages.flatMap((page) => Array.from({ length: page.length }, (_, at) => ({ page, at }))),
  )
}
