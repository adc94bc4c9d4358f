import type { Comparison, FunctionFinding } from '@sonde/contract'
import { frameKey } from '@sonde/profile'
import { type Denominator, denominatorOf, type Numerator, type RatioEvidence, ratioEvidence } from '@sonde/stats'
import { type MeasuredFunctions, sumOf } from './comparison-units.ts'
import { FEWEST_EVENTS, judge, layoutOf, NO_EVIDENCE, NO_MEASURE } from './judge-measures.ts'

/** Trifles. Of functions: changes of less than 1 % of what they were, or of less than 0.4 % of everything. */
const FUNCTION_FLOOR = { relative: 0.01, absoluteShare: 0.004 }
const FEWEST_SAMPLES = 100
const FEWEST_UNITS = 5

/** Functions by their own samples and by all that they are on; `missed` is of their own. */
export function compareFunctions(a: MeasuredFunctions, b: MeasuredFunctions, { by }: Comparison) {
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
