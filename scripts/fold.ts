import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { foldPerfScript } from '@sonde/profile'

/**
 * Folds the text of `perf script`, to be compared with stackcollapse-perf.pl: same options, same lines.
 *
 *   npx tsx scripts/fold.ts [--all|--kernel|--jit|--pid|--tid|--addrs|--inline|--context|--srcline] [--event-filter EVENT] [FILE|-]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean' },
    kernel: { type: 'boolean' },
    jit: { type: 'boolean' },
    pid: { type: 'boolean' },
    tid: { type: 'boolean' },
    addrs: { type: 'boolean' },
    inline: { type: 'boolean' },
    context: { type: 'boolean' },
    srcline: { type: 'boolean' },
    'event-filter': { type: 'string' },
  },
})

const [file = '-'] = positionals
// latin1 both ways: every byte comes out as it went in, whatever the text's encoding.
const text = readFileSync(file === '-' ? 0 : file, 'latin1')
const inlined = new Map<string, string>()
const lines = foldPerfScript(text, {
  ...values,
  eventFilter: values['event-filter'],
  inline: values.inline ? ({ address, symbol, module }) => inlinedAt(address, symbol, module) : undefined,
  onUnrecognized: (line) => process.stderr.write(`Unrecognized line: ${line}\n`),
})
process.stdout.write(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'))

/** Functions inlined at an address, outermost first, joined by `;`; '' where addr2line does not know. */
function inlinedAt(address: string, symbol: string, module: string): string {
  const key = `${address} ${module}`
  const known = inlined.get(key)
  if (known !== undefined) return known
  const rows = run('addr2line', ['-a', address, '-e', module, '-i', '-f', '-s', '-C']).slice(1)
  const found = rows.includes('??') ? (throughSymbol(symbol, module) ?? joined(rows)) : joined(rows)
  const useful = found === '??' || found === '??:??:0' ? '' : found
  inlined.set(key, useful)
  return useful
}

/** Position-independent programs run elsewhere than addr2line thinks: symbol address + offset is where it finds them. */
function throughSymbol(symbol: string, module: string): string | null {
  const [, name, offset] = /^(.+)\+0x([0-9a-f]+)$/.exec(symbol) ?? []
  if (name === undefined || offset === undefined) return null
  for (const row of run('nm', [module])) {
    const [, base, found] = /^([0-9a-f]+) . (.*)$/.exec(row) ?? []
    if (found === name) return inlinedAt(`0x${(BigInt(`0x${base}`) + BigInt(`0x${offset}`)).toString(16)}`, '', module)
  }
  return null
}

/** addr2line's rows, a function and its place in turn, innermost first. */
function joined(rows: readonly string[]): string {
  const names: string[] = []
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const place = rows[i + 1]?.replace(/ \(discriminator \S+\)/, '')
    names.unshift(values.context ? `${rows[i]}:${place}` : `${rows[i]}`)
  }
  return names.join(';')
}

/** Lines that a tool prints; none where it is missing or fails. */
function run(tool: string, argv: string[]): string[] {
  try {
    return execFileSync(tool, argv, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 })
      .trimEnd()
      .split('\n')
  } catch {
    return []
  }
}
