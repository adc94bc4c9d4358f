import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** The weight of samples that a function is on, over time: `slices` values for each function asked for, each `sliceUs` long. */
export type FunctionSeries = { values: Float64Array; slices: number; fromUs: number; sliceUs: number }

export type FunctionSeriesOptions = {
  slices: number
  /** What the slices cover, µs; default: the selected window, else from 0 to the end of the profile. */
  span?: { fromUs: number; toUs: number } | undefined
}

/**
 * The series of some functions: those on screen, since 60 values for each of twenty thousand would cost more than all the rest
 * of the table. Which of 32 functions a stack has on it is one word: the caller's word and its own bit. Then each sample adds
 * to as many series as its stack's word has bits, so that recursion counts once.
 *
 * `frames`: rows of the profile's frame table, any number. A sample outside of the span is in no slice. Null where samples
 * have no time.
 */
export function functionSeries(
  profile: Profile,
  selection: SampleSelection,
  wanted: ArrayLike<number>,
  { slices, span }: FunctionSeriesOptions,
): FunctionSeries | null {
  const { stacks, samples, frames, meta } = profile
  if (!meta.timed) return null
  const { keptThreads, from, to } = selectSamples(profile, selection)
  const lastUs = samples.timeUs[samples.length - 1] ?? 0
  // The end of a span is outside of it: the last sample of all must still be within.
  const { fromUs, toUs } = span ?? selection.window ?? { fromUs: 0, toUs: Math.max(meta.durationMs * 1_000, lastUs + 1) }
  const sliceUs = Math.max(1, toUs - fromUs) / slices
  const values = new Float64Array(wanted.length * slices)
  for (let first = 0; first < wanted.length; first += 32) {
    const bitOfFrame = new Uint32Array(frames.length)
    for (let i = first; i < Math.min(wanted.length, first + 32); i++) {
      const frame = wanted[i] ?? 0
      bitOfFrame[frame] = (bitOfFrame[frame] ?? 0) | (1 << (i - first))
    }
    const onStack = new Uint32Array(stacks.length)
    for (let at = 0; at < stacks.length; at++) {
      const above = stacks.parent[at] ?? -1
      onStack[at] = (bitOfFrame[stacks.frame[at] ?? 0] ?? 0) | (above < 0 ? 0 : (onStack[above] ?? 0))
    }
    for (let i = from; i < to; i++) {
      const stack = samples.stack[i] ?? -1
      if (stack < 0) continue
      let bits = onStack[stack] ?? 0
      if (bits === 0 || keptThreads[samples.thread[i] ?? 0] === 0) continue
      const slice = Math.floor(((samples.timeUs[i] ?? 0) - fromUs) / sliceUs)
      if (slice < 0 || slice >= slices) continue
      for (; bits !== 0; bits &= bits - 1) {
        const value = (first + 31 - Math.clz32(bits & -bits)) * slices + slice
        values[value] = (values[value] ?? 0) + (samples.weight[i] ?? 0)
      }
    }
  }
  return { values, slices, fromUs, sliceUs }
}
