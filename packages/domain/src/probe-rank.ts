/**
 * How well a word fits where it was found in a probe's name, best first. Names are made of words: `sys_enter_openat`,
 * `node::Buffer::New(…)`, `LLC-load-misses`, `getAddrInfo`. What people type is a word, or how it begins.
 */
export const RANK = {
  /** The whole name, or the name without its category, namespace or `sys_enter_`. */
  exact: 0,
  /** The name, or a part between colons, begins with it. */
  prefix: 1,
  /** A whole word inside. */
  word: 2,
  /** A word inside begins with it. */
  wordStart: 3,
  /** Somewhere inside a word. */
  inside: 4,
} as const

const COLON = 58

/**
 * How many occurrences in one name are looked at for the best rank: a letter occurs everywhere, and says little. What is typed next
 * makes the word longer.
 */
export const lookedAt = (wordLength: number): number => (wordLength === 1 ? 2 : wordLength === 2 ? 4 : 64)

const isDigit = (code: number) => code >= 48 && code <= 57
const isLower = (code: number) => code >= 97 && code <= 122
const isUpper = (code: number) => code >= 65 && code <= 90
const isWordChar = (code: number) => isLower(code) || isUpper(code) || isDigit(code)
/** `(` `<` space and the end close a name; what follows are its parameters. */
const endsName = (code: number) => code === 40 || code === 60 || code === 32 || code === COLON

/** `names`: all names in their own case; the word was found at `at`, the name reaches from `start` to `end`. */
export function rankAt(names: string, start: number, end: number, at: number, length: number): number {
  const before = at === start ? COLON : names.charCodeAt(at - 1)
  const after = at + length >= end ? COLON : names.charCodeAt(at + length)
  const closes = endsName(after)
  if (before === COLON) return closes ? RANK.exact : RANK.prefix
  if (closes && follows(names, start, at, ':sys_enter_')) return RANK.exact
  if (closes && follows(names, start, at, ':sys_exit_')) return RANK.prefix
  const first = names.charCodeAt(at)
  const startsWord = !isWordChar(before) || (isUpper(first) && isLower(before)) || (isWordChar(first) && !isDigit(first) && isDigit(before))
  if (!startsWord) return RANK.inside
  return isWordChar(after) ? RANK.wordStart : RANK.word
}

/** `syscalls:sys_enter_openat` is openat to everyone, and its exit comes after it. */
function follows(names: string, start: number, at: number, prefix: string): boolean {
  return at - prefix.length > start && names.startsWith(prefix, at - prefix.length)
}
