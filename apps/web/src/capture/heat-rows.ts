import type { HeatAnswer, HeatSum } from '@sonde/profile'

/** A stretch of a heat map, and its fullest cell. */
export type HeatRow = HeatSum & {
  fromMs: number
  toMs: number
  /** Weight of the fullest cell, when it begins, and its host where maps are apart; null where there is nothing. */
  peak: { weight: number; atMs: number; hostName: string | null } | null
}

/** More rows are not read. */
const MAX_ROWS = 600

/** A heat map as rows to read: one for each second, or for as many as fit 600 rows. All maps together. */
export function heatRows({ layers, seconds, rowsPerSecond, unit }: HeatAnswer): HeatRow[] {
  const secondsPerRow = Math.max(1, Math.ceil(seconds / MAX_ROWS))
  return Array.from({ length: Math.ceil(seconds / secondsPerRow) }, (_, i) => {
    const from = i * secondsPerRow
    const to = Math.min(seconds, from + secondsPerRow)
    const row: HeatRow = { fromMs: from * 1_000, toMs: to * 1_000, weight: 0, count: 0, peak: null }
    for (const layer of layers) {
      for (let cell = from * rowsPerSecond; cell < to * rowsPerSecond; cell++) {
        const weight = layer.weight[cell] ?? 0
        row.weight += weight
        row.count += unit === 'samples' ? weight : (layer.count?.[cell] ?? 0)
        if (weight > (row.peak?.weight ?? 0))
          row.peak = { weight, atMs: (cell * 1_000) / rowsPerSecond, hostName: layers.length > 1 ? layer.hostName : null }
      }
    }
    return row
  })
}

/** What the cells of a stretch hold, in all of these maps. A cell belongs to the stretch that its beginning lies in. */
export function sumOfSpan(
  answer: Pick<HeatAnswer, 'rowsPerSecond' | 'unit'>,
  layers: HeatAnswer['layers'],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): HeatSum {
  const sum: HeatSum = { weight: 0, count: 0 }
  const perMs = answer.rowsPerSecond / 1_000
  // Times of cells are multiples that need not be exact in ms: 1/64 s.
  const [first, end] = [Math.ceil(fromMs * perMs - 1e-6), Math.ceil(toMs * perMs - 1e-6)]
  for (const { weight, count } of layers) {
    for (let cell = Math.max(0, first); cell < Math.min(weight.length, end); cell++) {
      sum.weight += weight[cell] ?? 0
      sum.count += count?.[cell] ?? weight[cell] ?? 0
    }
  }
  return sum
}
