import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** What the selected samples leave at each row of the stack table: the row's own, without what is below it. */
export type StackWeights = {
  /** In `meta.unit`. */
  weight: Float64Array
  /** Events; null where weights count them already. */
  count: Float64Array | null
  /** Times of the first and the last sample, µs; ∞ and −∞ at rows without one. */
  firstUs: Float64Array
  lastUs: Float64Array
  /** The whole selection: its weight, its events, and the weight of samples without any frame, which are at no row. */
  all: { weight: number; count: number; withoutFrames: number }
}

/** One pass over the samples. */
export function weighStacks(profile: Profile, selection: SampleSelection): StackWeights {
  const { stacks, samples } = profile
  const { keptThreads, from, to } = selectSamples(profile, selection)
  const all = { weight: 0, count: 0, withoutFrames: 0 }
  const weight = new Float64Array(stacks.length)
  const count = profile.meta.unit === 'samples' ? null : new Float64Array(stacks.length)
  const firstUs = new Float64Array(stacks.length).fill(Number.POSITIVE_INFINITY)
  const lastUs = new Float64Array(stacks.length).fill(Number.NEGATIVE_INFINITY)
  for (let i = from; i < to; i++) {
    if (keptThreads[samples.thread[i] ?? 0] === 0) continue
    const stack = samples.stack[i] ?? -1
    const own = samples.weight[i] ?? 0
    const events = count ? (samples.count[i] ?? 1) : own
    all.weight += own
    all.count += events
    if (stack < 0) {
      all.withoutFrames += own
      continue
    }
    weight[stack] = (weight[stack] ?? 0) + own
    if (count) count[stack] = (count[stack] ?? 0) + events
    // Samples are sorted by time.
    const at = samples.timeUs[i] ?? 0
    if (firstUs[stack] === Number.POSITIVE_INFINITY) firstUs[stack] = at
    lastUs[stack] = at
  }
  return { weight, count, firstUs, lastUs, all }
}
