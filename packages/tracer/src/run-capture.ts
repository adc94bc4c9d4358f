import { EMPTY_QUALITY, type HostCommand, type TargetQuality } from '@sonde/contract'
import type { CapturePlan } from './capture-plan.ts'
import type { Collector, CollectorActivity, CollectorFailure, CollectorResult, PublishContext } from './collectors/collector.ts'
import { startCollector } from './collectors/start-collector.ts'
import { afterBootTime } from './guardrails/boot-clock.ts'
import { readProcStat } from './host/list-processes.ts'
import { LiveComms } from './host/live-comms.ts'
import { PATIENCE_MS } from './run/guarded-child.ts'
import { withDescendants } from './run/tracer-pids.ts'
import { TraceFailure } from './trace-errors.ts'

/** What the live brake sees of a running capture, and its handle. All counts are since attachment. */
export type BrakeView = {
  readonly collectors: readonly {
    readonly id: Collector['id']
    readonly activity: CollectorActivity
    readonly guardPids: readonly number[]
  }[]
  /** Wall time recorded so far, ms. */
  recordedMs(): number
  /** Bytes of result so far, as `onResult` reported them. */
  resultBytes(): number
  /** Detaches: the capture ends now, keeps what it has and says `reason`, a sentence, in `quality.braked`. */
  stop(reason: string): void
}

export type CaptureHooks = {
  hostId: string
  hostName: string
  /** A folder that the caller owns and removes. Nothing is written to it at present: everything streams. */
  workDir: string
  /** Abort stops the tracers within a second; the promise then resolves with `quality.partial`. */
  signal: AbortSignal
  /** Once, when every collector that could attach has attached. `commands` are the ones that run. Awaited. */
  onAttached(commands: HostCommand[]): void | Promise<void>
  /**
   * About every 2 s and once at the end, per collector: see CollectorResult for what is a delta and what is cumulative.
   * Resolves to the bytes that the result takes up as it is kept. Awaited (back-pressure); calls of several collectors may overlap.
   */
  onResult(result: CollectorResult): number | Promise<number>
  /** Called once everything is attached; watches from then on, until the function that it returns is called. */
  brake?(view: BrakeView): () => void
}

export type CaptureOutcome = {
  quality: TargetQuality
  /** Wall time recorded, ms: from attachment to the end of recording. */
  recordedMs: number
}

const ATTACH_TIMEOUT_MS = 20_000
const PUBLISH_EVERY_MS = 2_000
/** The first one comes sooner: perf then reads the kernel's symbols while there is time, and someone is looking at an empty page. */
const FIRST_PUBLISH_MS = 1_000
/** How long names may take to be resolved: while it records; once it is over; and after a cancel, when someone waits. */
const RESOLVE_MS = { recording: 30_000, finished: 60_000, cancelled: 1_000 } as const

/** Runs a plan to its end (or until aborted), and releases it. @throws TraceFailure where nothing usable was recorded. */
export async function runCapture(plan: CapturePlan, hooks: CaptureHooks): Promise<CaptureOutcome> {
  let run: CaptureRun | null = null
  try {
    run = new CaptureRun(plan, hooks)
    return await run.run()
  } finally {
    await run?.close()
    plan.release()
  }
}

class CaptureRun {
  private readonly plan: CapturePlan
  private readonly hooks: CaptureHooks
  private readonly collectors: Collector[] = []
  private attached: Collector[] = []
  private readonly comms = new LiveComms()
  private readonly notes: string[]
  private readonly ownCpu = process.cpuUsage()
  private tracerPids = new Set<number>()
  private zeroNs = 0
  private startMs = 0
  private startedAt = 0
  private stoppedAt: number | null = null
  /** The recording was ended before its time. */
  private partial = false
  private braked: string | null = null
  private failure: CollectorFailure | null = null
  private readonly wakes = new Set<() => void>()
  private resultBytes = 0

  constructor(plan: CapturePlan, hooks: CaptureHooks) {
    this.plan = plan
    this.hooks = hooks
    this.notes = [...plan.notes, ...plan.collectors.flatMap((collector) => collector.notes)]
    try {
      for (const collector of plan.collectors) this.collectors.push(startCollector(collector))
    } catch (error) {
      // Those that did start are not left running.
      for (const collector of this.collectors) void collector.close(true)
      throw error
    }
  }

  async run(): Promise<CaptureOutcome> {
    const onAbort = () => this.stop(true)
    if (this.hooks.signal.aborted) onAbort()
    this.hooks.signal.addEventListener('abort', onAbort, { once: true })
    try {
      await this.attach()
      const forgetDeadline = afterBootTime(this.plan.spec.durationMs, () => this.stop(false))
      let releaseBrake = () => {}
      this.watchEnds()
      try {
        if (!this.hooks.signal.aborted) {
          await this.hooks.onAttached(this.attached.flatMap((collector) => [...collector.commands]))
          releaseBrake = this.hooks.brake?.(this.brakeView()) ?? releaseBrake
        }
        await Promise.all(this.attached.map((collector) => this.publishUntilEnd(collector)))
      } finally {
        releaseBrake()
        forgetDeadline()
        this.stop(true)
      }
      await Promise.all(this.attached.map((collector) => this.publishLast(collector)))
    } finally {
      this.hooks.signal.removeEventListener('abort', onAbort)
    }
    await this.close()
    return await this.outcome()
  }

  async close(): Promise<void> {
    await Promise.all(this.collectors.map((collector) => collector.close(this.hooks.signal.aborted)))
  }

  /** `early`: before the time that was asked for. A second call changes nothing, unless it is a cancel: then it hurries. */
  private stop(early: boolean): void {
    const patienceMs = this.hooks.signal.aborted ? PATIENCE_MS.cancelled : PATIENCE_MS.finished
    if (this.stoppedAt === null || this.hooks.signal.aborted) for (const collector of this.collectors) collector.stop({ early, patienceMs })
    if (this.stoppedAt === null) {
      this.stoppedAt = performance.now()
      if (early) this.partial = true
    }
    for (const wake of this.wakes) wake()
  }

  /** All start at once; time 0 is when the slowest one is ready. */
  private async attach(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), ATTACH_TIMEOUT_MS)
    })
    const ready = await Promise.all(this.collectors.map((collector) => Promise.race([collector.attached, timeout])))
    clearTimeout(timer)
    this.zeroNs = Number(process.hrtime.bigint())
    this.startMs = Date.now()
    this.startedAt = performance.now()
    this.attached = this.collectors.filter((_collector, i) => ready[i] === true)
    for (const collector of this.attached) collector.begin?.()
    ready.forEach((state, i) => {
      const collector = this.collectors[i]
      if (state === 'timeout')
        this.fail({ reason: 'tool-failed', message: `${toolOf(collector)} was not ready within ${ATTACH_TIMEOUT_MS / 1000} s.` })
    })
    await this.noteTracerPids()
    if (this.hooks.signal.aborted) return
    const notAttached = this.collectors.filter((collector) => !this.attached.includes(collector))
    // What has not attached will not count; it must not go on either.
    await Promise.all(notAttached.map((collector) => collector.close(true)))
    const gone = this.plan.scope.kind === 'processes' && notAttached.some((collector) => collector.failure()?.reason === 'process-exited')
    if (this.attached.length === 0 || gone) {
      this.stop(true)
      await Promise.all(this.collectors.map((collector) => collector.ended))
      await this.close()
      this.explainCollectors()
      const { reason, message } = this.failure ?? { reason: 'tool-failed', message: 'The tracing tools did not start.' }
      throw new TraceFailure(reason, message, this.quality())
    }
  }

  private async noteTracerPids(): Promise<void> {
    const guards = this.collectors.flatMap((collector) => [...collector.guardPids])
    const asked = this.plan.scope.kind === 'processes' ? new Set(this.plan.scope.pids) : new Set<number>()
    this.tracerPids = new Set([process.pid, ...(await withDescendants(guards))].filter((pid) => !asked.has(pid)))
  }

  /** A collector that ends by itself: all processes that it followed are gone, or its tool has died. */
  private watchEnds(): void {
    for (const collector of this.attached) {
      void collector.ended.then(() => {
        if (this.stoppedAt !== null || collector.endedByItself === 'time') return
        if (collector.endedByItself === 'processes-gone' && this.plan.scope.kind === 'processes') {
          this.partial = true
          this.notes.push('The recorded processes ended before the time was over.')
          this.stop(false)
        } else if (this.attached.every(({ over }) => over)) this.stop(true)
        else this.partial = true
      })
    }
  }

  private brakeView(): BrakeView {
    return {
      collectors: this.attached,
      recordedMs: () => this.recordedMs(),
      resultBytes: () => this.resultBytes,
      stop: (reason) => {
        if (this.stoppedAt !== null) return
        this.braked = reason
        this.stop(true)
      },
    }
  }

  private async publishUntilEnd(collector: Collector): Promise<void> {
    let ready = false
    let wake = () => {}
    const wakeUp = () => wake()
    this.wakes.add(wakeUp)
    collector.onReady = () => {
      ready = true
      wake()
    }
    let nextAt = performance.now() + FIRST_PUBLISH_MS
    while (this.stoppedAt === null) {
      if (!ready) {
        const waitMs = Math.max(0, nextAt - performance.now())
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      if (this.stoppedAt !== null || (!ready && performance.now() < nextAt)) continue
      if (performance.now() >= nextAt) nextAt = performance.now() + PUBLISH_EVERY_MS
      ready = false
      await this.publish(collector, RESOLVE_MS.recording)
    }
    this.wakes.delete(wakeUp)
    collector.onReady = null
  }

  private async publishLast(collector: Collector): Promise<void> {
    await collector.ended
    await this.publish(collector, this.hooks.signal.aborted ? RESOLVE_MS.cancelled : RESOLVE_MS.finished, true)
  }

  private async publish(collector: Collector, giveUpAfterMs: number, final = false): Promise<void> {
    const context: PublishContext = {
      host: { id: this.hooks.hostId, name: this.hooks.hostName },
      zeroNs: this.zeroNs,
      startMs: this.startMs,
      recordedMs: this.recordedMs(),
      isExcluded: (pid) => this.tracerPids.has(pid),
      readComms: async () => {
        await this.comms.refresh()
        return (pid) => this.comms.commOf(pid)
      },
      final,
      giveUpAfterMs,
    }
    await collector.publish(context, async (result) => {
      this.resultBytes += await this.hooks.onResult(result)
    })
  }

  private recordedMs(): number {
    return this.startedAt === 0 ? 0 : Math.max(0, (this.stoppedAt ?? performance.now()) - this.startedAt)
  }

  private async outcome(): Promise<CaptureOutcome> {
    this.explainCollectors()
    const quality = this.quality()
    // Nothing at all is a fair result of an idle host, but not of tools that failed or processes that are gone.
    if (!this.hooks.signal.aborted && this.collectors.every(({ isEmpty }) => isEmpty)) {
      if (this.failure !== null) throw new TraceFailure(this.failure.reason, this.failure.message, quality)
      if (await this.recordedProcessesAreGone())
        throw new TraceFailure('process-exited', 'The process ended before anything was recorded.', quality)
    }
    return { quality, recordedMs: this.recordedMs() }
  }

  private async recordedProcessesAreGone(): Promise<boolean> {
    if (this.plan.scope.kind !== 'processes') return false
    const stats = await Promise.all(this.plan.scope.pids.map(readProcStat))
    return stats.every((process) => process === null)
  }

  /** Turns what went wrong with the collectors into notes, and the first of it into the failure. */
  private explainCollectors(): void {
    if (this.hooks.signal.aborted) return
    for (const collector of this.collectors) {
      const failure = collector.failure()
      if (failure !== null) this.fail(failure)
    }
  }

  private quality(): TargetQuality {
    const own = process.cpuUsage(this.ownCpu)
    const quality: TargetQuality = {
      ...EMPTY_QUALITY,
      unknownBy: [],
      notes: [...this.notes],
      tracerCpuSeconds: (own.user + own.system) / 1e6,
    }
    for (const collector of this.collectors) collector.addQuality(quality)
    quality.partial ||= this.partial || this.failure !== null
    quality.braked = this.braked
    // Two collectors may each have a list of its own.
    quality.unknownBy = quality.unknownBy.sort((a, b) => b.frames - a.frames).slice(0, 20)
    quality.notes = [...new Set(quality.notes)].slice(0, 20).map((note) => note.slice(0, 500))
    return quality
  }

  private fail(failure: CollectorFailure): void {
    this.failure ??= failure
    this.notes.push(failure.message)
  }
}

const toolOf = (collector: Collector | undefined): string => collector?.commands[0]?.tool ?? 'The tracing tool'
