import { type NamedPerson, PRESENCE_GONE_MS, type PresentPerson } from '@sonde/contract'

type Pane = PresentPerson['pane']
type OpenPage = { person: NamedPerson; pane: Pane; since: number; movedAt: number; seenAt: number; watchers: number }

/**
 * Who has the page of a capture open and visible. A page is there while it watches (`enter` to `leave`) and says so again and again
 * (`beat`); one that has not for PRESENCE_GONE_MS, a laptop that was shut, does not count until it does again. In memory, of this
 * process alone: nothing about it is kept.
 */
export class Presence {
  private readonly captures = new Map<string, Map<string, OpenPage>>()
  /** Share links that are open somewhere, and when one of their pages last said so, by capture. */
  private readonly links = new Map<string, Map<string, number>>()

  constructor(private readonly now: () => number = Date.now) {}

  /** A page begins to watch. After a lost connection it may do so again before its first `leave`. */
  enter(captureId: string, page: string, person: NamedPerson): void {
    const pages = this.captures.get(captureId) ?? new Map<string, OpenPage>()
    this.captures.set(captureId, pages)
    const key = keyOf(page, person.id)
    const now = this.now()
    const known = pages.get(key) ?? { person, pane: '', since: now, movedAt: now, seenAt: now, watchers: 0 }
    pages.set(key, { ...known, seenAt: now, watchers: known.watchers + 1 })
  }

  /** A page that watches is still looked at, and `pane` is the one that is pointed at. */
  beat(captureId: string, page: string, personId: string, pane: Pane): void {
    const known = this.captures.get(captureId)?.get(keyOf(page, personId))
    if (!known) return
    const now = this.now()
    known.seenAt = now
    if (known.pane === pane) return
    known.pane = pane
    known.movedAt = now
  }

  leave(captureId: string, page: string, personId: string): void {
    const pages = this.captures.get(captureId)
    const known = pages?.get(keyOf(page, personId))
    if (!pages || !known) return
    known.watchers--
    if (known.watchers === 0) pages.delete(keyOf(page, personId))
    if (pages.size === 0) this.captures.delete(captureId)
  }

  /** A page of a share link is looked at. Its readers have no names: links are counted, not people. */
  beatLink(captureId: string, shareId: string): void {
    const links = this.links.get(captureId) ?? new Map<string, number>()
    this.links.set(captureId, links)
    links.set(shareId, this.now())
  }

  /** How many share links of a capture are open somewhere. */
  countLinks(captureId: string): number {
    const links = this.links.get(captureId)
    if (!links) return 0
    for (const [shareId, seenAt] of links) if (this.now() - seenAt > PRESENCE_GONE_MS) links.delete(shareId)
    if (links.size === 0) this.links.delete(captureId)
    return links.size
  }

  /** Each person once, whoever came first first: since the oldest of their pages, in the pane that they pointed at last. */
  list(captureId: string): PresentPerson[] {
    const people = new Map<string, OpenPage>()
    for (const page of this.captures.get(captureId)?.values() ?? []) {
      if (this.now() - page.seenAt > PRESENCE_GONE_MS) continue
      const other = people.get(page.person.id)
      const last = other && other.movedAt > page.movedAt ? other : page
      people.set(page.person.id, { ...last, since: Math.min(page.since, other?.since ?? page.since) })
    }
    return [...people.values()]
      .sort((a, b) => a.since - b.since)
      .map(({ person, pane, since }) => ({ ...person, pane, since: new Date(since) }))
  }
}

/** The page's name is its own invention: two people's never meet. */
const keyOf = (page: string, personId: string): string => `${personId}/${page}`
