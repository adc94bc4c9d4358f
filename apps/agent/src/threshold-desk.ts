import {
  ARMED,
  MAX_WATCHES,
  stepThreshold,
  type ThresholdSample,
  type ThresholdState,
  type ThresholdTrip,
  type ThresholdWatch,
} from '@sonde/contract'
import { errorText } from './durable-file.ts'
import type { Log } from './log.ts'
import { pause } from './pause.ts'

/** As often as the kernel renews its pressure averages: no trip of a few seconds goes unseen. */
const SAMPLE_MS = 2_000

export type ThresholdDeskOptions = {
  read(): Promise<ThresholdSample>
  signal: AbortSignal
  log: Log
  /** Something tripped: tell the server now, not at the next heartbeat. */
  onTrip(): void
  sampleMs?: number
  nowMs?: () => number
}

/** Watches the thresholds that the server asked for, between heartbeats. While there are none it does nothing at all. */
export class ThresholdDesk {
  readonly #options: ThresholdDeskOptions
  #watched = new Map<string, { watch: ThresholdWatch; state: ThresholdState }>()
  #trips: ThresholdTrip[] = []
  #running = false

  constructor(options: ThresholdDeskOptions) {
    this.#options = options
  }

  /** What is to be watched from now on. One that stays as it was keeps where it stands; a changed one starts anew, armed. */
  watch(watches: readonly ThresholdWatch[]): void {
    this.#watched = new Map(
      watches.map((watch) => {
        const before = this.#watched.get(watch.ruleId)
        const same = before !== undefined && JSON.stringify(before.watch) === JSON.stringify(watch)
        return [watch.ruleId, { watch, state: same ? before.state : ARMED }]
      }),
    )
    if (this.#watched.size > 0 && !this.#running) void this.#run()
  }

  /** Trips that no answered heartbeat has told of yet. */
  trips(): ThresholdTrip[] {
    return this.#trips.slice(0, MAX_WATCHES)
  }

  /** The server has these. */
  answered(trips: readonly ThresholdTrip[]): void {
    this.#trips = this.#trips.filter((trip) => !trips.includes(trip))
  }

  /** One sample, taken at `nowMs` of a clock that only moves forward. */
  take(sample: ThresholdSample, nowMs: number): void {
    let tripped = false
    for (const watched of this.#watched.values()) {
      const { watch, state } = watched
      const value = sample[watch.metric]
      watched.state = stepThreshold(state, watch, value, nowMs)
      if (!watched.state.tripped || state.tripped) continue
      tripped = true
      const { ruleId, metric, forS } = watch
      // A server that is gone for long gets the latest ones.
      this.#trips = [...this.#trips, { ruleId, metric, forS, value: Math.min(state.extreme, value ?? 0), trippedAtMs: Date.now() }].slice(
        -MAX_WATCHES,
      )
    }
    if (tripped) this.#options.onTrip()
  }

  async #run(): Promise<void> {
    const { read, signal, log, sampleMs = SAMPLE_MS, nowMs = () => performance.now() } = this.#options
    this.#running = true
    while (!signal.aborted && this.#watched.size > 0) {
      const startedMs = nowMs()
      try {
        this.take(await read(), startedMs)
      } catch (error) {
        log.warn({ why: errorText(error) }, 'thresholds cannot be watched for the moment')
      }
      await pause(Math.max(0, startedMs + sampleMs - nowMs()), signal)
    }
    this.#running = false
  }
}
