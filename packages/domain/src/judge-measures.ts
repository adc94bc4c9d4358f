import type { Measure } from '@sonde/contract'
import { type Floor, type RatioEvidence, ratioChanges, type UnitLayout, unitLayout } from '@sonde/stats'
import type { TimedUnits } from './comparison-units.ts'

export const METHOD = { falseDiscoveryRate: 0.05, seed: 1 } as const

/** Fewer events on both sides together are not tested: nothing could be found in them, and each test makes the others less sure. */
export const FEWEST_EVENTS = 10

/** One thing that was looked at: what is known of it, to be given its q when all are. */
export type Tested = { measure: Measure; p: number | null }

/** The same hosts get the same numbers on both sides. */
export function layoutOf(a: TimedUnits, b: TimedUnits): UnitLayout {
  const numbers = new Map([...new Set([...a.host, ...b.host])].map((id, number) => [id, number]))
  const side = (units: TimedUnits) => ({ host: units.host.map((id) => numbers.get(id) ?? 0), slice: units.slice })
  return unitLayout(side(a), side(b))
}

export const NO_MEASURE: Measure = {
  a: null,
  b: null,
  change: null,
  low: null,
  high: null,
  q: null,
  significant: false,
  hosts: null,
  countA: 0,
  countB: 0,
}

export const NO_EVIDENCE: RatioEvidence = { a: null, b: null, eventsA: 0, eventsB: 0, independent: 0, levels: [], hosts: null }

/** Judges one kind of measure; `isTested` says which take part in the tests. */
export function judge(evidence: readonly RatioEvidence[], floor: (index: number) => Floor, isTested: (one: RatioEvidence) => boolean) {
  const testable = Array.from(evidence.keys()).filter((at) => isTested(evidence[at] ?? NO_EVIDENCE))
  const judged = ratioChanges(
    testable.map((at) => evidence[at] ?? NO_EVIDENCE),
    (k) => floor(testable[k] ?? 0),
  )
  const changes = new Map(judged.map((change, k) => [testable[k], change]))
  const tested = evidence.map((one, at): Tested => {
    const change = changes.get(at)
    const plain = one.a === null || one.b === null ? null : one.b - one.a
    const { a, b, hosts, eventsA, eventsB } = one
    const counts = { countA: Math.round(eventsA), countB: Math.round(eventsB) }
    const measure = { ...NO_MEASURE, a, b, change: plain, low: change?.low ?? null, high: change?.high ?? null, hosts, ...counts }
    return { measure, p: change?.p ?? null }
  })
  /** Of those that are tested the one whose change is known worst: four standard errors are found more often than not among `tests`. */
  const missed = (tests: number): number | null => {
    if (changes.size === 0) return null
    const errors = [...changes.values()].map(({ error }) => error).filter((error) => Number.isFinite(error))
    return errors.length > 0 ? Math.max(...errors) * (1 + Math.sqrt(2 * Math.log(Math.max(2, tests / METHOD.falseDiscoveryRate)))) : null
  }
  return { tested, missed }
}
