import type { CaptureCounts, CountsRow, TimeGrid } from '@sonde/contract'
import { OTHERS_COLOR, SERIES_COUNT, seriesColor, type TimeSeries } from '@sonde/ui'

export type Measure = 'count' | 'sum'

/** Per second in each bin, of the time that was really recorded; null where none was. */
export function ratesOf(amounts: readonly number[], grid: TimeGrid): (number | null)[] {
  return grid.coveredMs.map((ms, bin) => (ms > 0 ? ((amounts[bin] ?? 0) * 1_000) / ms : null))
}

/** What a row is called: whatever of process, probe, value and host it has, in that order. */
export function rowName(
  row: Pick<CountsRow, 'comm' | 'pid' | 'probe' | 'key' | 'hostName' | 'hostId'>,
  options: { manyHosts: boolean; manyProbes: boolean },
): string {
  const parts: string[] = []
  if (row.pid !== null) parts.push(`${row.comm ?? '?'} ${row.pid}`)
  if (row.probe !== null && (options.manyProbes || parts.length === 0)) parts.push(row.probe)
  if (row.key !== undefined && (row.key !== null || parts.length === 0)) parts.push(row.key ?? 'no value')
  if (row.hostName !== null && (options.manyHosts || parts.length === 0)) parts.push(row.hostName)
  return parts.join(' · ')
}

/**
 * Rows in colours that stay theirs: a row keeps its slot for as long as it is among the largest, and only then another one gets it.
 * `slots` is kept by the caller between two calls; ids → slot.
 */
export function colorRows(rows: readonly { id: string }[], slots: Map<string, number>): Map<string, string> {
  const coloured = rows.slice(0, SERIES_COUNT)
  const wanted = new Set(coloured.map((row) => row.id))
  for (const id of slots.keys()) if (!wanted.has(id)) slots.delete(id)
  const taken = new Set(slots.values())
  for (const { id } of coloured) {
    if (slots.has(id)) continue
    let slot = 0
    while (taken.has(slot)) slot++
    taken.add(slot)
    slots.set(id, slot)
  }
  return new Map([...slots].map(([id, slot]) => [id, seriesColor(slot)]))
}

/** The lines of the chart, per second: a line for each row that has a colour, and one for everything else. */
export function countsSeries(
  data: CaptureCounts,
  measure: Measure,
  colors: ReadonlyMap<string, string>,
  nameOf: (row: CountsRow) => string,
): TimeSeries[] {
  const amountsOf = (row: { counts: number[]; sums: number[] }) => (measure === 'sum' ? row.sums : row.counts)
  const series: TimeSeries[] = []
  const rest: number[] = data.grid.coveredMs.map(() => 0)
  let restRows = data.others?.rows ?? 0
  let isRest = data.others !== null
  for (const row of data.rows) {
    const color = colors.get(row.id)
    if (color !== undefined) {
      series.push({ id: row.id, name: nameOf(row), color, values: ratesOf(amountsOf(row), data.grid) })
      continue
    }
    restRows++
    isRest = true
    amountsOf(row).forEach((amount, bin) => {
      rest[bin] = (rest[bin] ?? 0) + amount
    })
  }
  if (!isRest) return series
  if (data.others) {
    amountsOf(data.others).forEach((amount, bin) => {
      rest[bin] = (rest[bin] ?? 0) + amount
    })
  }
  const name = restRows > 0 ? `${restRows} others` : 'others'
  return [...series, { id: 'others', name, color: OTHERS_COLOR, values: ratesOf(rest, data.grid) }]
}

/** Time that the selection covers, ms: what a rate is a rate of. */
export function coveredMsOf(grid: TimeGrid, window: { fromMs: number; toMs: number } | null): number {
  return grid.coveredMs.reduce((sum, ms, bin) => {
    const middle = (bin + 0.5) * grid.stepMs
    return !window || (middle >= window.fromMs && middle < window.toMs) ? sum + ms : sum
  }, 0)
}
