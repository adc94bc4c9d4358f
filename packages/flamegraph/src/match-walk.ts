import type { FlameMatches } from './search.ts'

/** A search's answer as it is drawn, and the walk from match to match. */
export class MatchWalk {
  /** What drawing marks; null where nothing is searched for or the pattern cannot be used. */
  matches: FlameMatches | null = null

  /** @returns whether it changed */
  set(matches: FlameMatches | null): boolean {
    const usable = matches && matches.labels.length > 0 ? matches : null
    const isNew = usable !== this.matches
    this.matches = usable
    return isNew
  }

  /** The match after (1) or before (-1) a node, round and round; null if there is none. */
  step(from: number, by: 1 | -1): { node: number; position: number; count: number } | null {
    const stops = this.matches?.stops
    if (!stops || stops.length === 0) return null
    const count = stops.length
    const at = stops.indexOf(from)
    const next = at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count
    return { node: stops[next] ?? 0, position: next + 1, count }
  }
}
