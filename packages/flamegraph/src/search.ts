import type { CallTree } from '@sonde/profile'
import { compilePlain, compileRegex, type Matcher } from './linear-regex.ts'
import { PatternError } from './parse-pattern.ts'

/** Case is ignored in both. An empty text matches nothing. */
export type FlameSearch = { text: string; regex: boolean }

export type FlameSearchResult = {
  /** Weight below matching frames; a frame below another match counts once, so recursion never passes 100 %. */
  matchedSamples: number
  /** The same as a share of the whole tree, 0..1. */
  matchedShare: number
  /** Matching frames (boxes). */
  matchedFrames: number
  /** Why there is no or no complete result; '' where all is well. */
  error: string
}

export const NO_RESULT: FlameSearchResult = { matchedSamples: 0, matchedShare: 0, matchedFrames: 0, error: '' }

/** What drawing and stepping need. Plain data, so that a worker can find it. */
export type FlameMatches = {
  result: FlameSearchResult
  /** 1 for each matching label; empty where the pattern cannot be used, and then nothing is dimmed either. */
  labels: Uint8Array
  /** By slot of the layout: matches in its row, up to and with this slot. A strip of any size knows in O(1) whether it holds one. */
  upTo: Uint32Array
  /** What next/previous visits: matches that are not below another, heaviest first. (From left to right, the first hundred would be slivers.) */
  stops: Uint32Array
}

/** What of a tree is searched: small enough to stay in the worker when the tree has gone to the page. */
export type SearchedTree = Pick<CallTree, 'length' | 'labels' | 'label' | 'depth' | 'total'>

/** Names are tested up to here. */
const MAX_TESTED_LENGTH = 8192
/** The matcher is linear, so this is only reached by huge sets of huge names. */
const BUDGET_MS = 400
/** Beyond this many, stepping visits the heaviest only. */
const MAX_STOPS = 10_000
const NOTHING_BELOW = 0xffffffff

/** Null for an empty text. The root stands for everything and is no frame: it never matches. */
export function searchTree(tree: SearchedTree, query: FlameSearch, nowMs: () => number = () => performance.now()): FlameMatches | null {
  if (query.text === '') return null
  const { matched: labels, error } = matchNames(tree.labels, query, nowMs)
  if (labels.length < tree.labels.length) {
    return { result: { ...NO_RESULT, error }, labels, upTo: new Uint32Array(0), stops: new Uint32Array(0) }
  }
  const { upTo, topmost, matchedSamples, matchedFrames } = markMatches(tree, labels)
  const all = tree.total[0] ?? 0
  const result = { matchedSamples, matchedShare: all > 0 ? matchedSamples / all : 0, matchedFrames, error }
  return { result, labels, upTo, stops: heaviestFirst(tree, topmost) }
}

/** What a search finds, name by name; null for a pattern that cannot be used. An empty text finds all. */
export function compileSearch({ text, regex }: FlameSearch): Matcher | null {
  try {
    return regex ? compileRegex(text) : compilePlain(text)
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause
    return null
  }
}

/**
 * Which names match, as 1; each is tested once. `matched` is empty where the pattern cannot be used. `error`: why there is no or
 * no complete result; '' where all is well.
 */
export function matchNames(
  names: readonly string[],
  { text, regex }: FlameSearch,
  nowMs: () => number = () => performance.now(),
): { matched: Uint8Array; error: string } {
  const deadline = nowMs() + BUDGET_MS
  let matches: Matcher
  try {
    matches = regex ? compileRegex(text) : compilePlain(text)
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause
    return { matched: new Uint8Array(0), error: `Not a usable pattern: ${cause.message}.` }
  }
  const matched = new Uint8Array(names.length)
  for (let i = 0; i < names.length; i++) {
    const name = names[i] ?? ''
    matched[i] = matches(name.length > MAX_TESTED_LENGTH ? name.slice(0, MAX_TESTED_LENGTH) : name) ? 1 : 0
    if ((i & 255) === 255 && nowMs() > deadline) return { matched, error: `Stopped after ${BUDGET_MS} ms: not all names were tested.` }
  }
  return { matched, error: '' }
}

export const isMatch = (tree: Pick<CallTree, 'label'>, labels: Uint8Array, node: number): boolean =>
  node > 0 && labels[tree.label[node] ?? 0] === 1

/**
 * One pass in pre-order, which meets the slots of each row from left to right. A match closes its subtree to the sum: weight
 * below it counts once.
 */
function markMatches(tree: SearchedTree, labels: Uint8Array) {
  const { length, label, depth, total } = tree
  const next = rowStarts(tree)
  const found = new Uint32Array(next.length)
  const upTo = new Uint32Array(length)
  const topmost: number[] = []
  let matchedSamples = 0
  let matchedFrames = 0
  /** Depth of the match that the pass is below of. */
  let below = NOTHING_BELOW
  for (let node = 0; node < length; node++) {
    const row = depth[node] ?? 0
    const slot = next[row] ?? 0
    next[row] = slot + 1
    if (row <= below) below = NOTHING_BELOW
    if (node > 0 && labels[label[node] ?? 0] === 1) {
      matchedFrames++
      found[row] = (found[row] ?? 0) + 1
      if (below === NOTHING_BELOW) {
        below = row
        matchedSamples += total[node] ?? 0
        topmost.push(node)
      }
    }
    upTo[slot] = found[row] ?? 0
  }
  return { upTo, topmost, matchedSamples, matchedFrames }
}

/** First slot of each row, as in the layout. */
function rowStarts({ length, depth }: SearchedTree): Uint32Array {
  const sizes = new Uint32Array(0x10000)
  let rows = 0
  for (let node = 0; node < length; node++) {
    const row = depth[node] ?? 0
    sizes[row] = (sizes[row] ?? 0) + 1
    if (row >= rows) rows = row + 1
  }
  const starts = new Uint32Array(rows)
  for (let row = 1; row < rows; row++) starts[row] = (starts[row - 1] ?? 0) + (sizes[row - 1] ?? 0)
  return starts
}

function heaviestFirst({ total }: SearchedTree, nodes: readonly number[]): Uint32Array {
  const weights = Float64Array.from(nodes, (node) => total[node] ?? 0).sort()
  const least = weights.length > MAX_STOPS ? (weights[weights.length - MAX_STOPS] ?? 0) : 0
  const heavy = nodes.filter((node) => (total[node] ?? 0) >= least)
  heavy.sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0) || a - b)
  return Uint32Array.from(heavy.slice(0, MAX_STOPS))
}
