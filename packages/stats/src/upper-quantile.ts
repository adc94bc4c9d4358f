/**
 * The value that a non-negative quantity stays below with chance 1 − `tail`, from its mean and variance, taken as a gamma distribution
 * (a sum of squares of many small differences is nearly one): E. Wilson and M. Hilferty, "The distribution of chi-square", 1931.
 * Accurate to about a percent where the mean is more than twice the standard deviation.
 */
export function upperQuantile({ mean, variance }: { mean: number; variance: number }, tail: number): number {
  if (!(mean > 0) || !(variance > 0)) return Math.max(0, mean)
  const ninth = variance / (mean * mean) / 9
  return mean * Math.max(0, 1 - ninth + normalUpperQuantile(tail) * Math.sqrt(ninth)) ** 3
}

/** z with P(Z > z) = tail for a standard normal Z, 0 < tail ≤ ½: Abramowitz and Stegun, 26.2.23, off by less than 0.00045. */
export function normalUpperQuantile(tail: number): number {
  if (!(tail > 0 && tail <= 0.5)) throw new RangeError(`not a tail of a distribution: ${tail}`)
  const t = Math.sqrt(-2 * Math.log(tail))
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
}
