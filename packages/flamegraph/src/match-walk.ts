import type { FlameLayout } from './layout.ts'
import { type FlameMatches, type FlameSearch, type FlameSearchResult, matchStops, NO_RESULT, searchTree } from './search.ts'

/** The search as it stands, and the walk from match to match. */
export class MatchWalk {
  private query: FlameSearch = { text: '', regex: false }
  private stops: Uint32Array | null = null
  /** What drawing marks; null where nothing is searched for or the pattern cannot be used (then nothing is dimmed either). */
  matches: FlameMatches | null = null

  /** @returns whether it changed */
  setQuery(query: FlameSearch): boolean {
    if (query.text === this.query.text && query.regex === this.query.regex) return false
    this.query = query
    return true
  }

  run(layout: FlameLayout | null): FlameSearchResult {
    const found = layout ? searchTree(layout, this.query) : null
    this.matches = found && found.labels.length > 0 ? found : null
    this.stops = null
    return found?.result ?? NO_RESULT
  }

  /** The match after (1) or before (-1) a node, round and round; null if there is none. */
  step(layout: FlameLayout, from: number, by: 1 | -1): { node: number; position: number; count: number } | null {
    if (!this.matches) return null
    this.stops ??= matchStops(layout.tree, this.matches.labels)
    const count = this.stops.length
    if (count === 0) return null
    const at = this.stops.indexOf(from)
    const next = at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count
    return { node: this.stops[next] ?? 0, position: next + 1, count }
  }
}
