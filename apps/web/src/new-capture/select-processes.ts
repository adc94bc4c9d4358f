import type { ProcessRow } from '@sonde/contract'

export const PROCESS_SORTS = ['cpu', 'memory', 'pid', 'name'] as const
export type ProcessSort = (typeof PROCESS_SORTS)[number]

const ORDER: Record<ProcessSort, (a: ProcessRow, b: ProcessRow) => number> = {
  cpu: (a, b) => b.cpu - a.cpu || b.rssBytes - a.rssBytes || a.pid - b.pid,
  memory: (a, b) => b.rssBytes - a.rssBytes || a.pid - b.pid,
  pid: (a, b) => a.pid - b.pid,
  name: (a, b) => (a.comm < b.comm ? -1 : a.comm > b.comm ? 1 : a.pid - b.pid),
}

/** Rows in which every word of the search occurs (in pid, comm, command, user or cgroup), sorted. The input is left alone. */
export function selectProcesses(rows: readonly ProcessRow[], search: string, sort: ProcessSort): ProcessRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = rows.filter((row) => {
    const text = `${row.pid} ${row.comm} ${row.command} ${row.user} ${row.cgroup ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return matching.sort(ORDER[sort])
}
