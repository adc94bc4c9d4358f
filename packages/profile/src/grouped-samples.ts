import type { CallTreeOptions } from './call-tree.ts'
import { type GroupRows, groupModules, groupThreads } from './group-rows.ts'
import type { Profile } from './profile.ts'
import { selectSamples } from './sample-selection.ts'

/** The selected samples with the group row that each belongs to. */
export type GroupedSamples = {
  groups: GroupRows
  /** Rows of the sample table, those of one group together, each group's by time. */
  order: Uint32Array
  /** `stack`: the sample's, -1 for none. */
  groupOf(sample: number, stack: number): number
}

export function groupSamples(profile: Profile, options: CallTreeOptions): GroupedSamples {
  const { threads, samples } = profile
  const { keptThreads, from, to } = selectSamples(profile, options)
  if (options.group === 'module') {
    const groups = groupModules(profile, keptThreads, from, to)
    const groupOf = (_: number, stack: number) => (stack < 0 ? 0 : (groups.ofFrame[profile.stacks.frame[stack] ?? 0] ?? 0))
    return { groups, groupOf, order: sortByGroup(profile, groups.length, groupOf, keptThreads, from, to) }
  }
  const threadWeight = new Float64Array(threads.length)
  const sampledThreads = new Uint8Array(threads.length)
  for (let i = from; i < to; i++) {
    const thread = samples.thread[i] ?? 0
    if (keptThreads[thread] === 0) continue
    threadWeight[thread] = (threadWeight[thread] ?? 0) + (samples.weight[i] ?? 0)
    sampledThreads[thread] = 1
  }
  const groups = groupThreads(profile, options.group, threadWeight, sampledThreads)
  const groupOf = (sample: number) => groups.ofThread[samples.thread[sample] ?? 0] ?? 0
  return { groups, groupOf, order: sortByGroup(profile, groups.length, groupOf, keptThreads, from, to) }
}

/** Rows of the kept samples, those of one group together (counting sort). */
function sortByGroup(
  profile: Profile,
  groups: number,
  groupOf: GroupedSamples['groupOf'],
  keptThreads: Uint8Array,
  from: number,
  to: number,
): Uint32Array {
  const { thread, stack } = profile.samples
  const next = new Uint32Array(groups + 1)
  for (let i = from; i < to; i++) {
    if (keptThreads[thread[i] ?? 0] === 0) continue
    const after = groupOf(i, stack[i] ?? -1) + 1
    next[after] = (next[after] ?? 0) + 1
  }
  for (let group = 0; group < groups; group++) next[group + 1] = (next[group + 1] ?? 0) + (next[group] ?? 0)
  const order = new Uint32Array(next[groups] ?? 0)
  for (let i = from; i < to; i++) {
    if (keptThreads[thread[i] ?? 0] === 0) continue
    const group = groupOf(i, stack[i] ?? -1)
    const at = next[group] ?? 0
    order[at] = i
    next[group] = at + 1
  }
  return order
}
