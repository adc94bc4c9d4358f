import { outermostCalls } from './outermost-calls.ts'
import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'
import { weighStacks } from './stack-weights.ts'

/**
 * What each function took, over all stacks that it is on; a row for each one that a selected sample touches, as columns.
 * A function is a row of the frame table: a distinct name, module and kind. Weights are in `meta.unit` of the profile.
 */
export type FunctionTable = {
  length: number
  /** Row of the profile's frame table, ascending. */
  frame: Uint32Array
  /** Weight of samples whose innermost frame it is. */
  self: Float64Array
  /** Weight of samples that it is on; one that it is on several times (recursion) counts once. */
  total: Float64Array
  /** Events of the same samples. `total` itself where weights are samples. */
  count: Float64Array
  /** How many hosts it was seen on; `hostsOfFunction` says which. */
  hostCount: Uint32Array
  /** Bit h % 32 of word h / 32 of a row, `hostWords` words a row, for row h of the host table. */
  hostBits: Uint32Array
  hostWords: number
  /** Time of the first and of the last sample that it is on, µs since the profile's start; null where samples have no time. */
  firstUs: Float64Array | null
  lastUs: Float64Array | null
  /** The whole selection: its weight, its events, and the weight of samples without any frame, which no row holds. */
  all: { weight: number; count: number; withoutFrames: number }
}

/**
 * Adds a profile up by function. One pass over the samples, which leaves at each stack row what is its own, and one backwards
 * over the stack rows, in which each gives its caller what it has, and its function too where it is an outermost call of it.
 */
export function functionTable(profile: Profile, selection: SampleSelection = {}): FunctionTable {
  const { stacks, frames, meta } = profile
  const { all, weight, count, firstUs, lastUs } = weighStacks(profile, selection)
  const outermost = outermostCalls(stacks, frames.length)
  const self = new Float64Array(frames.length)
  const total = new Float64Array(frames.length)
  const events = count ? new Float64Array(frames.length) : total
  const first = new Float64Array(frames.length).fill(NEVER)
  const last = new Float64Array(frames.length).fill(-NEVER)
  // Own weights have to be read before callees add to them.
  for (let at = 0; at < stacks.length; at++) {
    const frame = stacks.frame[at] ?? 0
    self[frame] = (self[frame] ?? 0) + (weight[at] ?? 0)
  }
  for (let at = stacks.length - 1; at >= 0; at--) {
    const from = firstUs[at] ?? NEVER
    if (from === NEVER) continue
    const to = lastUs[at] ?? -NEVER
    const frame = stacks.frame[at] ?? 0
    const above = stacks.parent[at] ?? -1
    if (from < (first[frame] ?? NEVER)) first[frame] = from
    if (to > (last[frame] ?? -NEVER)) last[frame] = to
    if (outermost[at] === 1) {
      total[frame] = (total[frame] ?? 0) + (weight[at] ?? 0)
      if (count) events[frame] = (events[frame] ?? 0) + (count[at] ?? 0)
    }
    if (above < 0) continue
    weight[above] = (weight[above] ?? 0) + (weight[at] ?? 0)
    if (count) count[above] = (count[above] ?? 0) + (count[at] ?? 0)
    if (from < (firstUs[above] ?? NEVER)) firstUs[above] = from
    if (to > (lastUs[above] ?? -NEVER)) lastUs[above] = to
  }

  const frame = Uint32Array.from(first.keys()).filter((row) => first[row] !== NEVER)
  const pick = (column: Float64Array): Float64Array => Float64Array.from(frame, (row) => column[row] ?? 0)
  const totals = pick(total)
  return {
    length: frame.length,
    frame,
    self: pick(self),
    total: totals,
    count: count ? pick(events) : totals,
    firstUs: meta.timed ? pick(first) : null,
    lastUs: meta.timed ? pick(last) : null,
    ...seenHosts(profile, selection, frame),
    all,
  }
}

const NEVER = Number.POSITIVE_INFINITY

/** Hosts as bits, 32 at a time: set where a host has a sample, handed to the callers, gathered by function. */
function seenHosts(
  profile: Profile,
  selection: SampleSelection,
  frame: Uint32Array,
): Pick<FunctionTable, 'hostCount' | 'hostBits' | 'hostWords'> {
  const { stacks, samples, frames, hosts, threads } = profile
  const { keptThreads, from, to } = selectSamples(profile, selection)
  const hostWords = Math.max(1, Math.ceil(hosts.length / 32))
  const hostBits = new Uint32Array(frame.length * hostWords)
  const hostCount = new Uint32Array(frame.length)
  if (hosts.length <= 1) return { hostCount: hostCount.fill(1), hostBits: hostBits.fill(1), hostWords }
  for (let word = 0; word < hostWords; word++) {
    const ofStack = new Uint32Array(stacks.length)
    const ofFrame = new Uint32Array(frames.length)
    const bitOfThread = threads.host.map((host) => (host >>> 5 === word ? 1 << (host & 31) : 0))
    for (let i = from; i < to; i++) {
      const thread = samples.thread[i] ?? 0
      const stack = samples.stack[i] ?? -1
      if (stack >= 0 && keptThreads[thread] === 1) ofStack[stack] = (ofStack[stack] ?? 0) | (bitOfThread[thread] ?? 0)
    }
    for (let at = stacks.length - 1; at >= 0; at--) {
      const bits = ofStack[at] ?? 0
      if (bits === 0) continue
      const row = stacks.frame[at] ?? 0
      const above = stacks.parent[at] ?? -1
      ofFrame[row] = (ofFrame[row] ?? 0) | bits
      if (above >= 0) ofStack[above] = (ofStack[above] ?? 0) | bits
    }
    for (let row = 0; row < frame.length; row++) {
      const bits = ofFrame[frame[row] ?? 0] ?? 0
      hostBits[row * hostWords + word] = bits
      hostCount[row] = (hostCount[row] ?? 0) + bitCount(bits)
    }
  }
  return { hostCount, hostBits, hostWords }
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

/** Rows of the profile's host table that a row of the function table was seen on, ascending. */
export function hostsOfFunction({ hostBits, hostWords }: FunctionTable, row: number): number[] {
  const hosts: number[] = []
  for (let word = 0; word < hostWords; word++) {
    for (let rest = hostBits[row * hostWords + word] ?? 0; rest !== 0; rest &= rest - 1) {
      hosts.push(word * 32 + 31 - Math.clz32(rest & -rest))
    }
  }
  return hosts
}
