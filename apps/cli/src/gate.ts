import type { Measure } from '@sonde/contract'
import type { VerdictAnswer } from './answers.ts'
import { CliError, EXIT } from './exit-codes.ts'

/**
 * A threshold for `sonde diff --fail-on`: what may not happen between A and B.
 *
 *   gate    = name measure ("+" changes by | "x" factor | nothing: B's value)
 *   write p99 > +20%          grew by more than a fifth
 *   write p99 > +2ms          grew by more than two milliseconds
 *   write p99 > 10ms          is above ten milliseconds now
 *   connect errors > +5%      share of failed calls grew by more than five percentage points
 *   json_encode self > +2%    share of the CPU grew by more than two percentage points
 *   json_encode self > x1.5   grew to more than one and a half times
 *   read rate < -50%          fell by more than half
 *   "std::map<int, int>::at" total > +1%
 *   * p99 > +50%              of any system call; `* self` is of any function
 */
export type Gate = {
  text: string
  /** Exact; `*`: any. */
  name: string
  measure: 'self' | 'total' | 'rate' | 'errors' | 'mean' | 'p50' | 'p99'
  above: boolean
  /**
   * What the limit is compared with: B's value; the change as a share of A's; the change in the measure's own unit, where `percent` means
   * percentage points; B's value divided by A's.
   */
  kind: 'value' | 'relative' | 'change' | 'factor'
  /** In the measure's own unit (ns, share 0..1, per second), a share for `relative`, a number for `factor`. */
  limit: number
}

const FORM =
  /^(?<name>"[^"]+"|\S.*?)\s+(?<measure>self|total|rate|errors|mean|p50|p99)\s*(?<op>[<>])\s*(?<sign>[+-]|x)?(?<number>\d+(?:\.\d+)?)\s*(?<unit>%|ns|us|µs|ms|s|\/s)?$/
const NS = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 } as const

/** Throws `usage` with what is wrong. */
export function parseGate(text: string): Gate {
  const match = FORM.exec(text.trim())
  if (!match?.groups) throw wrong(text, `write it as in 'write p99 > +20%' or 'json_encode self > +2%'`)
  const { name: quoted = '', measure: word, op, sign, number, unit } = match.groups
  const measure = word as Gate['measure']
  const name = quoted.startsWith('"') ? quoted.slice(1, -1) : quoted
  const amount = Number(number) * (sign === '-' ? -1 : 1)
  const gate = { text: text.trim(), name, measure, above: op === '>' }
  if (sign === '-' && gate.above) throw wrong(text, 'a fall is written with <')
  if (sign === '+' && !gate.above) throw wrong(text, 'a growth is written with >')
  if (sign === 'x') {
    if (unit !== undefined) throw wrong(text, 'a factor has no unit')
    return { ...gate, kind: 'factor', limit: amount }
  }
  return { ...gate, ...limitOf(text, measure, sign !== undefined, amount, unit) }
}

function limitOf(
  text: string,
  measure: Gate['measure'],
  isChange: boolean,
  amount: number,
  unit: string | undefined,
): Pick<Gate, 'kind' | 'limit'> {
  const kind = isChange ? 'change' : 'value'
  switch (measure) {
    case 'self':
    case 'total':
    case 'errors':
      if (unit !== '%') throw wrong(text, `${measure} is a share: its limit is in %`)
      return { kind, limit: amount / 100 }
    case 'rate':
      if (unit === '%' && isChange) return { kind: 'relative', limit: amount / 100 }
      if (unit !== '/s') throw wrong(text, 'a rate is in /s, a change of it in /s or %')
      return { kind, limit: amount }
    case 'mean':
    case 'p50':
    case 'p99': {
      if (unit === '%' && isChange) return { kind: 'relative', limit: amount / 100 }
      const factor = NS[unit as keyof typeof NS]
      if (factor === undefined) throw wrong(text, 'a time is in ns, us, ms or s, a change of it also in %')
      return { kind, limit: amount * factor }
    }
  }
}

const wrong = (text: string, why: string): CliError => new CliError(EXIT.usage, `--fail-on ${JSON.stringify(text.slice(0, 200))}: ${why}`)

export type GateResult = {
  gate: Gate
  /** `unknown`: there is too little to say; `absent`: nothing of that name was found. */
  outcome: 'crossed' | 'held' | 'unknown' | 'absent'
  /** Each that crossed it, or the first that did not. */
  findings: { name: string; measure: Measure; significant: boolean }[]
  /** How many functions or system calls were looked at, and how many of them the verdict lists, the largest changes first. */
  tested: number
  listed: number
}

/**
 * Holds a verdict against a gate. A change counts only where the verdict calls it significant, unless `evenInsignificant`; a value of B by
 * itself always does. Throws `usage` where the verdict's unit is not the gate's: a share of the CPU is none per request.
 */
export function judgeGate(gate: Gate, verdict: VerdictAnswer, { evenInsignificant }: { evenInsignificant: boolean }): GateResult {
  const found = findingsOf(gate, verdict)
  const isOfFunctions = gate.measure === 'self' || gate.measure === 'total'
  const tested = isOfFunctions ? verdict.functionsTested : verdict.syscallsTested
  const listed = isOfFunctions ? verdict.functions.length : verdict.syscalls.length
  const told = (outcome: GateResult['outcome'], findings: GateResult['findings']) => ({ gate, outcome, findings, tested, listed })
  if (found.length === 0) return told('absent', [])
  const crossed = found.filter(
    ({ measure }) => isBeyond(gate, measure) && (gate.kind === 'value' || measure.significant || evenInsignificant),
  )
  if (crossed.length > 0) return told('crossed', crossed)
  const untold = found.every(({ measure }) => measure.change === null || (measure.q === null && !evenInsignificant))
  return told(gate.kind !== 'value' && untold ? 'unknown' : 'held', found.slice(0, 1))
}

function findingsOf({ name, measure, text, kind }: Gate, verdict: VerdictAnswer): GateResult['findings'] {
  const isNamed = (finding: { name: string }) => name === '*' || finding.name === name
  if (measure === 'self' || measure === 'total') {
    if (verdict.functionUnit !== 'share' && kind !== 'factor')
      throw wrong(text, `functions are in ${verdict.functionUnit} here: compare by samples, or write a factor, as in x1.5`)
    return verdict.functions.filter(isNamed).map((f) => ({ name: f.name, measure: f[measure], significant: f[measure].significant }))
  }
  return verdict.syscalls.filter(isNamed).map((s) => ({ name: s.name, measure: s[measure], significant: s[measure].significant }))
}

function isBeyond({ kind, above, limit }: Gate, { a, b, change }: Measure): boolean {
  const value = valueFor(kind, a, b, change)
  return value !== null && (above ? value > limit : value < limit)
}

function valueFor(kind: Gate['kind'], a: number | null, b: number | null, change: number | null): number | null {
  switch (kind) {
    case 'value':
      return b
    case 'change':
      return change
    case 'relative':
      return change === null || a === null ? null : a === 0 ? (change === 0 ? 0 : change > 0 ? Infinity : -Infinity) : change / a
    case 'factor':
      return a === null || b === null ? null : a === 0 ? (b === 0 ? 1 : Infinity) : b / a
  }
}
