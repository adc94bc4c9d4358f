/**
 * Jensen–Shannon divergence of two distributions over the same categories, in bits: 0 where they are the same, 1 where they share
 * nothing (J. Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37, 1991). Its square root is a metric.
 *
 *   JSD(p, q) = Σ ½ p log2(p/m) + ½ q log2(q/m),   m = (p + q) / 2
 *
 * It is a sum over categories in which every term is ≥ 0, so the largest terms name what the two differ in. `p` and `q`: shares that
 * add up to 1, over the categories [from, to).
 */
export function jensenShannon(p: Float64Array, q: Float64Array, from = 0, to: number = p.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += jensenShannonTerm(p[i] ?? 0, q[i] ?? 0)
  // Rounding may leave a hair's breadth below 0 or above 1.
  return Math.min(1, Math.max(0, sum))
}

/** The same where shares have parts, [0, a, b] being [0, a) and [a, b), that each add up to 1: the mean over the parts. */
export function meanDivergence(p: Float64Array, q: Float64Array, parts: readonly number[]): number {
  let sum = 0
  for (let part = 1; part < parts.length; part++) sum += jensenShannon(p, q, parts[part - 1], parts[part])
  return sum / Math.max(1, parts.length - 1)
}

/** What one category adds to the divergence, bits, ≥ 0. `p` and `q`: its share in each. */
export function jensenShannonTerm(p: number, q: number): number {
  if (p === q) return 0
  // Where only one has it, which is most categories of few samples, no logarithm is needed: log2(p / (p/2)) is 1.
  if (q === 0) return p / 2
  if (p === 0) return q / 2
  const m = (p + q) / 2
  return Math.max(0, (p * Math.log2(p / m) + q * Math.log2(q / m)) / 2)
}

/**
 * Mean and variance of the divergence between two samples of the same distribution of `categories` categories, of `n` and `m` independent
 * draws: near 0 it is Σ (p − q)² / (8 m ln 2), and that sum a χ² with categories − 1 degrees of freedom times (1/n + 1/m).
 */
export function chanceOfIndependentDraws(categories: number, n: number, m: number): { mean: number; variance: number } {
  const freedom = Math.max(1, categories - 1)
  const scale = (1 / n + 1 / m) / (8 * Math.LN2)
  return { mean: freedom * scale, variance: 2 * freedom * scale * scale }
}
