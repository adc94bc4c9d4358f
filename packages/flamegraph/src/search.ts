import type { CallTree } from '@sonde/profile'
import type { FlameLayout } from './layout.ts'
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

/** What drawing and stepping need. */
export type FlameMatches = {
  result: FlameSearchResult
  /** 1 for each matching label. */
  labels: Uint8Array
  /** Matching frames before each slot of the layout: a strip of any size knows in O(1) whether it holds one. */
  before: Uint32Array
}

/** Names are tested up to here. */
const MAX_TESTED_LENGTH = 8192
/** The matcher is linear, so this is only reached by huge sets of huge names. */
const BUDGET_MS = 400

export function searchTree(layout: FlameLayout, query: FlameSearch, nowMs: () => number = () => performance.now()): FlameMatches | null {
  if (query.text === '') return null
  const { tree } = layout
  const labels = new Uint8Array(tree.labels.length)
  let error = ''
  try {
    const complete = testLabels(tree.labels, query.regex ? compileRegex(query.text) : compilePlain(query.text), labels, nowMs)
    if (!complete) error = `Stopped after ${BUDGET_MS} ms: not all names were tested.`
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause
    return {
      result: { ...NO_RESULT, error: `Not a usable pattern: ${cause.message}.` },
      labels: new Uint8Array(0),
      before: new Uint32Array(0),
    }
  }
  const { before, matchedFrames } = countBefore(layout, labels)
  const matchedSamples = weightOfMatches(tree, labels)
  const all = tree.total[0] ?? 0
  return { result: { matchedSamples, matchedShare: all > 0 ? matchedSamples / all : 0, matchedFrames, error }, labels, before }
}

/** Each distinct name once: 20 thousand tests for a million frames. */
function testLabels(names: readonly string[], matches: Matcher, out: Uint8Array, nowMs: () => number): boolean {
  const deadline = nowMs() + BUDGET_MS
  for (let i = 0; i < names.length; i++) {
    const name = names[i] ?? ''
    out[i] = matches(name.length > MAX_TESTED_LENGTH ? name.slice(0, MAX_TESTED_LENGTH) : name) ? 1 : 0
    if ((i & 255) === 255 && nowMs() > deadline) return false
  }
  return true
}

/** The root stands for everything and is no frame: it never matches. */
export const isMatch = (tree: CallTree, labels: Uint8Array, node: number): boolean => node > 0 && labels[tree.label[node] ?? 0] === 1

/** One pass in pre-order that jumps over the subtree of each match. */
function weightOfMatches(tree: CallTree, labels: Uint8Array): number {
  let sum = 0
  for (let node = 1; node < tree.length; ) {
    if (labels[tree.label[node] ?? 0] === 1) {
      sum += tree.total[node] ?? 0
      node = Math.max(node + 1, tree.subtreeEnd[node] ?? 0)
    } else node++
  }
  return sum
}

function countBefore(layout: FlameLayout, labels: Uint8Array): { before: Uint32Array; matchedFrames: number } {
  const { tree, rowNode } = layout
  const before = new Uint32Array(rowNode.length + 1)
  let count = 0
  for (let slot = 0; slot < rowNode.length; slot++) {
    before[slot] = count
    const node = rowNode[slot] ?? 0
    if (node > 0 && labels[tree.label[node] ?? 0] === 1) count++
  }
  before[rowNode.length] = count
  return { before, matchedFrames: count }
}

/** Beyond this many, stepping visits the heaviest only. */
const MAX_STOPS = 10_000

/**
 * The order in which next/previous visit matches: heaviest first, and only those that are not below another match.
 * From left to right, the first hundred stops would be slivers.
 */
export function matchStops(tree: CallTree, labels: Uint8Array): Uint32Array {
  const nodes: number[] = []
  for (let node = 1; node < tree.length; ) {
    if (labels[tree.label[node] ?? 0] === 1) {
      nodes.push(node)
      node = Math.max(node + 1, tree.subtreeEnd[node] ?? 0)
    } else node++
  }
  const weights = Float64Array.from(nodes, (node) => tree.total[node] ?? 0).sort()
  const least = weights.length > MAX_STOPS ? (weights[weights.length - MAX_STOPS] ?? 0) : 0
  const heavy = nodes.filter((node) => (tree.total[node] ?? 0) >= least)
  heavy.sort((a, b) => (tree.total[b] ?? 0) - (tree.total[a] ?? 0) || a - b)
  return Uint32Array.from(heavy.slice(0, MAX_STOPS))
}
