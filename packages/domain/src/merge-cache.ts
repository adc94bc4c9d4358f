/** One merged result. `version`: how many chunks are in it. `sizeBytes`: rough size in memory. */
export type CachedMerge = { version: number; sizeBytes: number }

const MAX_BYTES = 256 * 1024 * 1024
const MAX_ENTRIES = 64

/** Merged results, the newest version under each key, least recently used out first; and what is being merged right now. */
export class MergeCache<Entry extends CachedMerge> {
  private readonly entries = new Map<string, Entry>()
  private readonly running = new Map<string, Promise<Entry>>()
  private sizeBytes = 0

  constructor(private readonly limits: { maxBytes: number; maxEntries: number } = { maxBytes: MAX_BYTES, maxEntries: MAX_ENTRIES }) {}

  get(key: string): Entry | undefined {
    const entry = this.entries.get(key)
    if (!entry) return undefined
    this.entries.delete(key) // to the end: the order of a Map is that of insertion
    this.entries.set(key, entry)
    return entry
  }

  put(key: string, entry: Entry): void {
    const known = this.entries.get(key)
    if (known && known.version > entry.version) return
    this.drop(key)
    if (entry.sizeBytes > this.limits.maxBytes) return
    this.entries.set(key, entry)
    this.sizeBytes += entry.sizeBytes
    for (const oldest of this.entries.keys()) {
      if (this.sizeBytes <= this.limits.maxBytes && this.entries.size <= this.limits.maxEntries) break
      this.drop(oldest)
    }
  }

  drop(key: string): void {
    const entry = this.entries.get(key)
    if (!entry) return
    this.entries.delete(key)
    this.sizeBytes -= entry.sizeBytes
  }

  /** Runs `work` unless it is under way for the same key already: many readers of a new version cause one merge. */
  async once(key: string, work: () => Promise<Entry>): Promise<Entry> {
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
