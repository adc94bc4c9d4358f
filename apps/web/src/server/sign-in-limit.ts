const WINDOW_MS = 60_000
const MAX_FAILURES = 10
/** Addresses remembered at once; the oldest are forgotten first, so that made-up ones cannot fill the memory. */
const MAX_ADDRESSES = 10_000

/**
 * Slows down guessing at one account, wherever the guesses come from: a limit by IP address alone is as good as the header that
 * carries the address. Short, so that nobody can lock somebody else out for long.
 */
export class SignInLimit {
  readonly #failures = new Map<string, number[]>()

  /** Whether this e-mail address has failed too often within the last minute. */
  isBlocked(email: string, nowMs: number): boolean {
    return this.#recent(email, nowMs).length >= MAX_FAILURES
  }

  failed(email: string, nowMs: number): void {
    const recent = [...this.#recent(email, nowMs), nowMs]
    this.#failures.delete(keyOf(email))
    this.#failures.set(keyOf(email), recent)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > MAX_ADDRESSES && oldest !== undefined) this.#failures.delete(oldest)
  }

  succeeded(email: string): void {
    this.#failures.delete(keyOf(email))
  }

  #recent(email: string, nowMs: number): number[] {
    return (this.#failures.get(keyOf(email)) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS)
  }
}

const keyOf = (email: string): string => email.trim().toLowerCase().slice(0, 254)
