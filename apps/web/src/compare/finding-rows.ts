import type { CompareView, FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'

export const isSureFunction = ({ self, total }: FunctionFinding): boolean => self.significant || total.significant

export const SYSCALL_FINDING_MEASURES = ['rate', 'errors', 'mean', 'p50', 'p99'] as const
export type SyscallFindingMeasure = (typeof SYSCALL_FINDING_MEASURES)[number]

export const isSureSyscall = (finding: SyscallFinding): boolean => SYSCALL_FINDING_MEASURES.some((measure) => finding[measure].significant)

/** Whether a name is shown; made once for a search. */
export type NameTest = (name: string) => boolean

/**
 * Rows as the view asks for them. By `change` they stay as the server has them: what is significant first, the largest change on top.
 * Unknown values come last, whichever the direction.
 */
export function functionRows(
  findings: readonly FunctionFinding[],
  { sort, dir, sure }: Pick<CompareView, 'sort' | 'dir' | 'sure'>,
  matches: NameTest,
): FunctionFinding[] {
  const rows = findings.filter((finding) => (!sure || isSureFunction(finding)) && matches(finding.name))
  switch (sort) {
    case 'change':
      return dir === 'desc' ? rows : rows.reverse()
    case 'function':
      return byText(rows, (row) => row.name, dir)
    case 'a':
    case 'b':
      return byNumber(rows, (row) => row.self[sort], dir)
    case 'total':
      return byNumber(rows, (row) => sizeOf(row.total), dir)
    case 'hosts':
      return byNumber(rows, (row) => (row.self.hosts === null ? null : row.self.hosts.agree / Math.max(1, row.self.hosts.of)), dir)
    case 'q':
      return byNumber(rows, (row) => leastQ([row.self, row.total]), dir)
  }
}

export function syscallRows(
  findings: readonly SyscallFinding[],
  { callSort, callDir, sure }: Pick<CompareView, 'callSort' | 'callDir' | 'sure'>,
  matches: NameTest,
): SyscallFinding[] {
  const rows = findings.filter((finding) => (!sure || isSureSyscall(finding)) && matches(finding.name))
  if (callSort === 'change') return callDir === 'desc' ? rows : rows.reverse()
  if (callSort === 'syscall') return byText(rows, (row) => row.name, callDir)
  return byNumber(rows, (row) => sizeOf(row[callSort]), callDir)
}

const sizeOf = ({ change }: Measure): number | null => (change === null ? null : Math.abs(change))

function leastQ(measures: readonly Measure[]): number | null {
  const known = measures.flatMap(({ q }) => (q === null ? [] : [q]))
  return known.length === 0 ? null : Math.min(...known)
}

function byNumber<Row>(rows: Row[], pick: (row: Row) => number | null, dir: 'asc' | 'desc'): Row[] {
  const sign = dir === 'asc' ? 1 : -1
  return rows.sort((x, y) => {
    const [a, b] = [pick(x), pick(y)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return sign * (a - b)
  })
}

function byText<Row>(rows: Row[], pick: (row: Row) => string, dir: 'asc' | 'desc'): Row[] {
  const sign = dir === 'asc' ? 1 : -1
  return rows.sort((x, y) => sign * (pick(x) < pick(y) ? -1 : pick(x) > pick(y) ? 1 : 0))
}
