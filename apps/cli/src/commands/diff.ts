import { compareHref, requestsSchema } from '@sonde/contract'
import { verdictAnswerSchema } from '../answers.ts'
import { type Context, printJson } from '../context.ts'
import { CliError, EXIT } from '../exit-codes.ts'
import { type GateResult, judgeGate, parseGate } from '../gate.ts'
import { formatGateResult } from '../gate-words.ts'
import { readSelection, selectionText } from '../selection-words.ts'
import { plain } from '../terminal-text.ts'

export type DiffOptions = {
  by: 'samples' | 'cpu' | 'wall' | 'requests'
  requests?: string
  failOn?: string[]
  evenInsignificant?: boolean
  strict?: boolean
}

/** What changed from A to B, in sentences; ends with 3 where a threshold was crossed. */
export async function diff({ io, client, paint, json }: Context, a: string, b: string, options: DiffOptions): Promise<void> {
  const gates = (options.failOn ?? []).map(parseGate)
  const { by, requests } = options
  if ((by === 'requests') !== (requests !== undefined))
    throw new CliError(EXIT.usage, '--by requests goes with --requests CALL, or --requests A,B')
  const href = compareHref({ a: readSelection(a), b: readSelection(b), by, requests: requests === undefined ? null : requestsOf(requests) })
  const query = { a: selectionText(a), b: selectionText(b), by, requests }
  const { value: verdict, raw } = await client.json('/comparisons/verdict', verdictAnswerSchema, { query })
  const results = gates.map((gate) => judgeGate(gate, verdict, { evenInsignificant: options.evenInsignificant === true }))
  if (json) {
    const told = results.map(({ gate, outcome, findings }) => ({ gate: gate.text, outcome, findings }))
    printJson(io, { ...(raw as object), url: `${client.server.url}${href}`, gates: told })
  } else {
    for (const sentence of verdict.sentences) io.out(`${plain(sentence)}\n`)
    for (const warning of verdict.warnings) io.out(`${paint('Note:', 'warn')} ${plain(warning.text)}\n`)
    io.err(`${client.server.url}${href}\n`)
  }
  for (const result of results) io.err(`${formatGateResult(result)}\n`)
  conclude(results, options.strict === true)
}

function requestsOf(text: string) {
  const [a, b] = text.split(',')
  const parsed = requestsSchema.safeParse(b === undefined ? { call: a } : { a: Number(a), b: Number(b) })
  if (!parsed.success)
    throw new CliError(EXIT.usage, '--requests takes a system call that each request makes once, or how many there were: 1000,1200')
  return parsed.data
}

function conclude(results: readonly GateResult[], strict: boolean): void {
  const of = (outcome: GateResult['outcome']) => results.filter((result) => result.outcome === outcome).length
  if (of('crossed') > 0) throw new CliError(EXIT.crossed, `${of('crossed')} of ${results.length} threshold(s) crossed`)
  if (of('unknown') > 0) throw new CliError(EXIT.failure, `${of('unknown')} threshold(s) cannot be judged: there is too little to say`)
  if (strict && of('absent') > 0) throw new CliError(EXIT.failure, `${of('absent')} threshold(s) are about what is not there`)
}
