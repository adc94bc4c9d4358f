import { functionTable } from './function-table.ts'
import type { Profile } from './profile.ts'
import type { SampleSelection } from './sample-selection.ts'
import { CLEAR_ERRORS, type Side, shareOf, standardErrors } from './sampling-error.ts'

/** One function here and in the rest: in its own samples (`self`), or in those that it is on (`total`). */
export type FunctionDifference = {
  name: string
  module: string
  /** FRAME_KIND */
  kind: number
  by: 'self' | 'total'
  here: Side
  rest: Side
  /** Share here minus share in the rest. */
  change: number
  /** Larger than chance explains. */
  clear: boolean
}

/**
 * The functions whose shares differ the most between one host and all others of the selection together, largest difference first; self and
 * total each have a row where they differ. Events of a function's own samples are estimated from its weight where weights are no samples.
 */
export function functionDifferences(
  profile: Profile,
  { hostId, window }: { hostId: string } & Pick<SampleSelection, 'window'>,
  limit: number,
): FunctionDifference[] {
  const { frames, strings, meta } = profile
  const all = functionTable(profile, { window })
  const here = functionTable(profile, { window, hostId })
  const rowHere = new Map(Array.from(here.frame, (frame, row) => [frame, row]))
  const text = (index: number | undefined) => strings[index ?? 0] ?? ''
  const differences: FunctionDifference[] = []
  for (let row = 0; row < all.length; row++) {
    const frame = all.frame[row] ?? 0
    const own = rowHere.get(frame) ?? -1
    for (const by of ['self', 'total'] as const) {
      const hereSide = sideOf(here, own, by)
      const whole = sideOf(all, row, by)
      const restSide = {
        weight: whole.weight - hereSide.weight,
        count: whole.count - hereSide.count,
        allWeight: whole.allWeight - hereSide.allWeight,
        allCount: whole.allCount - hereSide.allCount,
      }
      const change = shareOf(hereSide) - shareOf(restSide)
      if (change === 0) continue
      differences.push({
        name: text(frames.name[frame]),
        module: text(frames.module[frame]),
        kind: frames.kind[frame] ?? 0,
        by,
        here: hereSide,
        rest: restSide,
        change,
        clear: Math.abs(standardErrors(hereSide, restSide, meta.unit)) >= CLEAR_ERRORS,
      })
    }
  }
  return differences.sort((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, limit)
}

function sideOf(table: ReturnType<typeof functionTable>, row: number, by: 'self' | 'total'): Side {
  const total = table.total[row] ?? 0
  const weight = by === 'self' ? (table.self[row] ?? 0) : total
  const count = total > 0 ? ((table.count[row] ?? 0) * weight) / total : 0
  return { weight, count, allWeight: table.all.weight, allCount: table.all.count }
}
