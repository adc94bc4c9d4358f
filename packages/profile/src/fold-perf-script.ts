import { compareCodePoints } from './code-point-order.ts'
import { type FrameLine, isBlank, isDigit, perfLines, scanFrameLine, skipBlanks, skipDigits, withoutOffset } from './perf-frame-line.ts'

/** The options of `stackcollapse-perf.pl`, by the same names. */
export type PerfFoldOptions = {
  /** `kernel` and `jit`. */
  all?: boolean | undefined
  /** Mark kernel frames `_[k]`. */
  kernel?: boolean | undefined
  /** Mark frames of JIT maps `_[j]`. */
  jit?: boolean | undefined
  /** `comm-pid` instead of `comm`. */
  pid?: boolean | undefined
  /** `comm-pid/tid`. */
  tid?: boolean | undefined
  /** Raw address beside a module or `unknown` where there is no symbol. */
  addrs?: boolean | undefined
  /** Only samples of this event, as it is printed: `cycles:ppp`. Default: the first one met. */
  eventFilter?: string | undefined
  /**
   * `--inline`: asked for each frame of a module on disk; a text (functions joined by `;`, outermost first) replaces the frame,
   * null or '' leaves it. The caller's addr2line, since this package does no I/O.
   */
  inline?: ((frame: FrameLine) => string | null) | undefined
  /** `--srcline`: a line with the source position follows each frame (`perf script -F+srcline`). */
  srcline?: boolean | undefined
  /** Told about each line that is none of the format's kinds. */
  onUnrecognized?: ((line: string) => void) | undefined
}

/**
 * `perf script` text → folded stacks, `comm;outer;inner weight`, sorted, with the very lines that Brendan Gregg's
 * stackcollapse-perf.pl prints: same tidying of names, same event rule (others than the first are left out), same weights
 * (the sum of the periods, 1 where none is printed). That includes what it drops: a sample without a blank line after it.
 * The rules are listed in docs/formats/perf-script.md.
 *
 * Text read as latin1 and written as latin1 is folded byte for byte, whatever its encoding.
 */
export function foldPerfScript(text: string, options: PerfFoldOptions = {}): string[] {
  const weights = new Map<string, number>()
  const annotate = { kernel: options.all || options.kernel || false, jit: options.all || options.jit || false }
  let eventFilter = options.eventFilter ?? ''
  /** '' while no sample is open: frames are passed over then. */
  let root = ''
  let weight = 1
  /** Innermost first, as printed; what one line holds is already outermost first. */
  let stack: string[] = []
  const lines = perfLines(text)

  for (const line of lines) {
    if (line.startsWith('#')) continue
    if (line === '') {
      if (!isSet(root)) continue
      stack.push(root)
      const key = stack.reverse().join(';')
      weights.set(key, (weights.get(key) ?? 0) + weight)
      stack = []
      root = ''
      continue
    }
    const header = scanHeader(line)
    if (header) {
      const event = scanEvent(line)
      if (event) {
        if (eventFilter === '') eventFilter = event.name
        // An open sample stays open: only a blank line ends it.
        else if (event.name !== eventFilter) continue
      }
      const { comm, pid, tid } = header
      weight = event && isSet(event.period) ? Number(event.period) : 1
      root = (options.tid ? `${comm}-${pid}/${tid}` : options.pid ? `${comm}-${pid}` : comm).replaceAll(' ', '_')
      continue
    }
    const frame = scanFrameLine(line)
    if (!frame) {
      options.onUnrecognized?.(line)
      continue
    }
    if (!isSet(root)) continue
    const inlined = options.inline && isOnDisk(frame.module) ? options.inline(frame) : null
    if (inlined) {
      stack.push(inlined)
      continue
    }
    const nextLine = options.srcline ? () => nextOf(lines) : null
    const names = namesOf(frame, { addrs: options.addrs ?? false, java: root.startsWith('java'), annotate, nextLine })
    if (names.length > 0) stack.push(names.join(';'))
  }
  return [...weights].sort(([a], [b]) => compareCodePoints(a, b)).map(([stack, sum]) => `${stack} ${sum}`)
}

function nextOf(lines: Generator<string, void>): string {
  const next = lines.next()
  return next.done ? '' : next.value
}

/** Perl's idea of true, which decides whether a comm, tid or period counts as given. */
function isSet(text: string): boolean {
  return text !== '' && text !== '0'
}

/**
 * A sample's first line starts at the margin with a comm of two characters or more, then pid or pid/tid:
 *
 *   java 25607 4794564.109216:          1 cycles:
 *   V8 WorkerThread 24636/25607 [000] 94564.109216: 100 cycles:ppp:
 *
 * The comm ends at the first blank that is followed by such a number and another blank. A single number is the tid.
 */
function scanHeader(line: string): { comm: string; pid: string; tid: string } | null {
  if (isBlank(line.charCodeAt(0))) return null
  for (let at = 2; at < line.length; at++) {
    if (!isBlank(line.charCodeAt(at))) continue
    const start = skipBlanks(line, at)
    const end = skipDigits(line, start)
    if (end > start) {
      const first = line.slice(start, end)
      let next = end
      while (line.charCodeAt(next) === 0x2f) next++
      const secondEnd = next > end ? skipDigits(line, next) : next
      if (secondEnd < line.length && isBlank(line.charCodeAt(secondEnd))) {
        const comm = line.slice(0, at)
        const second = line.slice(next, secondEnd)
        return isSet(second) ? { comm, pid: first, tid: second } : { comm, pid: '?', tid: first }
      }
    }
    at = start - 1
  }
  return null
}

/** The event at a header's end, and the period before it if one is printed: `…: 10101010 cpu-clock:` or `…: cycles:`. */
function scanEvent(line: string): { name: string; period: string } | null {
  let end = line.length
  while (end > 0 && isBlank(line.charCodeAt(end - 1))) end--
  if (line.charCodeAt(end - 1) !== 0x3a) return null
  let start = end - 1
  while (start > 0 && !isBlank(line.charCodeAt(start - 1))) start--
  const name = line.slice(start, end - 1)
  if (name === '' || start === 0) return null
  let before = start
  while (before > 0 && isBlank(line.charCodeAt(before - 1))) before--
  let periodStart = before
  while (periodStart > 0 && isDigit(line.charCodeAt(periodStart - 1))) periodStart--
  let colon = periodStart
  while (colon > 0 && isBlank(line.charCodeAt(colon - 1))) colon--
  return line.charCodeAt(colon - 1) === 0x3a ? { name, period: line.slice(periodStart, before) } : null
}

/** --inline leaves out kernel, JIT maps and anything in brackets, which addr2line knows nothing about. */
function isOnDisk(module: string): boolean {
  return !/perf-\d+[^\n]map|kernel\.|\[[^\]]+\]/.test(module)
}

type NameOptions = { addrs: boolean; java: boolean; annotate: { kernel: boolean; jit: boolean }; nextLine: (() => string) | null }

/** The functions of one frame line, outermost first: a JIT map writes inlined ones as `outer->inner`. */
function namesOf(frame: FrameLine, { addrs, java, annotate, nextLine }: NameOptions): string[] {
  const symbol = withoutOffset(frame.symbol)
  if (symbol.startsWith('(')) return []
  const parts = symbol.split('->')
  while (parts.at(-1) === '') parts.pop()

  const names: string[] = []
  let isNameless = false
  for (const part of parts) {
    isNameless ||= part === '[unknown]' && frame.module === '[unknown]'
    let name = tidyName(part === '[unknown]' ? namelessName(frame, addrs) : part)
    if (java && name.includes('/') && name.startsWith('L')) name = name.slice(1)
    name += annotationOf(name, frame.module, names.length > 0, annotate)
    if (nextLine && !isNameless) {
      const source = trimBlanks(nextLine().replace(/\[[^\]\n]*\]/g, ''))
      if (source !== '') name += `:${source}`
    }
    names.push(name)
  }
  return names
}

function namelessName({ module, address }: FrameLine, addrs: boolean): string {
  const name = module === '[unknown]' ? 'unknown' : module.slice(module.lastIndexOf('/') + 1)
  return addrs ? `[${name} <${address}>]` : `[${name}]`
}

function tidyName(raw: string): string {
  let name = raw.replaceAll(';', ':')
  // Go writes methods as `net/http.(*Client).Do`; elsewhere a parenthesis opens the arguments, unless it is C++'s anonymous namespace.
  if (!looksLikeGoMethod(name)) {
    for (let at = name.indexOf('('); at >= 0; at = name.indexOf('(', at + 1)) {
      if (name.startsWith('(anonymous namespace)', at)) continue
      name = name.slice(0, at)
      break
    }
  }
  return name.replace(/["']/g, '')
}

function looksLikeGoMethod(name: string): boolean {
  const open = name.indexOf('.(')
  return open >= 0 && name.indexOf(').', open + 2) >= 0
}

function annotationOf(name: string, module: string, isInlined: boolean, annotate: { kernel: boolean; jit: boolean }): string {
  if (isInlined) return name.includes('_[i]') ? '' : '_[i]'
  if (annotate.kernel && (module.startsWith('[') || module.endsWith('vmlinux')) && !module.includes('unknown')) return '_[k]'
  if (annotate.jit && /\/tmp\/perf-\d+\.map/.test(module)) return name.includes('_[j]') ? '' : '_[j]'
  return ''
}

function trimBlanks(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(Math.min(end, skipBlanks(text, 0)), end)
}
