import type { FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { plainText } from '@sonde/profile'
import { decimals, digitsFor, durationUnit, signed, threeDigits } from './sentence-numbers.ts'

/** What sentences are made of. `newBelow`: how many of the new functions are called from one, by its key. */
export type SentenceFacts = {
  functions: readonly FunctionFinding[]
  syscalls: readonly SyscallFinding[]
  /** Of what a share is: `CPU`, `waiting`, `samples`. */
  whole: string
  functionUnit: string
  rateUnit: string
  newBelow: (key: string) => number
  tested: { functions: number; syscalls: number; unitsA: number; unitsB: number }
  missed: number | null
  differs: boolean | null
}

const MOST = 5
const MOST_CALLS = 2

/**
 * At most five sentences on what a comparison found, the largest first: functions, then calls. A function whose change is only that of one that
 * was told already (its callers; all others, whose share shrinks when one grows) gets none: the tables have them.
 */
export function comparisonSentences(facts: SentenceFacts): string[] {
  if (facts.differs === null)
    return ['Too little was recorded to compare: each side needs at least 100 samples in five slices of time, or calls in four.']
  if (!facts.differs) return [nothingFound(facts)]
  const calls = callSentences(facts)
  const functions = functionSentences(facts, MOST - Math.min(MOST_CALLS, calls.length))
  const told = [...functions, ...calls.slice(0, MOST - functions.length)]
  return told.length > 0 ? told : [nothingFound(facts)]
}

function nothingFound({ tested, missed, functionUnit, whole }: SentenceFacts): string {
  const looked = [
    tested.functions > 0 ? `${decimals(tested.functions, 0)} functions` : '',
    tested.syscalls > 0 ? `${decimals(tested.syscalls, 0)} system calls` : '',
  ].filter(Boolean)
  const could = missed === null ? '' : `; a function’s change of less than ±${amountOf(missed, functionUnit, whole)} could have been missed`
  return `Nothing differs by more than chance explains: ${looked.join(' and ')} looked at in ${tested.unitsA} + ${tested.unitsB} slices of time${could}.`
}

function amountOf(value: number, functionUnit: string, whole: string): string {
  return functionUnit === 'share'
    ? `${decimals(value * 100, digitsFor(value * 20))} % of ${whole}`
    : `${threeDigits(value)} ${functionUnit}`
}

type Candidate = { finding: FunctionFinding; by: 'self' | 'total'; measure: Measure }

function functionSentences(facts: SentenceFacts, most: number): string[] {
  const size = ({ measure }: Candidate) => Math.abs(measure.change ?? 0)
  const candidates = facts.functions
    .flatMap((finding): Candidate[] => [
      { finding, by: 'self', measure: finding.self },
      { finding, by: 'total', measure: finding.total },
    ])
    .filter(({ measure }) => measure.significant)
    // Where time is really spent comes before who leads there.
    .sort((x, y) => (x.by === y.by ? size(y) - size(x) : x.by === 'self' ? -1 : 1))
  const room = facts.functionUnit === 'share' ? roomMade(facts.functions) : 1
  const pushedAside = ({ measure }: Candidate) =>
    Math.sign(measure.change ?? 0) === Math.sign(room - 1) &&
    Math.abs((measure.change ?? 0) - (measure.a ?? 0) * (room - 1)) <= halfOf(measure)
  const ownOnes = candidates.filter((one) => !pushedAside(one))
  const told: Candidate[] = []
  for (const one of ownOnes.length > 0 ? ownOnes : candidates) {
    if (told.length >= most) break
    const isTold = told.some(({ finding }) => finding.key === one.finding.key)
    if (!isTold && !(one.by === 'total' && isCaller(one, told))) told.push(one)
  }
  return told.map(({ finding, by, measure }) => functionSentence(finding, by, measure, facts))
}

/**
 * By what factor functions' shares change only because those of a few others did: shares add up to one, so where one grows all others shrink,
 * each by the same factor. The few are those that certainly grew, or certainly shrank, whichever are fewer. 1 where nothing certainly changed.
 */
function roomMade(functions: readonly FunctionFinding[]): number {
  const certain = functions.map(({ self }) => self).filter(({ significant }) => significant)
  const [grown, shrunk] = [certain.filter(({ change }) => (change ?? 0) > 0), certain.filter(({ change }) => (change ?? 0) < 0)]
  const few = grown.length > 0 && (grown.length <= shrunk.length || shrunk.length === 0) ? grown : shrunk
  const sum = (of: 'a' | 'b') => few.reduce((all, measure) => all + (measure[of] ?? 0), 0)
  return sum('a') < 1 ? (1 - sum('b')) / (1 - sum('a')) : 1
}

/** Whether a function on the stack changes by no more than what was told of those that it may be a caller of: one of them, or all. */
function isCaller({ measure }: Candidate, told: readonly Candidate[]): boolean {
  const change = measure.change ?? 0
  const alike = told.map((one) => one.measure.change ?? 0).filter((other) => Math.sign(other) === Math.sign(change))
  const sums = [...alike, alike.reduce((sum, other) => sum + other, 0)]
  return sums.some((sum) => sum !== 0 && Math.abs(sum - change) <= Math.max(halfOf(measure), 0.3 * Math.abs(change)))
}

function functionSentence(
  finding: FunctionFinding,
  by: 'self' | 'total',
  measure: Measure,
  { functionUnit, whole, newBelow }: SentenceFacts,
): string {
  const isShare = functionUnit === 'share'
  const scale = isShare ? 100 : 1
  const [a, b, change] = [(measure.a ?? 0) * scale, (measure.b ?? 0) * scale, (measure.change ?? 0) * scale]
  const half = measure.high === null || measure.low === null ? 0 : ((measure.high - measure.low) / 2) * scale
  const digits = Math.min(6, digitsFor(half))
  const unit = isShare ? `% of ${whole}` : functionUnit
  const presence = finding.presence === 'new' ? ' (new)' : finding.presence === 'gone' ? ' (gone)' : ''
  const where = measure.hosts && measure.hosts.of > 1 ? `, on ${measure.hosts.agree} of ${measure.hosts.of} hosts` : ''
  const below = newBelow(finding.key)
  const frames = below > 0 ? `; ${below} new ${below === 1 ? 'function' : 'functions'} below it` : ''
  return `${quoted(finding.name)} ${by}${presence} ${decimals(a, digits)} → ${decimals(b, digits)} ${unit} (${signed(change, digits)} ± ${decimals(half, digits)})${where}${frames}.`
}

type CallMeasure = { what: string; measure: Measure; text: (measure: Measure) => string }

/** One sentence a call, on its measure that changed most; calls by how much time more or less is spent in them. */
function callSentences(facts: SentenceFacts): string[] {
  const told = facts.syscalls.flatMap((finding) => {
    const measures: CallMeasure[] = [
      { what: 'errors', measure: finding.errors, text: (m) => errorText(finding, m) },
      { what: 'p99', measure: finding.p99, text: (m) => durationText(finding, 'p99 ≈', m) },
      { what: 'p50', measure: finding.p50, text: (m) => durationText(finding, 'p50 ≈', m) },
      { what: 'mean', measure: finding.mean, text: (m) => durationText(finding, 'mean', m) },
      { what: 'rate', measure: finding.rate, text: (m) => rateText(finding, m, facts.rateUnit) },
    ]
    const certain = measures.filter(({ measure }) => measure.significant)
    // New failures first: they are mostly what the rest comes from.
    const [first] = certain.sort((x, y) => Number(y.what === 'errors') - Number(x.what === 'errors') || fold(y.measure) - fold(x.measure))
    return first ? [{ text: first.text(first.measure), weight: timeChange(finding), isError: first.what === 'errors' }] : []
  })
  return told.sort((x, y) => Number(y.isError) - Number(x.isError) || y.weight - x.weight).map(({ text }) => text)
}

/** How many times as much, either way; what was not there at all is most. */
function fold({ a, b }: Measure): number {
  if (a === null || b === null || a === b) return 0
  return a <= 0 || b <= 0 ? Number.MAX_VALUE : Math.abs(Math.log(b / a))
}

const timeChange = ({ rate, mean }: SyscallFinding): number => Math.abs((rate.b ?? 0) * (mean.b ?? 0) - (rate.a ?? 0) * (mean.a ?? 0))

function errorText({ name }: SyscallFinding, measure: Measure): string {
  const half = halfOf(measure) * 100
  const digits = digitsFor(half)
  const [a, b] = [(measure.a ?? 0) * 100, (measure.b ?? 0) * 100]
  return `${quoted(name)} fails ${decimals(a, digits)} → ${decimals(b, digits)} % of calls (${signed(b - a, digits)} ± ${decimals(half, digits)}).`
}

function durationText({ name }: SyscallFinding, what: string, measure: Measure): string {
  const [a, b] = [measure.a ?? 0, measure.b ?? 0]
  const { unit, scale } = durationUnit(Math.max(a, b))
  const digits = digitsFor(halfOf(measure) / scale)
  const at = (value: number) => decimals(value / scale, digits)
  const range =
    measure.low === null || measure.high === null
      ? ''
      : `; 95 %: ${signed(measure.low / scale, digits)} to ${signed(measure.high / scale, digits)}`
  return `${quoted(name)} ${what} ${at(a)} → ${at(b)} ${unit} (${signed((b - a) / scale, digits)}${range}).`
}

function rateText({ name }: SyscallFinding, measure: Measure, rateUnit: string): string {
  const [a, b, half] = [measure.a ?? 0, measure.b ?? 0, halfOf(measure)]
  const digits = digitsFor(half)
  const unit = rateUnit === '/s' ? 'calls/s a host' : `calls${rateUnit}`
  return `${quoted(name)} ${decimals(a, digits)} → ${decimals(b, digits)} ${unit} (${signed(b - a, digits)} ± ${decimals(half, digits)}).`
}

const halfOf = ({ low, high }: Measure): number => (low === null || high === null ? 0 : (high - low) / 2)

/** A host's name for code, safe in a line of text. */
function quoted(name: string): string {
  const plain = plainText(name).replaceAll('`', '′')
  return `\`${plain.length > 80 ? `${plain.slice(0, 79)}…` : plain}\``
}
