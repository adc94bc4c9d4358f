import { type CharSet, literal, PatternError, type PatternNode, parsePattern } from './parse-pattern.ts'

/**
 * A matcher whose time grows with pattern × text, whatever they are. Search patterns come from links and names from traced
 * hosts; with a backtracking engine the two together could freeze the tab for hours (`(a+)+$`), and JavaScript cannot
 * interrupt one. The price: no back-references, no look-around, nothing but "does it match".
 *
 * Thompson's construction: the pattern becomes states with arrows; all states that the text so far could be in are carried
 * along together. Each set of states met is remembered with its followers (a lazily built DFA), so a character usually
 * costs one array look-up.
 */
export type Matcher = (text: string) => boolean

/** Case is ignored, as in plain search. Throws PatternError. */
export function compileRegex(source: string): Matcher {
  return matcherOf(parsePattern(source))
}

/** Plain text, case ignored. */
export function compilePlain(text: string): Matcher {
  return matcherOf({ type: 'sequence', parts: Array.from({ length: text.length }, (_, i) => literal(text.charCodeAt(i))) })
}

/** Limit of the compiled pattern: (a{200}){200} would be 40,000 states. */
const MAX_STATES = 4000
/** DFA states kept; beyond, the cache starts anew. */
const MAX_CACHED = 1500

type State =
  | { type: 'char'; accepts: (unit: number) => boolean; to: number }
  | { type: 'split'; to: number[] }
  | { type: 'assert'; what: 'start' | 'end' | 'word' | 'notWord'; to: number }
  | { type: 'match' }

/** A set of states with the character class before it; `next` is filled as characters come. */
type SetState = { states: number[]; before: Before /** -1 unknown, else index of the follower or MATCH. */; next: Int32Array }
type Before = 0 | 1 | 2
const BEFORE = { start: 0, word: 1, other: 2 } as const
const MATCH = -2
const UNKNOWN = -1
/** Units below this have a remembered follower; the few others are stepped each time. */
const ASCII = 128
const END = -1

function matcherOf(pattern: PatternNode): Matcher {
  const { states, start } = build(pattern)
  const mark = new Uint32Array(states.length)
  let stamp = 0
  let cached: SetState[] = []
  let byKey = new Map<string, number>()

  /** Followers of a set on one unit (or END), expanded through splits and assertions. null: matched. */
  const step = (from: SetState, unit: number): number[] | null => {
    const followers: number[] = []
    const isWord = unit !== END && isWordUnit(unit)
    const atBoundary = (from.before === BEFORE.word) !== isWord
    stamp++
    const stack = [...from.states].reverse()
    // Unanchored: a match may also begin here.
    stack.unshift(start)
    const reached = new Set<number>()
    while (stack.length > 0) {
      const at = stack.pop() ?? 0
      if (mark[at] === stamp) continue
      mark[at] = stamp
      const state = states[at]
      if (!state) continue
      if (state.type === 'match') return null
      if (state.type === 'split') stack.push(...state.to)
      else if (state.type === 'assert') {
        const holds =
          state.what === 'start'
            ? from.before === BEFORE.start
            : state.what === 'end'
              ? unit === END
              : (state.what === 'word') === atBoundary
        if (holds) stack.push(state.to)
      } else if (unit !== END && !reached.has(state.to) && state.accepts(unit)) {
        reached.add(state.to)
        followers.push(state.to)
      }
    }
    return followers
  }

  const intern = (set: number[], before: Before): number => {
    const sorted = set.sort((a, b) => a - b)
    const key = `${before}:${sorted.join(',')}`
    const known = byKey.get(key)
    if (known !== undefined) return known
    const index = cached.push({ states: sorted, before, next: new Int32Array(ASCII + 1).fill(UNKNOWN) }) - 1
    byKey.set(key, index)
    return index
  }

  return (text) => {
    if (cached.length > MAX_CACHED) {
      cached = []
      byKey = new Map()
    }
    let current = intern([], BEFORE.start)
    for (let i = 0; i <= text.length; i++) {
      const unit = i < text.length ? text.charCodeAt(i) : END
      const from = cached[current]
      if (!from) return false
      const column = unit === END ? ASCII : unit
      let next = column <= ASCII && unit < ASCII ? (from.next[column] ?? UNKNOWN) : UNKNOWN
      if (next === UNKNOWN) {
        const followers = step(from, unit)
        next = followers === null ? MATCH : intern(followers, unit !== END && isWordUnit(unit) ? BEFORE.word : BEFORE.other)
        if (column <= ASCII && unit < ASCII) from.next[column] = next
      }
      if (next === MATCH) return true
      current = next
    }
    return false
  }
}

function build(pattern: PatternNode): { states: State[]; start: number } {
  const states: State[] = []
  const add = (state: State): number => {
    if (states.length >= MAX_STATES) throw new PatternError('too large; use fewer or smaller {} repeats')
    return states.push(state) - 1
  }
  /** Builds backwards: returns the entry of `node` that goes on to `to`. */
  const compile = (node: PatternNode, to: number): number => {
    switch (node.type) {
      case 'set':
        return add({ type: 'char', accepts: accepter(node.set), to })
      case 'assert':
        return add({ type: 'assert', what: node.what, to })
      case 'sequence':
        return node.parts.reduceRight((next, part) => compile(part, next), to)
      case 'choice':
        return add({ type: 'split', to: node.options.map((option) => compile(option, to)) })
      case 'repeat': {
        let next = to
        if (node.max === Number.POSITIVE_INFINITY) {
          const loop: State = { type: 'split', to: [to] }
          next = add(loop)
          loop.to.push(compile(node.part, next))
        } else for (let i = node.min; i < node.max; i++) next = add({ type: 'split', to: [compile(node.part, next), to] })
        for (let i = 0; i < node.min; i++) next = compile(node.part, next)
        return next
      }
    }
  }
  const match = add({ type: 'match' })
  return { states, start: compile(pattern, match) }
}

/** Membership with case ignored: a unit counts as itself and as its other cases. */
function accepter(set: CharSet): (unit: number) => boolean {
  const { ranges, negated } = set
  const has = (unit: number): boolean => {
    for (let i = 0; i < ranges.length; i += 2) if (unit >= (ranges[i] ?? 0) && unit <= (ranges[i + 1] ?? 0)) return true
    return false
  }
  return (unit) => {
    const inside = has(unit) || has(otherCase(unit, 'lower')) || has(otherCase(unit, 'upper'))
    return inside !== negated
  }
}

function otherCase(unit: number, to: 'lower' | 'upper'): number {
  if (unit < ASCII) {
    if (to === 'lower') return unit >= 65 && unit <= 90 ? unit + 32 : unit
    return unit >= 97 && unit <= 122 ? unit - 32 : unit
  }
  const char = String.fromCharCode(unit)
  const other = to === 'lower' ? char.toLowerCase() : char.toUpperCase()
  return other.length === 1 ? other.charCodeAt(0) : unit
}

const isWordUnit = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || unit === 95 || (unit >= 97 && unit <= 122)
