import type { CollectorId } from '@sonde/contract'
import type { BrakeView } from '../run-capture.ts'
import type { Budget } from './policy.ts'
import { TracerUsage, type Usage } from './tracer-usage.ts'

/** What was used since the last reading, and what is in use. */
export type BrakeReading = {
  /** Wall time since the last reading, ms. */
  elapsedMs: number
  /** CPU seconds of the tools and the agent meanwhile. */
  cpuSeconds: number
  /** Resident bytes of the tools now. */
  memoryBytes: number
  /** Result so far. */
  outputBytes: number
  /** How often probes fire; null where no collector has told anything new. */
  rate: HitRate | null
}

export type HitRate = {
  /** Times a second, over all collectors. */
  hitsPerSecond: number
  /** What those hits cost the threads that hit, by the cost model: cores. */
  cores: number
  /** Wall time that is news in it, ms: collectors that tell every two seconds tell of two seconds. */
  coveredMs: number
}

/** Two readings: a moment above the budget may be a hiccup, this is not. */
const ABOVE_FOR_MS = 900
const READ_EVERY_MS = 500
/** A collector that has told nothing new for so long has nothing to tell. */
const SILENT_MS = 5_000
/**
 * CPU seconds that tools and agent may use beyond the budget's rate before they count as above it: starting them, reading the kernel's
 * symbols and naming what was recorded come in bursts.
 */
const CPU_BURST_SECONDS = 3

/**
 * Judges readings against the budget, one after the other. Pure.
 *
 * Cores are two sums with a limit of their own. What probes cost the threads that hit them (modelled) is judged as it is: those threads are
 * the host's work. What tools and agent use (measured) may come in bursts, see CPU_BURST_SECONDS.
 */
export class BrakeJudge {
  readonly #budget: Budget
  #firingAboveMs = 0
  #usingAboveMs = 0
  #cpuDebt = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** A sentence that says why to stop now; null: go on. */
  judge(reading: BrakeReading): string | null {
    if (reading.elapsedMs <= 0) return null
    if (reading.rate !== null) {
      const why = this.#firing(reading.rate)
      this.#firingAboveMs = why === null ? 0 : this.#firingAboveMs + reading.rate.coveredMs
      if (this.#firingAboveMs >= ABOVE_FOR_MS) return why
    }
    const why = this.#using(reading)
    this.#usingAboveMs = why === null ? 0 : this.#usingAboveMs + reading.elapsedMs
    return this.#usingAboveMs >= ABOVE_FOR_MS ? why : null
  }

  #firing({ hitsPerSecond, cores }: HitRate): string | null {
    const budget = this.#budget
    if (hitsPerSecond > budget.hitsPerSecond)
      return `The probes fired ${whole(hitsPerSecond)} times a second; this host allows ${whole(budget.hitsPerSecond)}.`
    if (cores > budget.cores)
      return `The probes took about ${cores.toFixed(2)} cores of the host's work; it allows ${budget.cores.toFixed(2)}.`
    return null
  }

  #using(reading: BrakeReading): string | null {
    const { cores, memoryBytes, outputBytes } = this.#budget
    const seconds = reading.elapsedMs / 1000
    this.#cpuDebt = Math.max(0, this.#cpuDebt + reading.cpuSeconds - cores * seconds)
    if (this.#cpuDebt > CPU_BURST_SECONDS)
      return `The tracing tools used ${(reading.cpuSeconds / seconds).toFixed(2)} cores; this host allows ${cores.toFixed(2)}.`
    if (reading.memoryBytes > memoryBytes)
      return `The tracing tools used ${mebibytes(reading.memoryBytes)} of memory; this host allows ${mebibytes(memoryBytes)}.`
    if (reading.outputBytes > outputBytes)
      return `The result was ${mebibytes(reading.outputBytes)} large; this host allows ${mebibytes(outputBytes)}.`
    return null
  }
}

type WatchedCollector = { readonly id: CollectorId; readonly activity: { hits: number } }

/** How often the probes of several collectors fire, each of which tells at its own pace. */
export class HitRates {
  readonly #nsPerHit: (collector: CollectorId) => number
  readonly #seen = new Map<WatchedCollector, { hits: number; atMs: number; perSecond: number }>()

  constructor(collectors: readonly WatchedCollector[], nsPerHit: (collector: CollectorId) => number, nowMs: number) {
    this.#nsPerHit = nsPerHit
    for (const collector of collectors) this.#seen.set(collector, { hits: collector.activity.hits, atMs: nowMs, perSecond: 0 })
  }

  /** Null where none of them has told anything new. */
  read(nowMs: number): HitRate | null {
    let coveredMs = 0
    let hitsPerSecond = 0
    let cores = 0
    for (const [collector, seen] of this.#seen) {
      const { hits } = collector.activity
      const sinceMs = nowMs - seen.atMs
      if ((hits !== seen.hits || sinceMs >= SILENT_MS) && sinceMs > 0) {
        coveredMs = Math.max(coveredMs, sinceMs)
        seen.perSecond = Math.max(0, ((hits - seen.hits) * 1000) / sinceMs)
        seen.hits = hits
        seen.atMs = nowMs
      }
      hitsPerSecond += seen.perSecond
      cores += (seen.perSecond * this.#nsPerHit(collector.id)) / 1e9
    }
    return coveredMs > 0 ? { hitsPerSecond, cores, coveredMs } : null
  }
}

export type BrakeOptions = {
  budget: Budget
  /** What a hit that the collector tells of costs the threads that are recorded, ns. */
  nsPerHit(collector: CollectorId): number
  readEveryMs?: number
  /** Called at each reading with the pids of the tools that run. */
  onTracers?(pids: readonly number[]): void
}

/** The live brake: looks twice a second while a capture runs and ends it where it is above the budget. For `CaptureHooks.brake`. */
export function startBrake(view: BrakeView, options: BrakeOptions): () => void {
  const judge = new BrakeJudge(options.budget)
  const usage = new TracerUsage()
  const rates = new HitRates(view.collectors, options.nsPerHit, performance.now())
  let last: { atMs: number; usage: Usage } | null = null
  let isReading = false
  const look = async () => {
    // A reading that takes longer than it should is not overtaken by the next.
    if (isReading) return
    isReading = true
    try {
      const now = { usage: await usage.read(view.collectors.flatMap(({ guardPids }) => [...guardPids])), atMs: performance.now() }
      options.onTracers?.(now.usage.pids)
      const why = judge.judge({
        elapsedMs: last === null ? 0 : now.atMs - last.atMs,
        cpuSeconds: last === null ? 0 : now.usage.cpuSeconds - last.usage.cpuSeconds,
        memoryBytes: now.usage.memoryBytes,
        outputBytes: view.resultBytes(),
        rate: last === null ? null : rates.read(now.atMs),
      })
      last = now
      if (why !== null) view.stop(why)
    } finally {
      isReading = false
    }
  }
  const timer = setInterval(() => void look(), options.readEveryMs ?? READ_EVERY_MS)
  void look()
  return () => clearInterval(timer)
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MiB`
