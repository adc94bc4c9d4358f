import { digamma, inverseTrigamma, trigamma } from './polygamma.ts'

/** A variance relative to what it was expected to be, and the degrees of freedom that it was estimated with. */
export type Dispersion = { value: number; df: number }

/** What the dispersions of many measures have in common: each is as `value`, give or take what `df` degrees of freedom leave open. */
export type DispersionPrior = { value: number; df: number }

/** Measures of one comparison depend on each other, so however alike they look, they do not make each other surer than this. */
const MOST_DF = 30
/** Fewer measures say nothing about each other. */
const FEWEST = 8
/** How much is given on a dispersion being as it was at a finer look, where nothing else is known. */
const FINER_DF = 4
/** Dispersions below this are of measures that hardly vary (`main` is on every stack): how little is of no interest. */
const LEAST = 0.1

/**
 * Empirical Bayes: from 20 slices of time a variance is known to ± 30 % at best, and of hundreds of measures the surest-looking are those
 * whose variance came out too small. What all of them have in common says what each is likely to be. G. Smyth, "Linear models and empirical
 * Bayes methods for assessing differential expression in microarray experiments", Statist. Appl. Genet. Mol. Biol. 3, 2004, section 6.2:
 * dispersions as draws of s0² F(d, d0), the two parameters from mean and variance of their logarithms. Null for too few of them.
 */
export function dispersionPrior(dispersions: readonly Dispersion[]): DispersionPrior | null {
  const known = dispersions.filter(({ df }) => df > 0)
  if (known.length < FEWEST) return null
  const logs = known.map(({ value, df }) => Math.log(Math.max(LEAST, value)) - digamma(df / 2) + Math.log(df / 2))
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length
  const variance = logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (logs.length - 1)
  const expected = known.reduce((sum, { df }) => sum + trigamma(df / 2), 0) / known.length
  const excess = variance - expected
  const df = excess > 0 ? Math.min(MOST_DF, 2 * inverseTrigamma(excess)) : MOST_DF
  return { value: Math.exp(mean + digamma(df / 2) - Math.log(df / 2)), df }
}

/** The prior where there are too few other measures: that hosts, or runs of slices, vary as slices do. */
export const priorOfFiner = (finer: number): DispersionPrior => ({ value: Math.max(1, finer), df: FINER_DF })

/** What is known of one measure and what is known of all, by their degrees of freedom. */
export function moderate(own: Dispersion, prior: DispersionPrior | null): Dispersion {
  if (!prior) return own
  const df = own.df + prior.df
  return { value: (own.value * own.df + prior.value * prior.df) / df, df }
}
