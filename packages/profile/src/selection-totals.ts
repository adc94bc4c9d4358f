import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** How much of a profile a selection holds: weight in `meta.unit`, and the events that it belongs to. One pass over the samples. */
export function selectionTotals(profile: Profile, selection: SampleSelection): { weight: number; count: number } {
  const { samples } = profile
  const { keptThreads, from, to } = selectSamples(profile, selection)
  let weight = 0
  let count = 0
  for (let i = from; i < to; i++) {
    if (keptThreads[samples.thread[i] ?? 0] === 0) continue
    weight += samples.weight[i] ?? 0
    count += samples.count[i] ?? 1
  }
  return { weight, count }
}
