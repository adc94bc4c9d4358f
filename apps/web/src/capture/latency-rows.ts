import type { CaptureViewState, LatencyRow } from '@sonde/contract'

export type LatencySort = CaptureViewState['latencySort']

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const ASCENDING: Record<LatencySort, (a: LatencyRow, b: LatencyRow) => number> = {
  process: (a, b) => byText(a.comm ?? '', b.comm ?? '') || (a.pid ?? 0) - (b.pid ?? 0) || byText(a.hostName ?? '', b.hostName ?? ''),
  key: (a, b) => compareKeys(a.key ?? null, b.key ?? null),
  count: (a, b) => a.count - b.count,
  total: (a, b) => a.totalNs - b.totalNs,
  avg: (a, b) => averageNs(a) - averageNs(b),
  p50: (a, b) => (a.p50?.value ?? -1) - (b.p50?.value ?? -1),
  p99: (a, b) => (a.p99?.value ?? -1) - (b.p99?.value ?? -1),
  max: (a, b) => a.maxNs - b.maxNs,
}

/** Values that are whole numbers go by size, others by text; no value comes last. */
function compareKeys(a: string | null, b: string | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  const [x, y] = [Number(a), Number(b)]
  return Number.isFinite(x) && Number.isFinite(y) && a !== '' && b !== '' ? x - y : byText(a, b)
}

export const averageNs = (row: { count: number; totalNs: number }): number => (row.count > 0 ? row.totalNs / row.count : 0)

/** Rows in the order asked for; ties by total time, then by id, so that rows do not jump. */
export function sortLatency(rows: readonly LatencyRow[], sort: LatencySort, dir: 'asc' | 'desc'): LatencyRow[] {
  const sign = dir === 'asc' ? 1 : -1
  return [...rows].sort((a, b) => sign * ASCENDING[sort](a, b) || b.totalNs - a.totalNs || byText(a.id, b.id))
}

/** Order that a header starts with: text from A, numbers from the largest. */
export const firstLatencyDir = (sort: LatencySort): 'asc' | 'desc' => (sort === 'process' || sort === 'key' ? 'asc' : 'desc')
