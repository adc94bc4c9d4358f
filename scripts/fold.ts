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
  inline: values.inline ? ({ address, module }) => inlinedAt(address, module) : undefined,
  onUnrecognized: (line) => process.stderr.write(`Unrecognized line: ${line}\n`),
})
process.stdout.write(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'))

/** Functions inlined at an address, outermost first, joined by `;`; '' where addr2line does not know. */
function inlinedAt(address: string, module: string): string {
  const key = `${address} ${module}`
  const known = inlined.get(key)
  if (known !== undefined) return known
  const found = askAddr2line(address, module)
  inlined.set(key, found)
  return found
}

function askAddr2line(address: string, module: string): string {
  let output: string
  try {
    output = execFileSync('addr2line', ['-a', address, '-e', module, '-i', '-f', '-s', '-C'], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
  // The address, then a line with the function and one with its place, innermost first.
  const rows = output.trimEnd().split('\n').slice(1)
  const names: string[] = []
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const place = rows[i + 1]?.replace(/ \(discriminator \S+\)/, '')
    names.unshift(values.context ? `${rows[i]}:${place}` : `${rows[i]}`)
  }
  const found = names.join(';')
  return found === '??' || found === '??:??:0' ? '' : found
}
