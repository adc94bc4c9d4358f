import type { CaptureCounts } from '@sonde/contract'

/** Events of one probe on each side; null where the side has no such probe. Not tested: counts have no verdict. */
export type CountFinding = { probe: string; a: { count: number; rate: number } | null; b: { count: number; rate: number } | null }

/** What one side counted, by probe; `seconds`: how long any of its hosts recorded. */
export type SideCounts = { counts: ReadonlyMap<string, number>; seconds: number }

/** `minus`: what one host counted, where all but that one are wanted. `beyond`: events that no row tells the probe of. */
export function sideCounts(all: CaptureCounts, seconds: number, minus: CaptureCounts | null = null): SideCounts & { beyond: number } {
  const counts = new Map<string, number>()
  for (const row of all.rows) if (row.probe !== null) counts.set(row.probe, (counts.get(row.probe) ?? 0) + row.count)
  for (const row of minus?.rows ?? []) if (row.probe !== null) counts.set(row.probe, (counts.get(row.probe) ?? 0) - row.count)
  const beyond = (all.others?.count ?? 0) - (minus?.others?.count ?? 0)
  return { counts, seconds, beyond }
}

/** Largest change first. */
export function countRows(a: SideCounts, b: SideCounts): CountFinding[] {
  const side = ({ counts, seconds }: SideCounts, probe: string) => {
    const count = counts.get(probe)
    return count === undefined ? null : { count, rate: seconds > 0 ? count / seconds : 0 }
  }
  const rows = [...new Set([...a.counts.keys(), ...b.counts.keys()])].map((probe) => ({ probe, a: side(a, probe), b: side(b, probe) }))
  const change = (row: CountFinding) => Math.abs((row.b?.rate ?? 0) - (row.a?.rate ?? 0))
  return rows.sort((x, y) => change(y) - change(x))
}
