import { randomUUID } from 'node:crypto'
import { type CaptureView, isFinal, type Verdict } from '@sonde/contract'
import { type BlobStore, createDb, createPostgresBlobStore, createPostgresDispatchBus, type Db, type DispatchBus } from '@sonde/db'
import { BinaryAsks } from './ask-binary.ts'
import type { CachedProfile } from './cached-profile.ts'
import { FailureLimit } from './failure-limit.ts'
import { type CachedMerge, MergeCache } from './merge-cache.ts'
import type { MergedCounters } from './merge-counters.ts'
import type { MergedCounts } from './merge-counts.ts'
import type { MergedEvents } from './merge-events.ts'
import type { MergedLatency } from './merge-latency.ts'
import { PolledFeeds } from './polled-feeds.ts'
import { Presence } from './presence.ts'
import { ProbeStore } from './probe-store.ts'
import type { CachedDeltas } from './read-merged.ts'
import type { SyscallSlices } from './syscall-slices.ts'
import { WatchBook } from './watch-book.ts'
import type { NotesView } from './watch-comments.ts'

/**
 * What use cases work with: made once per process and given to each as its second argument, after who asks.
 *
 *   const app = createApp({ databaseUrl, webUrl: 'https://sonde.example', gatewayUrl: 'https://gateway.example' })
 *   const { id } = await startCapture(actor, app, input)
 */
export type App = {
  db: Db
  blobs: BlobStore
  bus: DispatchBus
  clock: Clock
  newId: () => string
  urls: { web: string; gateway: string }
  /** Merged profiles by `capture/kind`; bounded. */
  profiles: MergeCache<CachedProfile>
  /** Merged deltas by `capture/kind`; bounded. */
  merges: {
    counts: MergeCache<CachedDeltas<MergedCounts>>
    latency: MergeCache<CachedDeltas<MergedLatency>>
    events: MergeCache<CachedDeltas<MergedEvents>>
    counters: MergeCache<CachedDeltas<MergedCounters>>
    syscalls: MergeCache<CachedDeltas<SyscallSlices>>
  }
  /** Verdicts by comparison; bounded. */
  verdicts: MergeCache<CachedMerge & { verdict: Verdict }>
  /** Catalogues of what can be probed, ready to search; bounded. */
  probes: ProbeStore
  /** Questions to hosts about their binaries that are under way. */
  binaryAsks: BinaryAsks
  /** Codes of programs that nobody asks with, by the person who typed them. */
  deviceGuesses: FailureLimit
  /** Tokens that do not work, by the address that they came from. */
  tokenGuesses: FailureLimit
  /** Which thresholds each host is to watch. */
  watches: WatchBook
  /** Live views of captures; one poller for each capture that somebody watches. */
  feeds: PolledFeeds<CaptureView>
  /** Live comments and presence; one poller for each capture whose page somebody has open. */
  notes: PolledFeeds<NotesView>
  /** Who has which capture's page open, of this process. */
  presence: Presence
  close: () => Promise<void>
}

/** For what people see. Leases and deadlines are compared in the database by its own clock, the only one that all processes share. */
export type Clock = { now: () => Date }

export type AppOptions = {
  databaseUrl: string
  /** Public address of the web app, without a trailing slash; invite links start with it. */
  webUrl: string
  /** Public address of the gateway, for the command that adds a host. */
  gatewayUrl: string
  maxConnections?: number
  /** Told about troubles that are no caller's fault (a broken notification). */
  onError?: (error: Error) => void
}

/** Connects lazily: returns at once, also while the database is still starting. Call `close` at the end of the process. */
export function createApp(options: AppOptions, overrides: Partial<Pick<App, 'clock' | 'newId' | 'blobs' | 'bus'>> = {}): App {
  const db = createDb(options.databaseUrl, { maxConnections: options.maxConnections ?? 10 })
  const app: App = {
    db,
    blobs: overrides.blobs ?? createPostgresBlobStore(db),
    bus: overrides.bus ?? createPostgresDispatchBus(db, options.databaseUrl, options.onError),
    clock: overrides.clock ?? { now: () => new Date() },
    newId: overrides.newId ?? (() => randomUUID().replaceAll('-', '')),
    urls: { web: options.webUrl.replace(/\/$/, ''), gateway: options.gatewayUrl.replace(/\/$/, '') },
    profiles: new MergeCache(),
    merges: {
      counts: new MergeCache(),
      latency: new MergeCache(),
      events: new MergeCache(),
      counters: new MergeCache(),
      syscalls: new MergeCache(),
    },
    verdicts: new MergeCache(),
    probes: new ProbeStore(),
    binaryAsks: new BinaryAsks(),
    feeds: new PolledFeeds({ pollMs: 500, isLast: (view) => view.targets.every((target) => isFinal(target.state)) }),
    notes: new PolledFeeds({ pollMs: 1_000 }),
    presence: new Presence(),
    deviceGuesses: new FailureLimit(10),
    tokenGuesses: new FailureLimit(60),
    watches: new WatchBook(),
    close: async () => {
      app.feeds.close()
      app.notes.close()
      await db.close()
    },
  }
  return app
}
