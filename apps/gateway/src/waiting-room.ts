import { type App, hostsWithWork } from '@sonde/domain'
import type { Logger } from 'pino'

/** A held poll's place. `leave` it, always. */
export type Place = {
  /** Resolves when there may be work for the host, when the time is over, or when the poll should be answered anyway. */
  wait: (ms: number) => Promise<'work' | 'timeout' | 'released'>
  /** Answer the poll without another look: the gateway stops, the agent has gone, or has come back with a newer poll. */
  release: () => void
  leave: () => void
}

/**
 * Polls that are held until there is work, one per host. A look asks the database once for all that wait, however many
 * announcements came in meanwhile.
 */
export class WaitingRoom {
  private readonly places = new Map<string, { place: Place; call: () => void }>()
  private closed = false
  private looking: Promise<void> | null = null
  private again = false

  constructor(
    private readonly app: App,
    private readonly log: Logger,
  ) {}

  get size(): number {
    return this.places.size
  }

  /** Enter before looking for work the first time, so that nothing announced in between is missed. */
  enter(hostId: string): Place {
    // An agent has one poll. An older one is of a connection that died, and must not be given work.
    this.places.get(hostId)?.place.release()
    let state: 'idle' | 'work' | 'released' = this.closed ? 'released' : 'idle'
    let wake = () => {}
    const place: Place = {
      wait: async (ms) => {
        if (state === 'idle') {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms)
            wake = () => {
              clearTimeout(timer)
              resolve()
            }
          })
        }
        const result = state === 'idle' ? 'timeout' : state
        if (state === 'work') state = 'idle'
        return result
      },
      release: () => {
        state = 'released'
        wake()
      },
      leave: () => {
        wake()
        if (this.places.get(hostId)?.place === place) this.places.delete(hostId)
      },
    }
    const call = () => {
      if (state === 'idle') state = 'work'
      wake()
    }
    this.places.set(hostId, { place, call })
    return place
  }

  /** There may be work: find out for whom, and call those. Never throws; what fails is looked for again at the next sweep. */
  look(): Promise<void> {
    if (this.looking) {
      this.again = true
      return this.looking
    }
    this.looking = this.lookOnce().finally(() => {
      this.looking = null
      if (!this.again) return
      this.again = false
      void this.look()
    })
    return this.looking
  }

  private async lookOnce(): Promise<void> {
    try {
      for (const hostId of await hostsWithWork(this.app, [...this.places.keys()])) this.places.get(hostId)?.call()
    } catch (error) {
      this.log.warn({ err: error }, 'could not look for work')
    }
  }

  /** Answers every held poll, and those that come from now on. */
  close(): void {
    this.closed = true
    for (const { place } of this.places.values()) place.release()
  }
}
