const REPEAT_AFTER_MS = 3_000

/** Remembers what was sent in the last seconds, so that a poll is not answered with the same command over and over. */
export class RecentlySent {
  private readonly sentAt = new Map<string, number>()

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** True if it may be sent (again): not sent in the last 3 s. */
  add(key: string): boolean {
    const now = this.now()
    for (const [old, at] of this.sentAt) {
      if (now - at < REPEAT_AFTER_MS) break // in order of insertion, which is that of time
      this.sentAt.delete(old)
    }
    if (this.sentAt.has(key)) return false
    this.sentAt.set(key, now)
    return true
  }
}
