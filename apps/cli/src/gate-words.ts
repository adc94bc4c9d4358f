import type { Gate, GateResult } from './gate.ts'
import { plain } from './terminal-text.ts'

/** One line: what became of a threshold, and by which numbers. */
export function formatGateResult({ gate, outcome, findings, tested, listed }: GateResult): string {
  const head = `${{ crossed: 'CROSSED', held: 'held', unknown: 'cannot be judged', absent: 'not there' }[outcome]}: ${plain(gate.text)}`
  if (outcome === 'absent') {
    const where = tested > listed ? `among the ${listed} largest changes of ${tested}` : `among the ${tested} that were looked at`
    return `${head} (nothing of that name is ${where})`
  }
  const told = findings.slice(0, 3).map(({ name, measure, significant }) => {
    const change = measure.change === null ? '' : ` (${measure.change >= 0 ? '+' : ''}${formatValue(gate, measure.change)})`
    const sure = significant || gate.kind === 'value' ? '' : ', which may be chance'
    return `${plain(name, 80)} ${formatValue(gate, measure.a)} → ${formatValue(gate, measure.b)}${change}${sure}, ${measure.countA} and ${measure.countB} counted`
  })
  const more = findings.length > 3 ? ` and ${findings.length - 3} more` : ''
  return `${head} (${told.join('; ')}${more})`
}

/** With the unit of the gate's measure. */
function formatValue({ measure, kind }: Gate, value: number | null): string {
  if (value === null) return 'nothing'
  switch (measure) {
    case 'self':
    case 'total':
      // A factor may be of any unit.
      return kind === 'factor' ? value.toPrecision(3) : `${(value * 100).toFixed(1)} %`
    case 'errors':
      return `${(value * 100).toFixed(1)} %`
    case 'rate':
      return `${value.toPrecision(3)}/s`
    case 'mean':
    case 'p50':
    case 'p99':
      return formatNs(value)
  }
}

function formatNs(ns: number): string {
  const size = Math.abs(ns)
  if (size >= 1e9) return `${(ns / 1e9).toPrecision(3)} s`
  if (size >= 1e6) return `${(ns / 1e6).toPrecision(3)} ms`
  if (size >= 1e3) return `${(ns / 1e3).toPrecision(3)} µs`
  return `${Math.round(ns)} ns`
}
