const WINDOW_MS = 60_000
const MAX_FAILURES = 10
const MAX_ADDRESSES = 10_000

/**
 * Slows down guessing of join tokens (which is hopeless anyway: 256 bits) and keeps the noise out of the database: ten failed
 * enrolments a minute per address. In memory and per gateway on purpose: it needs no more. Only failures count, so that a
 * fleet behind one address can enrol at once.
 */
export class EnrolLimit {
  private readonly failures = new Map<string, { count: number; until: number }>()

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Seconds to wait; 0 = go on. */
  retryAfterSeconds(address: string): number {
    const entry = this.failures.get(address)
    if (!entry || entry.until <= this.now() || entry.count < MAX_FAILURES) return 0
    return Math.ceil((entry.until - this.now()) / 1000)
  }

  failed(address: string): void {
    const entry = this.failures.get(address)
    if (entry && entry.until > this.now()) {
      entry.count++
      return
    }
    if (this.failures.size >= MAX_ADDRESSES) this.forgetOld()
    this.failures.set(address, { count: 1, until: this.now() + WINDOW_MS })
  }

  private forgetOld(): void {
    for (const [address, entry] of this.failures) if (entry.until <= this.now()) this.failures.delete(address)
    if (this.failures.size >= MAX_ADDRESSES) this.failures.clear()
  }
}
