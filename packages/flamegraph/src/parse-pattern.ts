/**
 * Regular expressions → syntax tree, for the matcher in linear-regex.ts. The common part of the JavaScript syntax:
 * literals, `.`, classes, `\d \w \s \b`, `^ $`, groups, `|`, `* + ? {m,n}` (lazy forms match the same). What needs
 * backtracking (back-references, look-around) is refused with a sentence that says so.
 */
export type CharSet = { negated: boolean /** Flat pairs of first and last code unit. */; ranges: number[] }
export type PatternNode =
  | { type: 'set'; set: CharSet }
  | { type: 'sequence'; parts: PatternNode[] }
  | { type: 'choice'; options: PatternNode[] }
  | { type: 'repeat'; part: PatternNode; min: number; max: number }
  | { type: 'assert'; what: 'start' | 'end' | 'word' | 'notWord' }

export class PatternError extends Error {
  override name = 'PatternError'
}

export const MAX_PATTERN_LENGTH = 1000
const MAX_REPEAT = 200
/** Groups in groups; keeps the parser's recursion shallow. */
const MAX_NESTING = 50

const DIGIT = [48, 57]
const WORD = [48, 57, 65, 90, 95, 95, 97, 122]
const SPACE = [
  9, 13, 32, 32, 160, 160, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
]
const NEWLINE = [10, 10, 13, 13, 0x2028, 0x2029]
const CONTROL_ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, v: 11, f: 12, '0': 0 }

export function parsePattern(source: string): PatternNode {
  if (source.length > MAX_PATTERN_LENGTH) throw new PatternError(`longer than ${MAX_PATTERN_LENGTH} characters`)
  const parser = new Parser(source)
  const tree = parser.choice(0)
  if (!parser.atEnd()) throw new PatternError('a ) without a (')
  return tree
}

class Parser {
  private at = 0
  private readonly source: string
  constructor(source: string) {
    this.source = source
  }

  atEnd(): boolean {
    return this.at >= this.source.length
  }

  choice(nesting: number): PatternNode {
    if (nesting > MAX_NESTING) throw new PatternError('groups are nested too deeply')
    const options = [this.sequence(nesting)]
    while (this.take('|')) options.push(this.sequence(nesting))
    const [only] = options
    return options.length === 1 && only ? only : { type: 'choice', options }
  }

  private sequence(nesting: number): PatternNode {
    const parts: PatternNode[] = []
    while (!this.atEnd() && this.peek() !== '|' && this.peek() !== ')') parts.push(this.repeated(nesting))
    return { type: 'sequence', parts }
  }

  private repeated(nesting: number): PatternNode {
    const part = this.atom(nesting)
    const bounds = this.quantifier()
    if (!bounds) return part
    if (part.type === 'assert') throw new PatternError('nothing to repeat')
    this.take('?')
    if (this.quantifier()) throw new PatternError('nothing to repeat')
    return { type: 'repeat', part, ...bounds }
  }

  private quantifier(): { min: number; max: number } | null {
    if (this.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.take('?')) return { min: 0, max: 1 }
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at, this.at + 16))
    if (!braces) return null
    const min = Number(braces[1])
    const max = braces[2] === undefined ? min : braces[3] ? Number(braces[3]) : Number.POSITIVE_INFINITY
    if (max < min) throw new PatternError('numbers out of order in {}')
    if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT))
      throw new PatternError(`more than ${MAX_REPEAT} repeats in {}`)
    this.at += braces[0].length
    return { min, max }
  }

  private atom(nesting: number): PatternNode {
    const char = this.next()
    switch (char) {
      case '(': {
        if (this.take('?')) {
          if (!this.take(':')) {
            if (/^(=|!|<=|<!)/.test(this.source.slice(this.at, this.at + 2)))
              throw new PatternError('look-ahead and look-behind are not supported')
            const name = /^<[A-Za-z_$][\w$]*>/.exec(this.source.slice(this.at))
            if (!name) throw new PatternError('invalid group')
            this.at += name[0].length
          }
        }
        const inside = this.choice(nesting + 1)
        if (!this.take(')')) throw new PatternError('a ( without a )')
        return inside
      }
      case '[':
        return this.charClass()
      case '.':
        return { type: 'set', set: { negated: true, ranges: NEWLINE } }
      case '^':
        return { type: 'assert', what: 'start' }
      case '$':
        return { type: 'assert', what: 'end' }
      case '*':
      case '+':
      case '?':
        throw new PatternError('nothing to repeat')
      case '\\':
        return this.escape()
      default:
        return literal(char.charCodeAt(0))
    }
  }

  private escape(): PatternNode {
    if (this.atEnd()) throw new PatternError('\\ at the end')
    const char = this.peek()
    if (char === 'b' || char === 'B') {
      this.at++
      return { type: 'assert', what: char === 'b' ? 'word' : 'notWord' }
    }
    if (char >= '1' && char <= '9') throw new PatternError('back-references are not supported')
    return { type: 'set', set: this.escapedSet() }
  }

  /** After a backslash: a class such as \d, or one character. */
  private escapedSet(): CharSet {
    if (this.atEnd()) throw new PatternError('\\ at the end')
    const char = this.next()
    switch (char) {
      case 'd':
      case 'D':
        return { negated: char === 'D', ranges: DIGIT }
      case 'w':
      case 'W':
        return { negated: char === 'W', ranges: WORD }
      case 's':
      case 'S':
        return { negated: char === 'S', ranges: SPACE }
      case 'x':
      case 'u': {
        const hex = (char === 'x' ? /^[0-9a-f]{2}/i : /^[0-9a-f]{4}/i).exec(this.source.slice(this.at, this.at + 4))
        if (!hex) return single(char.charCodeAt(0))
        this.at += hex[0].length
        return single(Number.parseInt(hex[0], 16))
      }
      case 'p':
      case 'P':
      case 'k':
      case 'c':
        throw new PatternError(`\\${char} is not supported`)
      default:
        return single(CONTROL_ESCAPES[char] ?? char.charCodeAt(0))
    }
  }

  private charClass(): PatternNode {
    const negated = this.take('^')
    const ranges: number[] = []
    for (;;) {
      if (this.atEnd()) throw new PatternError('a [ without a ]')
      if (this.take(']')) return { type: 'set', set: { negated, ranges } }
      const first = this.classMember()
      if (this.peek() === '-' && this.source[this.at + 1] !== ']' && first.single !== null && this.at + 1 < this.source.length) {
        this.at++
        const last = this.classMember()
        if (last.single === null) throw new PatternError('invalid range in []')
        if (last.single < first.single) throw new PatternError('range out of order in []')
        ranges.push(first.single, last.single)
      } else ranges.push(...first.ranges)
    }
  }

  private classMember(): { single: number | null; ranges: number[] } {
    const char = this.next()
    if (char !== '\\') return { single: char.charCodeAt(0), ranges: single(char.charCodeAt(0)).ranges }
    if (this.take('b')) return { single: 8, ranges: [8, 8] }
    const set = this.escapedSet()
    const isSingle = !set.negated && set.ranges.length === 2 && set.ranges[0] === set.ranges[1]
    return { single: isSingle ? (set.ranges[0] ?? 0) : null, ranges: set.negated ? complement(set.ranges) : set.ranges }
  }

  private peek(): string {
    return this.source[this.at] ?? ''
  }

  private next(): string {
    return this.source[this.at++] ?? ''
  }

  private take(char: string): boolean {
    if (this.source[this.at] !== char) return false
    this.at++
    return true
  }
}

const single = (unit: number): CharSet => ({ negated: false, ranges: [unit, unit] })
export const literal = (unit: number): PatternNode => ({ type: 'set', set: single(unit) })

/** Of sorted, disjoint ranges. */
function complement(ranges: readonly number[]): number[] {
  const out: number[] = []
  let next = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const [first = 0, last = 0] = [ranges[i], ranges[i + 1]]
    if (first > next) out.push(next, first - 1)
    next = last + 1
  }
  if (next <= 0xffff) out.push(next, 0xffff)
  return out
}
