import { type DispersionPrior, dispersionPrior, moderate, priorOfFiner } from './moderated-dispersion.ts'
import type { RatioEvidence } from './ratio-evidence.ts'
import { studentUpperQuantile, studentUpperTail } from './student-t.ts'

/** What is no finding, however sure: a change of less than `relative` of the larger side, or of less than `absolute`. */
export type Floor = { relative: number; absolute: number }

/** b − a with its 95 % interval. `p`: chance of a change as large, or larger, were the true one at most the floor; null where there is nothing to tell. */
export type RatioChange = {
  change: number | null
  low: number | null
  high: number | null
  p: number | null
  /** Standard error of the change, and degrees of freedom that it is known with. */
  error: number
  df: number
}

export const LEVEL = 0.95

/**
 * Judges ratios of one kind (the own samples of all functions, the rates of all calls) that were measured on the same units.
 *
 * A ratio varies as much as it does at the size of group at which it varies most, and never less than independent events would, nor than captures of one program do. Each
 * dispersion is moderated by those of all the others of its kind. The change over its standard error is then as Student's t; the chance is
 * that of a change beyond the floor (D. McCarthy and G. Smyth, "Testing significance relative to a fold-change threshold is a TREAT",
 * Bioinformatics 25, 2009).
 */
export function ratioChanges(evidence: readonly RatioEvidence[], floorOf: (index: number) => Floor): RatioChange[] {
  const priors = priorsOf(evidence)
  const halfWidth = new Map<number, number>()
  return evidence.map((one, index) => {
    const { relative, absolute } = floorOf(index)
    const { value, df } = largestDispersion(one, priors)
    const error = Math.sqrt(value * one.independent)
    if (one.a === null || one.b === null || !Number.isFinite(error)) return { change: null, low: null, high: null, p: null, error, df }
    const change = one.b - one.a
    const known = Math.max(1, Math.round(df))
    const t = halfWidth.get(known) ?? studentUpperQuantile((1 - LEVEL) / 2, known)
    halfWidth.set(known, t)
    const floor = Math.max(absolute, relative * Math.max(one.a, one.b))
    const beyond = studentUpperTail((Math.abs(change) - floor) / error, known) + studentUpperTail((Math.abs(change) + floor) / error, known)
    return { change, low: change - t * error, high: change + t * error, p: Math.min(1, beyond), error, df }
  })
}

/**
 * No two captures are as alike as the slices of one: memory lies elsewhere, other things interrupt (T. Mytkowicz and others, "Producing wrong data
 * without doing anything obviously wrong!", ASPLOS 2009), and one pair of captures cannot show it. Between captures of one steady program shares varied
 * 1.2 times as much as independent events, where slices of each varied 1.0 times as much: bench/verdict, on recordings made before those of its table.
 */
const LEAST_DISPERSION = 1.2

/** With fewer events than this, a dispersion is mostly that of small numbers. */
const TELLING_EVENTS = 20

function priorsOf(evidence: readonly RatioEvidence[]): (DispersionPrior | null)[] {
  const telling = evidence.filter(({ eventsA, eventsB }) => eventsA + eventsB >= TELLING_EVENTS)
  const levels = evidence[0]?.levels.length ?? 0
  return Array.from({ length: levels }, (_, level) =>
    dispersionPrior(
      telling.flatMap((one) => {
        const { dispersion, df } = one.levels[level] ?? { dispersion: 1, df: 0 }
        return df > 0 ? [{ value: dispersion, df }] : []
      }),
    ),
  )
}

function largestDispersion({ levels }: RatioEvidence, priors: readonly (DispersionPrior | null)[]): { value: number; df: number } {
  let largest = { value: 0, df: 1 }
  const [finest] = levels
  levels.forEach(({ dispersion, df }, level) => {
    if (df <= 0) return
    const known = moderate({ value: dispersion, df }, priors[level] ?? (level > 0 && finest ? priorOfFiner(finest.dispersion) : null))
    if (known.value > largest.value) largest = known
  })
  return { value: Math.max(LEAST_DISPERSION, largest.value), df: largest.df }
}
