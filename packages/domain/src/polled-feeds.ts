type Read<View> = {
  /** Differs whenever the view does; null: there is no such thing any more, which `view` says with an error. */
  revision: () => Promise<number | string | null>
  view: () => Promise<View>
}
type FeedOptions<View> = {
  pollMs: number
  /** Nothing changes after this view. */
  isLast?: (view: View) => boolean
}
/** What each subscriber is told: a new view, that there will be no other, or that it is over for a reason. */
type Event<View> = { type: 'view'; view: View } | { type: 'end' } | { type: 'error'; error: unknown }

/**
 * Live views of things in the database. However many people watch one, one poller reads it, every `pollMs` at most, and reads the
 * whole view only when its revision has changed. It starts with the first subscriber and stops with the last.
 */
export class PolledFeeds<View> {
  private readonly feeds = new Map<string, Feed<View>>()

  constructor(private readonly options: FeedOptions<View>) {}

  /** Yields the view now and after every change; ends after the last view, or when `signal` says that nobody listens. */
  async *watch(key: string, read: Read<View>, signal?: AbortSignal): AsyncGenerator<View, void> {
    let feed = this.feeds.get(key)
    if (!feed) {
      feed = new Feed(this.options, read, () => this.feeds.delete(key))
      this.feeds.set(key, feed)
    }
    yield* feed.subscribe(signal)
  }

  /** What is being polled at the moment. */
  get active(): number {
    return this.feeds.size
  }

  close(): void {
    for (const feed of this.feeds.values()) feed.stop()
  }
}

class Feed<View> {
  private readonly subscribers = new Set<(event: Event<View>) => void>()
  private latest: Event<View> | null = null
  private revision: number | string | null = null
  private timer: NodeJS.Timeout | undefined
  private stopped = false

  constructor(
    private readonly options: FeedOptions<View>,
    private readonly read: Read<View>,
    private readonly onStop: () => void,
  ) {
    void this.poll()
  }

  async *subscribe(signal: AbortSignal | undefined): AsyncGenerator<View, void> {
    // Only the newest view matters: a slow reader skips, and nothing piles up for it.
    let pending: { view: View } | null = null
    let end: Event<View> | null = null
    let wake = () => {}
    const onEvent = (event: Event<View>) => {
      if (event.type === 'view') pending = event
      else end ??= event // the first reason counts: stopping after an error says "end" too
      wake()
    }
    const onAbort = () => onEvent({ type: 'end' })
    this.subscribers.add(onEvent)
    signal?.addEventListener('abort', onAbort)
    if (this.latest) onEvent(this.latest)
    try {
      while (!signal?.aborted) {
        const next = takeOver<{ view: View } | null>(pending)
        pending = null
        const over = takeOver<Event<View> | null>(end)
        if (next) yield next.view
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

  private emit(event: Event<View>): void {
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
        if (this.options.isLast?.(view)) return this.stop()
      }
    } catch (error) {
      this.emit({ type: 'error', error })
      return this.stop()
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.poll(), Math.max(50, this.options.pollMs - (performance.now() - startedAt)))
  }
}

/** Defeats narrowing: the variable is also written by the callback above. */
const takeOver = <T>(value: T): T => value
