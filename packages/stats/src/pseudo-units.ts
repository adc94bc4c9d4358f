import { meanDivergence } from './jensen-shannon.ts'
import { addSlice, normaliseParts, partTotals, type Slice, takeSlice, type Unit } from './units.ts'

const ROUNDS = 200
/** Slices in a row that a pseudo-unit takes from the same unit, on average: bursts may last longer than a slice. */
const MEAN_RUN = 5

/** `rest`: mean shares of all units but `of`. `donors`: those of the others that pseudo-units are made of. */
export type PseudoUnits = {
  units: readonly Unit[]
  of: number
  donors: readonly number[]
  rest: Float64Array
  parts: readonly number[]
  random: () => number
}

/**
 * How far units that are no different from the others would be from them by chance: mean and variance over pseudo-units.
 *
 * Each is put together from slices of time of the others: for each slice of the unit the same slice of another one, given the weight of
 * the unit's own, the other one changing at random every few slices (the stationary bootstrap: D. Politis and J. Romano, J. Amer. Statist.
 * Assoc. 89, 1994). Slices stay whole, so what comes in bursts, and what all units did at a moment, counts as what it is. The distance is
 * that from the rest without those slices. A pseudo-unit of more samples than the unit has is less noisy than that one would be: its
 * distance is scaled up by the ratio, as the noise is about 1 / samples. And the rest without a unit's worth of slices is a mean of one unit
 * less than the rest itself, and noisier for it, by (1 + 1/(N−1)) / (1 + 1/(N−2)).
 */
export function pseudoUnitDistances({ units, of, donors, rest, parts, random }: PseudoUnits): { mean: number; variance: number } {
  const unit = units[of] ?? { slices: [] }
  const totalsOf = units.map((one) => partTotals(one, parts))
  const fewerOthers = (1 + 1 / (units.length - 1)) / (1 + 1 / (units.length - 2))
  const donor = () => donors[Math.floor(random() * donors.length)] ?? of
  const pseudo = new Float64Array(rest.length)
  const left = new Float64Array(rest.length)
  let [sum, squares] = [0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    pseudo.fill(0)
    left.set(rest)
    let [samples, spread] = [0, 0]
    let from = donor()
    unit.slices.forEach((own, t) => {
      if (random() < 1 / MEAN_RUN) from = donor()
      const other = sliceAt(units[from] ?? unit, t, random)
      if (!own || !other) return
      addSlice(pseudo, other, own.samples / other.samples)
      takeSlice(left, other, parts, totalsOf[from] ?? [], units.length - 1)
      samples += own.samples
      spread += own.samples ** 2 / other.samples
    })
    normaliseParts(pseudo, parts)
    normaliseParts(left, parts)
    const effective = spread > 0 ? samples ** 2 / spread : samples
    const distance = meanDivergence(pseudo, left, parts) * fewerOthers * Math.max(1, samples > 0 ? effective / samples : 1)
    sum += distance
    squares += distance * distance
  }
  const mean = sum / ROUNDS
  return { mean, variance: Math.max(0, squares / ROUNDS - mean * mean) }
}

/** A unit's slice of that time; any slice of it where it recorded nothing then. */
function sliceAt({ slices }: Unit, t: number, random: () => number): Slice | null {
  const same = slices[t]
  if (same) return same
  const recorded = slices.filter((slice) => slice !== null)
  return recorded[Math.floor(random() * recorded.length)] ?? null
}
