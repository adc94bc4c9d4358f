import type { Profile } from './profile.ts'

/** Samples of a profile: a row each, but where weights count samples. */
export function samplesIn({ meta, samples }: Profile): number {
  return meta.unit === 'samples' ? samples.weight.reduce((sum, weight) => sum + weight, 0) : samples.length
}
