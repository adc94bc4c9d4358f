const WINDOW_MS = 60_000
/** Keys remembered at once; the oldest are forgotten first, so that made-up ones cannot fill the memory. */
const MAX_KEYS = 10_000

/** Counts failures by key (a person, an address) over the last minute: what guesses has to wait. Of one process. */
export class FailureLimit {
  readonly #most: number
  readonly #failures = new Map<string, number[]>()

  constructor(mostPerMinute: number) {
    this.#most = mostPerMinute
  }

  isBlocked(key: string, nowMs: number): boolean {
    return this.#recent(key, nowMs).length >= this.#most
  }

  failed(key: string, nowMs: number): void {
    const recent = [...this.#recent(key, nowMs), nowMs].slice(-this.#most)
    this.#failures.delete(key)
    this.#failures.set(key, recent)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > MAX_KEYS && oldest !== undefined) this.#failures.delete(oldest)
  }

  #recent(key: string, nowMs: number): number[] {
    return (this.#failures.get(key) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS)
  }
}
