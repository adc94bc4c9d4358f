import type { Profile } from '@sonde/profile'

/** One merged profile: `gzip` is what travels; `profile` and `included` are what the next version is merged onto. */
export type CachedProfile = {
  version: number
  gzip: Buffer
  profile: Profile
  /** Names of the chunks that are in it, `host/attempt/seq`. */
  included: ReadonlySet<string>
  /** What was taken off each host's clock, ms, by host id. */
  clockShiftMs: ReadonlyMap<string, number>
  /** Rough size in memory. */
  sizeBytes: number
}

const MAX_BYTES = 256 * 1024 * 1024
const MAX_ENTRIES = 64

/** Merged profiles, newest version per capture, least recently used out first; and what is being merged right now. */
export class ProfileCache {
  private readonly entries = new Map<string, CachedProfile>()
  private readonly running = new Map<string, Promise<CachedProfile>>()
  private sizeBytes = 0

  constructor(private readonly limits: { maxBytes: number; maxEntries: number } = { maxBytes: MAX_BYTES, maxEntries: MAX_ENTRIES }) {}

  get(captureId: string): CachedProfile | undefined {
    const entry = this.entries.get(captureId)
    if (!entry) return undefined
    this.entries.delete(captureId) // to the end: the order of a Map is that of insertion
    this.entries.set(captureId, entry)
    return entry
  }

  put(captureId: string, entry: CachedProfile): void {
    const known = this.entries.get(captureId)
    if (known && known.version > entry.version) return
    this.drop(captureId)
    if (entry.sizeBytes > this.limits.maxBytes) return
    this.entries.set(captureId, entry)
    this.sizeBytes += entry.sizeBytes
    for (const oldest of this.entries.keys()) {
      if (this.sizeBytes <= this.limits.maxBytes && this.entries.size <= this.limits.maxEntries) break
      this.drop(oldest)
    }
  }

  drop(captureId: string): void {
    const entry = this.entries.get(captureId)
    if (!entry) return
    this.entries.delete(captureId)
    this.sizeBytes -= entry.sizeBytes
  }

  /** Runs `work` unless it is under way for the same key already: many readers of a new version cause one merge. */
  async once(key: string, work: () => Promise<CachedProfile>): Promise<CachedProfile> {
    const known = this.running.get(key)
    if (known) return await known
    const promise = work().finally(() => this.running.delete(key))
    this.running.set(key, promise)
    return await promise
  }

  get size(): { entries: number; bytes: number } {
    return { entries: this.entries.size, bytes: this.sizeBytes }
  }
}

/** What a profile takes in memory, about. */
export function profileBytes(profile: Profile): number {
  const { strings, threads, frames, stacks, samples } = profile
  const text = strings.reduce((sum, s) => sum + 24 + 2 * s.length, 0)
  return text + threads.length * 16 + frames.length * 9 + stacks.length * 8 + samples.length * 24
}
