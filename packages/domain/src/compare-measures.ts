import type { Comparison, FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { frameKey } from '@sonde/profile'
import {
  type Denominator,
  denominatorOf,
  type Floor,
  falseDiscoveryRates,
  type Numerator,
  quantileChange,
  type RatioEvidence,
  ratioChanges,
  ratioEvidence,
  type UnitLayout,
  unitLayout,
} from '@sonde/stats'
import type { ComparisonSide } from './comparison-side.ts'
import { type MeasuredFunctions, requestsBy, secondsOfWeight, spreadOver, sumOf, type TimedUnits } from './comparison-units.ts'
import { measureFunctions, unitsOf } from './measure-functions.ts'
import type { CallUnits, SyscallUnits } from './syscall-units.ts'

export const METHOD = { falseDiscoveryRate: 0.05, seed: 1 } as const

/** Trifles. Of functions: changes of less than 1 % of what they were, or of less than 0.4 % of everything. */
const FUNCTION_FLOOR = { relative: 0.01, absoluteShare: 0.004 }
const RATE_FLOOR: Floor = { relative: 0.05, absolute: 0 }
const ERROR_FLOOR: Floor = { relative: 0.05, absolute: 0.002 }
const MEAN_FLOOR = 0.05
/** Within a power of two, values are interpolated. */
const QUANTILE_FLOOR = 0.1
/** A call that takes less than 10 µs more is of no use to anybody, unless all such calls together take 1 ms more of each second. */
const TIME_FLOOR = { callNs: 10_000, secondNs: 1_000_000 }
/** Calls that a side must have made for a quantile of their times to be known: 50 below it, or 20 beyond. */
const FEWEST_CALLS = { p50: 100, p99: 2_000 }

/** Fewer events on both sides together are not tested: nothing could be found in them, and each test makes the others less sure. */
const FEWEST_EVENTS = 10
const FEWEST_SAMPLES = 100
const FEWEST_UNITS = 5
/** Slices between snapshots, which are two seconds long. */
const FEWEST_SNAPSHOTS = 4

/** `missed`: the change of one function, in the verdict's unit, that would most probably have been found; null where none is tested. */
export type Findings = {
  functions: FunctionFinding[]
  functionsTested: number
  syscalls: SyscallFinding[]
  syscallsTested: number
  differs: boolean | null
  missed: number | null
  paired: boolean
  measured: { a: MeasuredFunctions | null; b: MeasuredFunctions | null }
  divisors: { a: Float64Array | null; b: Float64Array | null }
  rateUnit: string
}

/** One thing that was looked at: what is known of it, to be given its q when all are. */
type Tested = { measure: Measure; p: number | null }

/** Compares two sides: functions by their own samples and by all that they are on, and each system call's rate, errors and times, all as one family of tests. */
export function compareMeasures(a: ComparisonSide, b: ComparisonSide, comparison: Comparison): Findings {
  const measured = { a: measureFunctions(a, 'a', comparison), b: measureFunctions(b, 'b', comparison) }
  const functions = measured.a && measured.b ? compareFunctions(measured.a, measured.b, comparison) : null
  const syscalls = compareSyscalls(a, b, comparison)
  const tested = [...(functions?.tested ?? []), ...syscalls.tested].filter(({ p }) => p !== null)
  const q = falseDiscoveryRates(tested.map(({ p }) => p ?? 1))
  tested.forEach(({ measure }, k) => {
    measure.q = q[k] ?? 1
    measure.significant = measure.q <= METHOD.falseDiscoveryRate
  })
  const found = functions?.findings ?? []
  for (const finding of found) {
    const certain = finding.total.significant || finding.self.significant
    if (certain && finding.total.countA === 0) finding.presence = 'new'
    if (certain && finding.total.countB === 0) finding.presence = 'gone'
  }
  const isTested = (measures: Measure[]) => measures.some((measure) => measure.q !== null)
  return {
    functions: found,
    functionsTested: found.filter(({ self, total }) => isTested([self, total])).length,
    syscalls: syscalls.findings,
    syscallsTested: syscalls.findings.filter((finding) => isTested(measuresOfCall(finding))).length,
    differs: tested.length === 0 ? null : tested.some(({ measure }) => measure.significant),
    missed: functions?.missed(tested.length) ?? null,
    paired: functions?.paired ?? syscalls.paired,
    measured,
    divisors: syscalls.divisors,
    rateUnit: syscalls.rateUnit,
  }
}

export const measuresOfCall = ({ rate, errors, mean, p50, p99 }: SyscallFinding): Measure[] => [rate, errors, mean, p50, p99]

/** The same hosts get the same numbers on both sides. */
function layoutOf(a: TimedUnits, b: TimedUnits): UnitLayout {
  const numbers = new Map([...new Set([...a.host, ...b.host])].map((id, number) => [id, number]))
  const side = (units: TimedUnits) => ({ host: units.host.map((id) => numbers.get(id) ?? 0), slice: units.slice })
  return unitLayout(side(a), side(b))
}

function compareFunctions(a: MeasuredFunctions, b: MeasuredFunctions, { by }: Comparison) {
  const layout = layoutOf(a.units, b.units)
  const denominators = [denominatorOf(layout.a, layout.hosts, a.divisor), denominatorOf(layout.b, layout.hosts, b.divisor)] as const
  const isShare = by === 'samples' || by === 'cpu'
  const inB = new Map(b.rows.map((row) => [row.key, row]))
  const inA = new Set(a.rows.map((row) => row.key))
  const pairs = [
    ...a.rows.map((row) => ({ row, at: row.at, bt: inB.get(row.key)?.at ?? -1 })),
    ...b.rows.filter(({ key }) => !inA.has(key)).map((row) => ({ row, at: -1, bt: row.at })),
  ]
  const enough =
    a.samples >= FEWEST_SAMPLES && b.samples >= FEWEST_SAMPLES && a.units.host.length >= FEWEST_UNITS && b.units.host.length >= FEWEST_UNITS
  const whole = Math.max(a.weight / denominators[0].total, b.weight / denominators[1].total)
  const least = FUNCTION_FLOOR.absoluteShare * whole
  const floor = () => ({ relative: FUNCTION_FLOOR.relative, absolute: least })
  const family = (which: 'self' | 'total') => {
    const evidence = pairs.map(({ at, bt }) => {
      const [left, right] = [entries(a, which, at), entries(b, which, bt)]
      const sums = sumsOf(left, denominators[0], right, denominators[1])
      // What is less than the floor on both sides together cannot change by more: no test, so no other is less sure for it, and no work.
      const mayChange = (sums.a ?? 0) + (sums.b ?? 0) >= least && sums.eventsA + sums.eventsB >= FEWEST_EVENTS
      return enough && mayChange ? ratioEvidence(layout, [left, denominators[0]], [right, denominators[1]], isShare) : sums
    })
    return judge(evidence, floor, ({ levels }) => levels.length > 0)
  }
  const [self, total] = [family('self'), family('total')]
  const findings = pairs.map(({ row }, k): FunctionFinding => {
    const { name, module, kind } = row
    const [own, all] = [self.tested[k]?.measure ?? NO_MEASURE, total.tested[k]?.measure ?? NO_MEASURE]
    return { key: frameKey(name, module, kind), name, module, kind, presence: 'both', self: own, total: all }
  })
  return { findings, tested: [...self.tested, ...total.tested], missed: self.missed, paired: layout.paired }
}

function entries(side: MeasuredFunctions, which: 'self' | 'total', row: number) {
  const { start, unit, value } = side[which]
  const [from, to] = row < 0 ? [0, 0] : [start[row] ?? 0, start[row + 1] ?? 0]
  return { unit: unit.subarray(from, to), value: value.subarray(from, to), event: side.event }
}

/** The two ratios alone, of what is not tested. */
function sumsOf(left: Numerator, leftBy: Denominator, right: Numerator, rightBy: Denominator): RatioEvidence {
  const [x, y] = [sumOf(left.value), sumOf(right.value)]
  const ratio = (value: number, by: Denominator) => (by.total > 0 ? value / by.total : null)
  return { ...NO_EVIDENCE, a: ratio(x, leftBy), b: ratio(y, rightBy), eventsA: x / left.event, eventsB: y / right.event }
}

const NO_MEASURE: Measure = {
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

const NO_EVIDENCE: RatioEvidence = { a: null, b: null, eventsA: 0, eventsB: 0, independent: 0, levels: [], hosts: null }

/** Judges one kind of measure; `isTested` says which take part in the tests. */
function judge(evidence: readonly RatioEvidence[], floor: (index: number) => Floor, isTested: (one: RatioEvidence) => boolean) {
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

function compareSyscalls(a: ComparisonSide, b: ComparisonSide, comparison: Comparison) {
  const [unitsA, unitsB] = [a.syscalls, b.syscalls]
  const divisors = { a: rateDivisor(a, 'a', comparison), b: rateDivisor(b, 'b', comparison) }
  const rateUnit = comparison.by === 'cpu' ? '/cpu-second' : comparison.by === 'requests' ? '/request' : '/s'
  const layout = layoutOf(unitsA, unitsB)
  const names = [...new Set([...unitsA.calls.keys(), ...unitsB.calls.keys()])]
  const enough = Math.min(unitsA.host.length, unitsB.host.length) >= FEWEST_SNAPSHOTS && unitsA.calls.size > 0 && unitsB.calls.size > 0
  if (names.length === 0) return { findings: [], tested: [], paired: layout.paired, divisors, rateUnit }
  const calls = names.map((name) => ({ name, a: unitsA.calls.get(name) ?? NO_CALLS, b: unitsB.calls.get(name) ?? NO_CALLS }))
  const perUnit = (units: SyscallUnits, call: CallUnits) => denseOf(units.host.length, call.unit, call.calls)
  const zero = (units: SyscallUnits): Float64Array => new Float64Array(units.host.length)
  const divide = (side: 'a' | 'b', values: Float64Array): Denominator => denominatorOf(layout[side], layout.hosts, values)
  const bothDivisors = [divide('a', divisors.a ?? zero(unitsA)), divide('b', divisors.b ?? zero(unitsB))] as const

  const seconds = (side: ComparisonSide) => sumOf(side.syscalls.toMs.map((to, u) => to - (side.syscalls.fromMs[u] ?? 0))) / 1_000
  const [secondsA, secondsB] = [seconds(a), seconds(b)]
  /** `share` of the calls are those whose times grow with the measure. */
  const timeFloor = (call: (typeof calls)[number] | undefined, relative: number, share: number): Floor => {
    const rate = Math.max(sumOf(call?.a.calls ?? []) / secondsA, sumOf(call?.b.calls ?? []) / secondsB)
    return { relative, absolute: Math.min(TIME_FLOOR.callNs, TIME_FLOOR.secondNs / (rate * share)) }
  }
  const rates = judge(
    calls.map((call) =>
      ratioEvidence(
        layout,
        [{ unit: call.a.unit, value: call.a.calls, event: 1 }, bothDivisors[0]],
        [{ unit: call.b.unit, value: call.b.calls, event: 1 }, bothDivisors[1]],
        false,
      ),
    ),
    () => RATE_FLOOR,
    (one) => enough && one.eventsA + one.eventsB >= FEWEST_EVENTS,
  )
  const byCalls = calls.map((call) => [divide('a', perUnit(unitsA, call.a)), divide('b', perUnit(unitsB, call.b))] as const)
  const errors = judge(
    calls.map((call, k) => {
      const [left = bothDivisors[0], right = bothDivisors[1]] = byCalls[k] ?? []
      return ratioEvidence(
        layout,
        [{ unit: call.a.unit, value: call.a.errors, event: 1 }, left],
        [{ unit: call.b.unit, value: call.b.errors, event: 1 }, right],
        true,
      )
    }),
    () => ERROR_FLOOR,
    (one) => enough && one.a !== null && one.b !== null && one.eventsA + one.eventsB >= FEWEST_EVENTS,
  )
  const means = judge(
    calls.map((call, k) => {
      const [left = bothDivisors[0], right = bothDivisors[1]] = byCalls[k] ?? []
      return ratioEvidence(
        layout,
        [{ unit: call.a.unit, value: call.a.totalNs, event: timeOfEvent(call.a, call.b) }, left],
        [{ unit: call.b.unit, value: call.b.totalNs, event: timeOfEvent(call.b, call.a) }, right],
        false,
      )
    }),
    (k) => timeFloor(calls[k], MEAN_FLOOR, 1),
    (one) => enough && one.a !== null && one.b !== null && one.eventsA >= 1 && one.eventsB >= 1,
  )
  const quantile = (call: (typeof calls)[number], q: number, fewest: number, seed: number): Tested => {
    const floor = timeFloor(call, QUANTILE_FLOOR, 1 - q)
    const change = quantileChange(layout, call.a, call.b, { q, fewest, floor, seed })
    const { a: left, b: right, low, high, countA, countB } = change
    const measure = { ...NO_MEASURE, a: left, b: right, change: change.change, low, high, countA, countB }
    return { measure, p: enough ? change.p : null }
  }
  const p50 = calls.map((call, k) => quantile(call, 0.5, FEWEST_CALLS.p50, METHOD.seed + 2 * k))
  const p99 = calls.map((call, k) => quantile(call, 0.99, FEWEST_CALLS.p99, METHOD.seed + 2 * k + 1))
  const counted = (tested: Tested | undefined, call: (typeof calls)[number]): Measure => {
    const measure = tested?.measure ?? { ...NO_MEASURE }
    measure.countA = sumOf(call.a.calls)
    measure.countB = sumOf(call.b.calls)
    return measure
  }
  const findings = calls.map(
    (call, k): SyscallFinding => ({
      nr: call.a === NO_CALLS ? call.b.nr : call.a.nr,
      name: call.name,
      rate: counted(rates.tested[k], call),
      errors: counted(errors.tested[k], call),
      mean: counted(means.tested[k], call),
      p50: p50[k]?.measure ?? NO_MEASURE,
      p99: p99[k]?.measure ?? NO_MEASURE,
    }),
  )
  return {
    findings,
    tested: [...rates.tested, ...errors.tested, ...means.tested, ...p50, ...p99],
    paired: layout.paired,
    divisors,
    rateUnit,
  }
}

const NO_CALLS: CallUnits = { nr: 0, unit: [], calls: [], totalNs: [], errors: [], histogram: [] }

function denseOf(length: number, unit: readonly number[], value: readonly number[]): Float64Array {
  const dense = new Float64Array(length)
  unit.forEach((u, k) => {
    dense[u] = value[k] ?? 0
  })
  return dense
}

/** What one call adds to the time of all, if they vary as the histogram says: Σx² / Σx, with the other side's where this one has none. */
function timeOfEvent(call: CallUnits, other: CallUnits): number {
  let [sum, squares] = [0, 0]
  for (const histogram of (call.unit.length > 0 ? call : other).histogram) {
    for (const [bucket, calls] of histogram) {
      const middle = 1.5 * 2 ** bucket
      sum += calls * middle
      squares += calls * middle * middle
    }
  }
  return sum > 0 ? squares / sum : 1
}

/** What the calls of each unit are divided by; null where it is not known. */
function rateDivisor(side: ComparisonSide, which: 'a' | 'b', comparison: Comparison): Float64Array | null {
  const units = side.syscalls
  if (comparison.by === 'requests') return requestsBy(side, which, comparison, units)
  if (comparison.by !== 'cpu') return Float64Array.from(units.fromMs, (from, u) => ((units.toMs[u] ?? 0) - from) / 1_000)
  const { profile, functions } = side
  const seconds = profile && secondsOfWeight(profile.meta)
  if (!profile || !functions || seconds === null) return null
  return spreadOver(
    unitsOf(profile, functions),
    functions.weight.map((weight) => weight * seconds),
    units,
  )
}
