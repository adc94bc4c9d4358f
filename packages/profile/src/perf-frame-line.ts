/**
 * A frame line of `perf script`: address, symbol, module in parentheses.
 *
 *   \tffffffff8104f45a native_write_msr_safe+0x10 ([kernel.kallsyms])
 *
 * Both symbol and module may hold blanks and parentheses; the module starts at the last " (" that a ")" follows.
 * Scanned by hand in linear time: regular expressions for this backtrack, and the text may be hostile.
 */
export type FrameLine = { address: string; symbol: string; module: string }

export function scanFrameLine(line: string): FrameLine | null {
  const wordStart = skipBlanks(line, 0)
  const wordEnd = skipWord(line, wordStart)
  if (wordEnd === wordStart) return null
  const close = line.lastIndexOf(')')
  if (close < 0) return null
  const open = line.lastIndexOf(' (', close - 2)
  // The symbol has at least one character. Where there is none between address and module, one is taken from what comes before.
  const symbolStart = Math.min(skipBlanks(line, wordEnd), open - 1)
  const addressEnd = Math.min(wordEnd, symbolStart)
  if (addressEnd <= wordStart) return null
  return { address: line.slice(wordStart, addressEnd), symbol: line.slice(symbolStart, open), module: line.slice(open + 2, close) }
}

/** Symbols carry their offset since Linux 4.8: `main+0x1d`. */
export function withoutOffset(symbol: string): string {
  const at = symbol.lastIndexOf('+0x')
  if (at < 0 || at + 3 === symbol.length) return symbol
  for (let i = at + 3; i < symbol.length; i++) {
    const code = symbol.charCodeAt(i)
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return symbol
  }
  return symbol.slice(0, at)
}

/** Blank, tab and the other ASCII white space; perf's text is bytes, so no Unicode space counts. */
export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

export function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  return at
}

export function skipDigits(text: string, from: number): number {
  let at = from
  while (at < text.length && isDigit(text.charCodeAt(at))) at++
  return at
}

/** Letters, digits and `_`. */
function skipWord(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isWord = isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
    if (!isWord) break
  }
  return at
}

/** Lines without their line ends. A text whose first line ends in CR LF is taken to end all its lines so. */
export function* perfLines(text: string): Generator<string, void> {
  const firstEnd = text.indexOf('\n')
  const crlf = firstEnd > 0 && text.charCodeAt(firstEnd - 1) === 0x0d
  let start = 0
  while (start < text.length) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    yield text.slice(start, crlf && end > start && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end)
    start = end + 1
  }
}
