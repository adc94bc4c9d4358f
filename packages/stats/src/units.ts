/** One of several that are compared: what it recorded, in slices of time that are the same for all; null where it recorded nothing. */
export type Unit = { slices: readonly (Slice | null)[] }

/** `weight[k]` of category `index[k]`, sparse. `samples`: how many events it stands for. */
export type Slice = { samples: number; index: ArrayLike<number>; weight: ArrayLike<number> }

/** All slices of a unit added up, each part (see OddOptions) as shares. */
export function sharesOf(unit: Unit, parts: readonly number[]): Float64Array {
  const shares = new Float64Array(parts.at(-1) ?? 0)
  for (const slice of unit.slices) if (slice) addSlice(shares, slice, 1)
  normaliseParts(shares, parts)
  return shares
}

/** Adds `scale` times a slice, in place. */
export function addSlice(into: Float64Array, { index, weight }: Slice, scale: number): void {
  for (let k = 0; k < index.length; k++) {
    const i = index[k] ?? 0
    into[i] = (into[i] ?? 0) + (weight[k] ?? 0) * scale
  }
}

/** Takes a slice out of the mean shares of `count` units, in place; `totals`: the part totals of the unit that it is of. Nothing falls below 0. */
export function takeSlice(
  from: Float64Array,
  { index, weight }: Slice,
  parts: readonly number[],
  totals: readonly number[],
  count: number,
): void {
  for (let k = 0; k < index.length; k++) {
    const i = index[k] ?? 0
    from[i] = Math.max(0, (from[i] ?? 0) - (weight[k] ?? 0) / (totals[partOf(i, parts)] ?? 1) / count)
  }
}

/** What each part of a unit adds up to, not as shares; 1 where it is nothing. */
export function partTotals(unit: Unit, parts: readonly number[]): number[] {
  const totals = parts.slice(1).map(() => 0)
  for (const slice of unit.slices) {
    if (!slice) continue
    for (let k = 0; k < slice.index.length; k++) {
      const part = partOf(slice.index[k] ?? 0, parts)
      totals[part] = (totals[part] ?? 0) + (slice.weight[k] ?? 0)
    }
  }
  return totals.map((total) => total || 1)
}

/** Parts are few. */
function partOf(category: number, parts: readonly number[]): number {
  let part = 0
  while (part + 2 < parts.length && category >= (parts[part + 1] ?? 0)) part++
  return part
}

/** Makes each part add up to 1, in place; one of zeros stays as it is. */
export function normaliseParts(values: Float64Array, parts: readonly number[]): void {
  for (let part = 1; part < parts.length; part++) {
    const [from, to] = [parts[part - 1] ?? 0, parts[part] ?? 0]
    let total = 0
    for (let i = from; i < to; i++) total += values[i] ?? 0
    if (total > 0) for (let i = from; i < to; i++) values[i] = (values[i] ?? 0) / total
  }
}

/** Numbers in [0, 1) from a seed, the same on every machine (a Weyl sequence through a 32-bit mixer). */
export function seededDraws(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296
  }
}
