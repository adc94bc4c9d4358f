import type { Profile } from '@sonde/profile'
import type { CachedMerge } from './merge-cache.ts'

/** One merged profile: `gzip` is what travels; `profile` and `included` are what the next version is merged onto. */
export type CachedProfile = CachedMerge & {
  gzip: Buffer
  profile: Profile
  /** Names of the chunks that are in it, `host/attempt/seq`. */
  included: ReadonlySet<string>
  /** What was taken off each host's clock, ms, by host id. */
  clockShiftMs: ReadonlyMap<string, number>
}

/** What a profile takes in memory, about. */
export function profileBytes(profile: Profile): number {
  const { strings, threads, frames, stacks, samples } = profile
  const text = strings.reduce((sum, s) => sum + 24 + 2 * s.length, 0)
  return text + threads.length * 16 + frames.length * 9 + stacks.length * 8 + samples.length * 24
}
