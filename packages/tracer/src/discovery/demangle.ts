import { spawn } from 'node:child_process'
import { findTool } from '../host/find-tool.ts'
import { SEARCH_PATH } from '../run/guarded-child.ts'

export type Demangled = {
  /** For each name given, in order: what it means in C++ or Rust; null where it is not mangled or could not be read. */
  names: Array<string | null>
  /** Why mangled names stayed as they are, in a sentence; null where nothing went wrong. */
  note: string | null
}

const MANGLED = /^(_Z|_R)[\x21-\x7e]+$/
/** node's 79 thousand names take 0.3 s. */
const TIMEOUT_S = 15
/** node's 79 thousand names make 10 MB. A short hostile name can stand for a very long one: so much at most, for few and for many names. */
const MAX_OUTPUT_BYTES = { few: 2 * 1024 * 1024, perName: 4_096, many: 192 * 1024 * 1024 } as const

/**
 * C++ (Itanium) and Rust (legacy and v0) symbol names in words, by c++filt of the binutils: one child for all, names on stdin. The
 * child reads hostile names, so it has a deadline, a bound on what it may print and on its memory; if it dies, names stay mangled.
 */
export async function demangle(names: readonly string[], timeoutSeconds = TIMEOUT_S): Promise<Demangled> {
  const mangled = names.flatMap((name, at) => (MANGLED.test(name) ? [at] : []))
  const result: Demangled = { names: names.map(() => null), note: null }
  if (mangled.length === 0) return result
  const tool = await findTool('c++filt')
  if (tool === null)
    return { ...result, note: 'C++ and Rust names are shown as the linker knows them: c++filt (package binutils) is not installed.' }
  const lines = await runFilter(
    tool,
    mangled.map((at) => names[at] ?? ''),
    timeoutSeconds,
  )
  // One line in, one line out: anything else cannot be put side by side.
  if (lines === null || lines.length !== mangled.length) {
    return { ...result, note: 'C++ and Rust names are shown as the linker knows them: c++filt could not read them.' }
  }
  for (const [i, at] of mangled.entries()) {
    const text = lines[i] ?? ''
    if (text !== names[at] && text !== '') result.names[at] = withoutHashes(text, names[at] ?? '')
  }
  return result
}

/** Rust tells crates and versions of a function apart by hashes, which nobody searches for or knows: `core[4a1…]::fmt`, `…::h0123456789abcdef`. */
function withoutHashes(text: string, mangled: string): string {
  return mangled.startsWith('_R') ? text.replaceAll(/(?<=\w)\[[0-9a-f]{1,16}\]/g, '') : text.replace(/::h[0-9a-f]{16}(?=$| \[)/, '')
}

function runFilter(tool: string, names: readonly string[], timeoutSeconds: number): Promise<string[] | null> {
  const maxBytes = Math.min(MAX_OUTPUT_BYTES.many, MAX_OUTPUT_BYTES.few + names.length * MAX_OUTPUT_BYTES.perName)
  const dieWithParent = ['--pdeathsig', 'KILL', '--']
  const limits = ['timeout', '-k', '1', String(timeoutSeconds), 'setpriv', ...dieWithParent, 'prlimit', `--as=${1024 ** 3}`, '--core=0']
  return new Promise((resolve) => {
    const child = spawn('setpriv', [...dieWithParent, ...limits, tool], {
      env: { PATH: SEARCH_PATH, LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) child.kill('SIGTERM')
      else chunks.push(chunk)
    })
    child.once('error', () => resolve(null))
    child.once('close', (code) => resolve(code === 0 && bytes <= maxBytes ? linesOf(Buffer.concat(chunks)) : null))
    // A child that died says so by its exit status.
    child.stdin.on('error', () => {})
    child.stdin.end(`${names.join('\n')}\n`)
  })
}

function linesOf(output: Buffer): string[] {
  return output.toString('latin1').replace(/\n$/, '').split('\n')
}
