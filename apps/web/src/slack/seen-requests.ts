/** Remembers what was answered already, the newest of it: Slack sends an event again when an answer was late, and a recorded request could be sent again by anyone. */
export class SeenRequests {
  readonly #seen = new Set<string>()
  readonly #most: number

  constructor(most = 5_000) {
    this.#most = most
  }

  /** True the first time only. */
  isNew(key: string): boolean {
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    const [oldest] = this.#seen
    if (this.#seen.size > this.#most && oldest !== undefined) this.#seen.delete(oldest)
    return true
  }
}
