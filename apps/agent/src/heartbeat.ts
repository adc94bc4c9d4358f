import { HEARTBEAT_MS, type HostFacts, type Labels } from '@sonde/contract'
import type { BuildsDesk } from './builds-desk.ts'
import type { CatalogueDesk } from './catalogue-desk.ts'
import { errorText } from './durable-file.ts'
import { type Credentials, type GatewayClient, GatewayRefusal, GatewayUnreachable } from './gateway-client.ts'
import type { Log } from './log.ts'
import { pause } from './pause.ts'
import { ThresholdDesk } from './threshold-desk.ts'
import type { Tracing } from './tracing.ts'

/** Facts are tested by running the tools, about a second of work: seldom enough to cost nothing, often enough to see an upgrade. */
const FACTS_AGAIN_MS = 60 * 60_000

export type HeartbeatOptions = {
  client: GatewayClient
  credentials: Credentials
  tracing: Tracing
  labels: Labels
  /** Null: this agent does not say what can be probed. */
  catalogues: Pick<CatalogueDesk, 'news' | 'answered'> | null
  /** How often thresholds are looked at while there are any, ms. */
  sampleMs?: number
  /** Null: this agent does not say which builds of programs run. */
  builds: Pick<BuildsDesk, 'news' | 'answered'> | null
  signal: AbortSignal
  log: Log
  intervalMs?: number
}

/**
 * Tells the gateway every 10 s that this host is there, with its load; its facts whenever they changed; and at once when one of the
 * thresholds trips that the gateway asked it to watch.
 */
export class HeartbeatLoop {
  readonly #options: HeartbeatOptions
  #facts: HostFacts
  /** What the server knows, as JSON; null makes the next heartbeat carry the facts. */
  #sentFacts: string | null = null
  #detectAtMs = performance.now() + FACTS_AGAIN_MS
  readonly #thresholds: ThresholdDesk
  /** Ends the pause between two beats. */
  #wake = new AbortController()

  constructor(facts: HostFacts, options: HeartbeatOptions) {
    this.#facts = facts
    this.#options = options
    const { tracing, signal, log, sampleMs } = options
    this.#thresholds = new ThresholdDesk({
      read: () => tracing.readThresholds(),
      signal,
      log,
      onTrip: () => this.#wake.abort(),
      ...(sampleMs === undefined ? {} : { sampleMs }),
    })
  }

  get facts(): HostFacts {
    return this.#facts
  }

  /** Something the facts promise did not work: look again before the next heartbeat. */
  detectSoon(): void {
    this.#detectAtMs = 0
  }

  /** Beats until the signal fires. Never throws. */
  async run(): Promise<void> {
    const { signal, log, intervalMs = HEARTBEAT_MS } = this.#options
    // One listener for good: Node 20 keeps a reference behind for each signal that is derived of a long-lived one.
    signal.addEventListener('abort', () => this.#wake.abort(), { once: true })
    while (!signal.aborted) {
      const startedMs = performance.now()
      this.#wake = new AbortController()
      try {
        await this.#beat()
      } catch (error) {
        // Contact lost and found is logged by the client; the next beat is the retry.
        if (!signal.aborted && !(error instanceof GatewayUnreachable)) log.error({ why: errorText(error) }, 'heartbeat failed')
        if (error instanceof GatewayRefusal) this.#sentFacts = null
      }
      await pause(Math.max(0, startedMs + intervalMs - performance.now()), this.#wake.signal)
    }
  }

  async #beat(): Promise<void> {
    const { client, credentials, tracing, labels, catalogues, builds, signal } = this.#options
    if (performance.now() >= this.#detectAtMs) {
      this.#detectAtMs = performance.now() + FACTS_AGAIN_MS
      this.#facts = await tracing.detectFacts()
    }
    // A policy that was changed on the host is known to the server by the next beat.
    this.#facts = { ...this.#facts, policy: await tracing.policy() }
    const facts = JSON.stringify(this.#facts)
    const news = facts === this.#sentFacts ? {} : { facts: this.#facts, labels }
    const offered = catalogues?.news()
    const trips = this.#thresholds.trips()
    const running = builds?.news()
    const beat = {
      load: await tracing.readLoad(),
      ...news,
      ...(offered === undefined ? {} : { catalogues: offered }),
      ...(running === undefined ? {} : { builds: running }),
      ...(trips.length === 0 ? {} : { trips }),
    }
    const { missingCatalogues, watches } = await client.heartbeat(credentials, beat, { signal, retryForMs: 0 })
    this.#sentFacts = facts
    this.#thresholds.answered(trips)
    this.#thresholds.watch(watches)
    if (running !== undefined) builds?.answered(running)
    if (offered !== undefined) catalogues?.answered(offered, missingCatalogues)
  }
}
