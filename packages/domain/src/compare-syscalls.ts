import type { Comparison, Measure, SyscallFinding } from '@sonde/contract'
import { type Denominator, denominatorOf, type Floor, quantileChange, ratioEvidence } from '@sonde/stats'
import type { ComparisonSide } from './comparison-side.ts'
import { requestsBy, secondsOfWeight, spreadOver, sumOf } from './comparison-units.ts'
import { FEWEST_EVENTS, judge, layoutOf, METHOD, NO_MEASURE, type Tested } from './judge-measures.ts'
import { unitsOf } from './measure-functions.ts'
import type { CallUnits, SyscallUnits } from './syscall-units.ts'

// Trifles.
const RATE_FLOOR: Floor = { relative: 0.05, absolute: 0 }
const ERROR_FLOOR: Floor = { relative: 0.05, absolute: 0.002 }
const MEAN_FLOOR = 0.05
/** Within a power of two, values are interpolated. */
const QUANTILE_FLOOR = 0.1
/** A call that takes less than 10 µs more is of no use to anybody, unless all such calls together take 1 ms more of each second. */
const TIME_FLOOR = { callNs: 10_000, secondNs: 1_000_000 }
/** Calls that a side must have made for a quantile of their times to be known: 50 below it, or 20 beyond. */
const FEWEST_CALLS = { p50: 100, p99: 2_000 }
/** Slices between snapshots, which are two seconds long. */
const FEWEST_SNAPSHOTS = 4

/** Each call's rate, share of failures, mean time and quantiles of its times. */
export function compareSyscalls(a: ComparisonSide, b: ComparisonSide, comparison: Comparison) {
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
