import type { CollectorId } from '@sonde/contract'
import type { BrakeView } from '../run-capture.ts'
import type { Budget } from './policy.ts'
import { TracerUsage, type Usage } from './tracer-usage.ts'

/** What was used since the last reading, and what is in use. */
export type BrakeReading = {
  /** Wall time since the last reading, ms. */
  elapsedMs: number
  /** Times that probes fired meanwhile, as far as the collectors tell. */
  hits: number
  /** What those hits cost the threads that hit, by the cost model, s. */
  threadSeconds: number
  /** CPU seconds of the tools and the agent meanwhile. */
  cpuSeconds: number
  /** Resident bytes of the tools now. */
  memoryBytes: number
  /** Result so far. */
  outputBytes: number
}

/** So many readings in a row above the budget make the brake act: one alone may be a hiccup. */
const READINGS_ABOVE = 2
const READ_EVERY_MS = 500
/**
 * CPU seconds that tools and agent may use beyond the budget's rate before they count as above it: starting them, reading the kernel's
 * symbols and naming what was recorded come in bursts.
 */
const CPU_BURST_SECONDS = 3

/**
 * Judges readings against the budget, one after the other. Pure.
 *
 * Cores are two sums with a limit of their own. What probes cost the threads that hit them (modelled) is judged as it is: those threads are the host's work. What tools and agent use (measured) may come in bursts, see CPU_BURST_SECONDS.
 */
export class BrakeJudge {
  readonly #budget: Budget
  #above = 0
  #cpuDebt = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** A sentence that says why to stop now; null: go on. */
  judge(reading: BrakeReading): string | null {
    const seconds = reading.elapsedMs / 1000
    if (seconds <= 0) return null
    const why = this.#exceeded(reading, seconds)
    this.#above = why === null ? 0 : this.#above + 1
    return this.#above >= READINGS_ABOVE ? why : null
  }

  #exceeded(reading: BrakeReading, seconds: number): string | null {
    const { hitsPerSecond, cores, memoryBytes, outputBytes } = this.#budget
    const rate = reading.hits / seconds
    const inThreads = reading.threadSeconds / seconds
    this.#cpuDebt = Math.max(0, this.#cpuDebt + reading.cpuSeconds - cores * seconds)
    if (rate > hitsPerSecond) return `The probes fired ${whole(rate)} times a second; this host allows ${whole(hitsPerSecond)}.`
    if (inThreads > cores) return `The probes took about ${inThreads.toFixed(2)} cores of the host's work; it allows ${cores.toFixed(2)}.`
    if (this.#cpuDebt > CPU_BURST_SECONDS)
      return `The tracing tools used ${(reading.cpuSeconds / seconds).toFixed(2)} cores; this host allows ${cores.toFixed(2)}.`
    if (reading.memoryBytes > memoryBytes)
      return `The tracing tools used ${mebibytes(reading.memoryBytes)} of memory; this host allows ${mebibytes(memoryBytes)}.`
    if (reading.outputBytes > outputBytes)
      return `The result was ${mebibytes(reading.outputBytes)} large; this host allows ${mebibytes(outputBytes)}.`
    return null
  }
}

export type BrakeOptions = {
  budget: Budget
  /** What a hit that the collector tells of costs the threads that are recorded, ns. */
  nsPerHit(collector: CollectorId): number
  readEveryMs?: number
  /** In place of the processes of this host, for tests. */
  usage?: { read(guardPids: readonly number[]): Promise<Usage> }
  /** Called at each reading with the tools' pids, new ones first seen among them. */
  onTracers?(pids: readonly number[]): void
}

/** The live brake: looks twice a second while a capture runs and ends it where it is above the budget. For `CaptureHooks.brake`. */
export function startBrake(view: BrakeView, options: BrakeOptions): () => void {
  const judge = new BrakeJudge(options.budget)
  const usage = options.usage ?? new TracerUsage()
  const sum = (of: (collector: BrakeView['collectors'][number]) => number) => view.collectors.reduce((total, c) => total + of(c), 0)
  const hitsNow = () => ({
    hits: sum(({ activity }) => activity.hits),
    threadSeconds: sum(({ id, activity }) => (activity.hits * options.nsPerHit(id)) / 1e9),
  })
  let last = { atMs: performance.now(), ...hitsNow(), cpuSeconds: null as number | null }
  let reading = false
  const look = async () => {
    // A reading that takes longer than it should is not overtaken by the next.
    if (reading) return
    reading = true
    try {
      const used = await usage.read(view.collectors.flatMap(({ guardPids }) => [...guardPids]))
      options.onTracers?.(used.pids)
      const now = { atMs: performance.now(), ...hitsNow(), cpuSeconds: used.cpuSeconds }
      const why = judge.judge({
        elapsedMs: now.atMs - last.atMs,
        hits: now.hits - last.hits,
        threadSeconds: now.threadSeconds - last.threadSeconds,
        cpuSeconds: last.cpuSeconds === null ? 0 : now.cpuSeconds - last.cpuSeconds,
        memoryBytes: used.memoryBytes,
        outputBytes: view.resultBytes(),
      })
      last = now
      if (why !== null) view.stop(why)
    } finally {
      reading = false
    }
  }
  const timer = setInterval(() => void look(), options.readEveryMs ?? READ_EVERY_MS)
  void look()
  return () => clearInterval(timer)
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024).toLocaleString('en')} MiB`
