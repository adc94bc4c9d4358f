import { FRAME_KIND, type Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/**
 * How much of a selection lies under kernel functions of these names, at any depth: weight in `meta.unit`, the events that it belongs to,
 * and how much there is of both in all. Names that compilers have marked (`name.isra.0`, `name.constprop.0`) count as well.
 * One pass over frames, stacks and samples.
 */
export function samplesUnder(
  profile: Profile,
  question: { names: readonly string[]; selection: SampleSelection },
): { weight: number; count: number; totalWeight: number; totalCount: number } {
  const { strings, frames, stacks, samples } = profile
  const wanted = new Set(question.names)
  const isNamed = new Uint8Array(frames.length)
  for (let frame = 0; frame < frames.length; frame++) {
    if (frames.kind[frame] !== FRAME_KIND.kernel) continue
    const name = strings[frames.name[frame] ?? 0] ?? ''
    if (wanted.has(name) || wanted.has(name.slice(0, name.indexOf('.')))) isNamed[frame] = 1
  }
  const isUnder = new Uint8Array(stacks.length)
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] ?? -1
    if (isNamed[stacks.frame[stack] ?? 0] === 1 || (parent >= 0 && isUnder[parent] === 1)) isUnder[stack] = 1
  }
  const { keptThreads, from, to } = selectSamples(profile, question.selection)
  const sums = { weight: 0, count: 0, totalWeight: 0, totalCount: 0 }
  for (let i = from; i < to; i++) {
    if (keptThreads[samples.thread[i] ?? 0] === 0) continue
    const weight = samples.weight[i] ?? 0
    const count = samples.count[i] ?? 1
    sums.totalWeight += weight
    sums.totalCount += count
    if (isUnder[samples.stack[i] ?? -1] !== 1) continue
    sums.weight += weight
    sums.count += count
  }
  return sums
}
