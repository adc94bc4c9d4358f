import { type CaptureView, isFinal } from '@sonde/contract'

const POLL_MS = 500

type Read = {
  revision: () => Promise<number | null>
  view: () => Promise<CaptureView>
}
/** What each subscriber is told: a new view, that there will be no other, or that it is over for a reason. */
type Event = { type: 'view'; view: CaptureView } | { type: 'end' } | { type: 'error'; error: unknown }

/**
 * Live views of captures. However many people watch one capture, one poller reads it, twice a second at most, and reads the
 * whole view only when its revision has changed. It starts with the first subscriber and stops with the last.
 */
export class CaptureFeeds {
  private readonly feeds = new Map<string, Feed>()

  /** Yields the view now and after every change; ends after the view in which every target is final. */
  async *watch(captureId: string, read: Read, signal?: AbortSignal): AsyncGenerator<CaptureView, void> {
    let feed = this.feeds.get(captureId)
    if (!feed) {
      feed = new Feed(read, () => this.feeds.delete(captureId))
      this.feeds.set(captureId, feed)
    }
    yield* feed.subscribe(signal)
  }

  /** Captures that are being polled at the moment. */
  get active(): number {
    return this.feeds.size
  }

  close(): void {
    for (const feed of this.feeds.values()) feed.stop()
  }
}

class Feed {
  private readonly subscribers = new Set<(event: Event) => void>()
  private latest: Event | null = null
  private revision: number | null = null
  private timer: NodeJS.Timeout | undefined
  private stopped = false

  constructor(
    private readonly read: Read,
    private readonly onStop: () => void,
  ) {
    void this.poll()
  }

  async *subscribe(signal: AbortSignal | undefined): AsyncGenerator<CaptureView, void> {
    // Only the newest view matters: a slow reader skips, and nothing piles up for it.
    let pending: CaptureView | null = null
    let end: Event | null = null
    let wake = () => {}
    const onEvent = (event: Event) => {
      if (event.type === 'view') pending = event.view
      else end ??= event // the first reason counts: stopping after an error says "end" too
      wake()
    }
    const onAbort = () => onEvent({ type: 'end' })
    this.subscribers.add(onEvent)
    signal?.addEventListener('abort', onAbort)
    if (this.latest) onEvent(this.latest)
    try {
      while (!signal?.aborted) {
        const view = takeOver<CaptureView | null>(pending)
        pending = null
        const over = takeOver<Event | null>(end)
        if (view) yield view
        else if (over?.type === 'error') throw over.error
        else if (over) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.subscribers.delete(onEvent)
      if (this.subscribers.size === 0) this.stop()
    }
  }

  stop(): void {
    if (this.stopped) return
    this.stopped = true
    clearTimeout(this.timer)
    this.onStop()
    this.emit({ type: 'end' })
  }

  private emit(event: Event): void {
    for (const tell of [...this.subscribers]) tell(event)
  }

  private async poll(): Promise<void> {
    const startedAt = performance.now()
    try {
      const revision = await this.read.revision()
      if (revision === null || revision !== this.revision || this.latest === null) {
        const view = await this.read.view()
        this.revision = revision
        this.latest = { type: 'view', view }
        this.emit(this.latest)
        if (view.targets.every((t) => isFinal(t.state))) return this.stop()
      }
    } catch (error) {
      this.emit({ type: 'error', error })
      return this.stop()
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.poll(), Math.max(50, POLL_MS - (performance.now() - startedAt)))
  }
}

/** Defeats narrowing: the variable is also written by the callback above. */
const takeOver = <T>(value: T): T => value
