import type { Measure } from '@sonde/contract'
import { seededRandom } from '@sonde/profile'
import type { Findings } from '../../packages/domain/src/compare-measures.ts'
import type { ComparisonSide } from '../../packages/domain/src/comparison-side.ts'
import { compareRecordings, sideOf } from './compare-recordings.ts'
import type { Recording, Variant } from './record.ts'

/** The function that is planted, and the call. */
export const PLANTED = { function: 'json_encode', call: 'ppoll' } as const

export type PairsOf = {
  variant: Variant
  captures: { a: number; b: number }
  pairs: number
  /** Pairs in which anything is significant. */
  any: number
  /** Pairs in which what was planted is (the call: any of its times). */
  found: number
  /** Pairs in which anything else is that does not contain the planted function, and how often each. */
  others: number
  otherNames: Record<string, number>
  /** Of the planted function's own samples: mean change, by how much the program's own clock says, and how often that lies in the 95 % interval. */
  change: number
  truth: number
  covered: number
  halfWidth: number
}

type Prepared = { recording: Recording; side: ComparisonSide }

/** Compares `count` pairs (all, where there are fewer) of a `same` capture with another variant, drawn by a seed, no pair twice, either one first for A/A. */
export function evaluatePairs(
  recordings: readonly Recording[],
  variant: Variant,
  { count, seed }: { count: number; seed: number },
): PairsOf {
  const prepared = recordings.map((recording): Prepared => ({ recording, side: sideOf(recording) }))
  const same = prepared.filter(({ recording }) => recording.variant === 'same')
  const other = variant === 'same' ? same : prepared.filter(({ recording }) => recording.variant === variant)
  const random = seededRandom(seed)
  const all = same.flatMap((a, i) =>
    other.flatMap((b, j) => (variant !== 'same' ? [{ a, b }] : i < j ? [random() < 0.5 ? { a, b } : { a: b, b: a }] : [])),
  )
  const drawn = all
    .map((pair) => ({ pair, at: random() }))
    .sort((x, y) => x.at - y.at)
    .slice(0, count)
  const result: PairsOf = {
    variant,
    captures: { a: same.length, b: other.length },
    pairs: drawn.length,
    any: 0,
    found: 0,
    others: 0,
    otherNames: {},
    change: 0,
    truth: meanTruth(other) - meanTruth(same),
    covered: 0,
    halfWidth: 0,
  }
  for (const { pair } of drawn) {
    const findings = compareRecordings(pair.a.side, pair.b.side)
    const significant = significantOf(findings)
    if (significant.length > 0) result.any++
    if (significant.some((name) => isPlanted(name, variant))) result.found++
    const others = significant.filter((name) => !isPlanted(name, variant) && !isCaller(name, variant))
    if (others.length > 0) result.others++
    for (const name of others) result.otherNames[name] = (result.otherNames[name] ?? 0) + 1
    const own = findings.functions.find(({ name }) => name === PLANTED.function)?.self
    if (!own || own.low === null || own.high === null) continue
    result.change += (own.change ?? 0) / drawn.length
    result.halfWidth += (own.high - own.low) / 2 / drawn.length
    if (own.low <= result.truth && result.truth <= own.high) result.covered++
  }
  return result
}

function significantOf({ functions, syscalls }: Findings): string[] {
  const certain = (name: string, measures: Record<string, Measure>) =>
    Object.entries(measures).flatMap(([what, { significant }]) => (significant ? [`${name} ${what}`] : []))
  return [
    ...functions.flatMap(({ name, self, total }) => certain(name, { self, total })),
    ...syscalls.flatMap(({ name, rate, errors, mean, p50, p99 }) => certain(name, { rate, errors, mean, p50, p99 })),
  ]
}

const isPlanted = (name: string, variant: Variant): boolean =>
  (variant === 'slower' && name.startsWith(`${PLANTED.function} `)) ||
  (variant === 'waits' && new RegExp(`^${PLANTED.call} (mean|p50|p99)$`).test(name))

/** Functions that call the planted one take longer with it. */
const isCaller = (name: string, variant: Variant): boolean =>
  variant === 'slower' && /^(get_list|get_item|log_in|serve|main) total$/.test(name)

/** Mean share of the planted function in the CPU time that the program's functions took, by its own clock. */
function meanTruth(prepared: readonly Prepared[]): number {
  const shares = prepared.map(({ recording: { facts } }) => {
    const times = Object.entries(facts.calls).map(([name, { calls, ns }]) => ({ name, ns: calls * ns }))
    const all = times.reduce((sum, { ns }) => sum + ns, 0)
    return (times.find(({ name }) => name === PLANTED.function)?.ns ?? 0) / all
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

/** 95 % interval of a share of `count` of `of` (E. Wilson, 1927). */
export function wilson(count: number, of: number): [low: number, high: number] {
  const z = 1.96
  const middle = (count + (z * z) / 2) / (of + z * z)
  const half = (z * Math.sqrt((count * (of - count)) / of + (z * z) / 4)) / (of + z * z)
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}
