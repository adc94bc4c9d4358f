import { TraceRefusal } from '../trace-errors.ts'

/** What a wildcard of one capture may stand for, all its wildcards together, unless the host says otherwise. */
export const WILDCARD_LIMIT = 50

/** Counts what the wildcards of one capture have become. Probes that were named one by one do not count: a spec cannot hold many. */
export class ProbeBudget {
  private taken = 0
  readonly limit: number

  constructor(limit = WILDCARD_LIMIT) {
    this.limit = limit
  }

  /** @throws TraceRefusal too-many-probes, with the count and some of the names */
  take(label: string, names: readonly string[]): void {
    this.taken += names.length
    if (this.taken <= this.limit) return
    const before = this.taken - names.length
    const already = before > 0 ? `, and ${before} were taken by other patterns of this capture` : ''
    throw new TraceRefusal(
      'too-many-probes',
      `${label} matches ${names.length} probes on this host (${names.slice(0, 3).join(', ')}, …)${already}; at most ${this.limit} may be attached.`,
    )
  }
}
