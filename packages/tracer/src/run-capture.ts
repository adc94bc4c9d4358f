import { EMPTY_QUALITY, type HostCommand, type SyscallSnapshot, type TargetQuality, type TargetReason } from '@sonde/contract'
import type { Profile, ProfileMeta } from '@sonde/profile'
import type { CapturePlan } from './capture-plan.ts'
import { readProcStat } from './host/list-processes.ts'
import { LiveComms } from './host/live-comms.ts'
import { PATIENCE_MS } from './run/guarded-child.ts'
import { endedWell, explainFailure } from './run/tool-messages.ts'
import { withDescendants } from './run/tracer-pids.ts'
import { StackCapture } from './stacks/stack-capture.ts'
import { SyscallCapture } from './syscalls/syscall-capture.ts'
import { syscallProgram } from './syscalls/syscall-program.ts'
import { TraceFailure } from './trace-errors.ts'

export type CaptureHooks = {
  hostId: string
  hostName: string
  /** A folder that the caller owns and removes. Nothing is written to it at present: everything streams. */
  workDir: string
  /** Abort stops both tracers within a second; the promise then resolves with `quality.partial`. */
  signal: AbortSignal
  /** Once, when every collector that could attach has attached. `commands` are the ones that run. Awaited. */
  onAttached(commands: HostCommand[]): void | Promise<void>
  /** About every 2 s and once at the end, with what is new since the last call: merge them all. Awaited (back-pressure). */
  onProfile(delta: Profile): void | Promise<void>
  /** About every 2 s and once at the end; cumulative: the last one is the whole truth. Awaited. */
  onSyscalls(snapshot: SyscallSnapshot): void | Promise<void>
}

export type CaptureOutcome = {
  quality: TargetQuality
  /** Wall time recorded, ms: from attachment to the end of recording. */
  recordedMs: number
}

const ATTACH_TIMEOUT_MS = 20_000
/** bpftrace keeps the time itself, and takes a moment to end. */
const SELF_END_GRACE_MS = 1_000
const PUBLISH_EVERY_MS = 2_000
/** The first one comes sooner: perf then reads the kernel's symbols while there is time, and someone is looking at an empty page. */
const FIRST_PUBLISH_MS = 1_000
/** How long names may take to be resolved once the recording is over: after a cancel someone waits. */
const FINAL_RESOLVE_MS = { finished: 60_000, cancelled: 1_000 } as const

/** Runs a plan to its end (or until aborted). @throws TraceFailure where nothing usable was recorded. */
export async function runCapture(plan: CapturePlan, hooks: CaptureHooks): Promise<CaptureOutcome> {
  const run = new CaptureRun(plan, hooks)
  try {
    return await run.run()
  } finally {
    await run.close()
  }
}

class CaptureRun {
  private readonly plan: CapturePlan
  private readonly hooks: CaptureHooks
  private readonly stacks: StackCapture | null
  private readonly syscalls: SyscallCapture | null
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
  private failure: { reason: TargetReason; message: string } | null = null
  private lastSnapshot: SyscallSnapshot | null = null
  private wake: () => void = () => {}
  private snapshotReady = false
  private attachedStacks = false
  private attachedSyscalls = false
  private samples = 0

  constructor(plan: CapturePlan, hooks: CaptureHooks) {
    this.plan = plan
    this.hooks = hooks
    this.notes = [...plan.notes]
    const [record, script] = plan.commands.filter((command) => command.collector === 'stacks')
    const bpftrace = plan.commands.find((command) => command.collector === 'syscalls')
    this.stacks = record && script ? new StackCapture({ record, script, onlyPids: plan.onlyPids }) : null
    const { probeCount } = syscallProgram(plan.scope, 'x64', plan.spec.durationMs)
    this.syscalls = bpftrace
      ? new SyscallCapture({
          command: bpftrace,
          probeCount,
          onSnapshot: () => {
            this.snapshotReady = true
            this.wake()
          },
        })
      : null
  }

  async run(): Promise<CaptureOutcome> {
    const onAbort = () => this.stop(true)
    if (this.hooks.signal.aborted) onAbort()
    this.hooks.signal.addEventListener('abort', onAbort, { once: true })
    try {
      await this.attach()
      const deadline = setTimeout(() => this.stop(false), this.plan.spec.durationMs)
      this.watchEnds()
      try {
        if (!this.hooks.signal.aborted) await this.hooks.onAttached(this.runningCommands())
        await this.publishUntilEnd()
      } finally {
        clearTimeout(deadline)
        this.stop(true)
      }
      await this.publishLast()
    } finally {
      this.hooks.signal.removeEventListener('abort', onAbort)
    }
    await this.close()
    return await this.outcome()
  }

  async close(): Promise<void> {
    const hurry = this.hooks.signal.aborted || (this.stacks?.symboliserFailures ?? 0) > 0
    await Promise.all([this.stacks?.close(hurry), this.syscalls?.close()])
  }

  /** `early`: before the time that was asked for. A second call changes nothing, unless it is a cancel: then it hurries. */
  private stop(early: boolean): void {
    const patienceMs = this.hooks.signal.aborted ? PATIENCE_MS.cancelled : PATIENCE_MS.finished
    if (this.stoppedAt === null || this.hooks.signal.aborted) {
      this.stacks?.stop(patienceMs)
      // At a regular end bpftrace stops by itself, which is surer than a signal; it is told only where it does not.
      if (early) this.syscalls?.stop(patienceMs)
      else setTimeout(() => this.syscalls?.stop(patienceMs), SELF_END_GRACE_MS)
    }
    if (this.stoppedAt === null) {
      this.stoppedAt = performance.now()
      if (early) this.partial = true
    }
    this.wake()
  }

  /** Both tools start at once; time 0 is when the slower one is ready. */
  private async attach(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), ATTACH_TIMEOUT_MS)
    })
    const [stacks, syscalls] = await Promise.all([
      this.stacks === null ? false : Promise.race([this.stacks.attached, timeout]),
      this.syscalls === null ? false : Promise.race([this.syscalls.attached, timeout]),
    ])
    clearTimeout(timer)
    this.zeroNs = Number(process.hrtime.bigint())
    this.startMs = Date.now()
    this.startedAt = performance.now()
    this.attachedStacks = stacks === true
    this.attachedSyscalls = syscalls === true && this.syscalls?.nothingAttached === false
    if (this.syscalls?.nothingAttached) {
      this.fail(
        'nothing-attached',
        `bpftrace attached ${this.syscalls.attachedProbes} probes, not the ${syscallProgram(this.plan.scope, 'x64', this.plan.spec.durationMs).probeCount} it was asked for.`,
      )
    }
    for (const [tool, result] of [
      ['perf', stacks],
      ['bpftrace', syscalls],
    ] as const) {
      if (result === 'timeout') this.fail('tool-failed', `${tool} was not ready within ${ATTACH_TIMEOUT_MS / 1000} s.`)
    }
    await this.noteTracerPids()
    if (this.hooks.signal.aborted) return
    const gone =
      this.stacks?.status !== null && this.plan.scope.kind === 'processes' && this.toolFailure('stacks')?.reason === 'process-exited'
    if ((!this.attachedStacks && !this.attachedSyscalls) || gone) {
      this.stop(true)
      await Promise.all([this.stacks?.ended, this.syscalls?.ended])
      await this.close()
      this.explainTools()
      const { reason, message } = this.failure ?? { reason: 'tool-failed', message: 'The tracing tools did not start.' }
      throw new TraceFailure(reason, message, this.quality())
    }
  }
  private async noteTracerPids(): Promise<void> {
    const guards = [...(this.stacks?.guardPids ?? []), ...(this.syscalls?.guardPids ?? [])]
    const asked = this.plan.scope.kind === 'processes' ? new Set(this.plan.scope.pids) : new Set<number>()
    this.tracerPids = new Set([process.pid, ...(await withDescendants(guards))].filter((pid) => !asked.has(pid)))
  }

  /** A tool that ends by itself: all processes that perf followed are gone, or it has died. */
  private watchEnds(): void {
    this.stacks?.ended.then(() => {
      if (this.stoppedAt === null && this.attachedStacks) {
        if (this.stacks?.status?.code === 0 && this.plan.scope.kind === 'processes') {
          this.partial = true
          this.notes.push('The recorded processes ended before the time was over.')
          this.stop(false)
        } else if (!this.attachedSyscalls || this.syscalls?.status !== null) this.stop(true)
        else this.partial = true
      }
      this.wake()
    })
    this.syscalls?.ended.then(() => {
      if (this.stoppedAt === null && this.attachedSyscalls && !this.syscalls?.finished) {
        this.partial = true
        if (!this.attachedStacks || this.stacks?.status !== null) this.stop(true)
      }
      this.wake()
    })
  }

  private runningCommands(): HostCommand[] {
    return this.plan.commands.filter((command) => (command.collector === 'stacks' ? this.attachedStacks : this.attachedSyscalls))
  }

  private async publishUntilEnd(): Promise<void> {
    let nextProfileAt = performance.now() + FIRST_PUBLISH_MS
    while (this.stoppedAt === null) {
      await this.sleepUntil(this.attachedStacks ? nextProfileAt : Number.POSITIVE_INFINITY)
      if (this.attachedStacks && performance.now() >= nextProfileAt && this.stoppedAt === null) {
        await this.publishProfile()
        nextProfileAt = performance.now() + PUBLISH_EVERY_MS
      }
      if (this.snapshotReady && this.stoppedAt === null) await this.publishSnapshot()
    }
  }

  private async publishLast(): Promise<void> {
    await Promise.all([this.stacks?.ended, this.syscalls?.ended])
    if (this.attachedStacks) await this.publishProfile(this.hooks.signal.aborted ? FINAL_RESOLVE_MS.cancelled : FINAL_RESOLVE_MS.finished)
    if (this.attachedSyscalls && this.syscalls?.hasData) await this.publishSnapshot()
  }

  private async publishProfile(giveUpAfterMs?: number): Promise<void> {
    if (this.stacks === null) return
    const meta: ProfileMeta = {
      event: this.plan.sampledEvent ?? '',
      unit: 'samples',
      periodNs: this.plan.sampledEvent === 'cpu-clock' ? Math.round(1e9 / this.plan.spec.rateHz) : 0,
      startMs: this.startMs,
      durationMs: this.recordedMs(),
      timed: true,
    }
    const delta = await this.stacks.takeProfile(meta, { id: this.hooks.hostId, name: this.hooks.hostName }, this.zeroNs, giveUpAfterMs)
    this.samples += delta.samples.length
    await this.hooks.onProfile(delta)
  }

  private async publishSnapshot(): Promise<void> {
    if (this.syscalls === null) return
    this.snapshotReady = false
    await this.comms.refresh()
    const snapshot = this.syscalls.snapshot({
      arch: process.arch === 'arm64' ? 'arm64' : 'x64',
      commOf: (pid) => this.comms.commOf(pid),
      isExcluded: (pid) => this.tracerPids.has(pid),
    })
    this.lastSnapshot = snapshot
    await this.hooks.onSyscalls(snapshot)
  }

  private sleepUntil(time: number): Promise<void> {
    if (this.stoppedAt !== null || this.snapshotReady) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(60_000, Math.max(0, time - performance.now())))
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private recordedMs(): number {
    return this.startedAt === 0 ? 0 : Math.max(0, (this.stoppedAt ?? performance.now()) - this.startedAt)
  }

  private async outcome(): Promise<CaptureOutcome> {
    this.explainTools()
    const quality = this.quality()
    // Nothing at all is a fair result of an idle host, but not of tools that failed or processes that are gone.
    if (!this.hooks.signal.aborted && quality.samples === 0 && quality.syscalls === 0) {
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

  /** Why a tool that has ended did not end well; null where it did, or still runs. */
  private toolFailure(collector: HostCommand['collector']): { reason: TargetReason; message: string } | null {
    const tool = collector === 'stacks' ? this.stacks : this.syscalls
    if (tool === null || tool.status === null || endedWell(tool.status)) return null
    if (tool.wasInterrupted && tool.status.signal === 'SIGKILL')
      return {
        reason: 'tool-failed',
        message: `${collector === 'stacks' ? 'perf' : 'bpftrace'} did not end when it was told to, and was killed.`,
      }
    return explainFailure(collector, tool.status, tool.stderr)
  }

  /** Turns what went wrong with the tools into notes, and the worst of it into the failure. */
  private explainTools(): void {
    const { stacks, syscalls } = this
    if (stacks?.problem) this.fail('tool-failed', stacks.problem)
    for (const collector of ['stacks', 'syscalls'] as const) {
      const failure = this.toolFailure(collector)
      if (failure !== null && !this.hooks.signal.aborted) this.fail(failure.reason, failure.message)
    }
    if ((stacks?.symboliserFailures ?? 0) > 0)
      this.notes.push('perf did not resolve all symbols in time; those frames are shown as unknown.')
    if ((syscalls?.malformedMessages ?? 0) > 0) this.notes.push(`${syscalls?.malformedMessages} messages of bpftrace could not be read.`)
  }

  private quality(): TargetQuality {
    const { stacks, syscalls, lastSnapshot } = this
    const own = process.cpuUsage(this.ownCpu)
    return {
      ...EMPTY_QUALITY,
      samples: this.samples,
      lostSamples: stacks?.counts.lost ?? 0,
      throttled: stacks?.counts.throttled ?? 0,
      frames: stacks?.frameCounts.frames ?? 0,
      unknownFrames: stacks?.frameCounts.unknownFrames ?? 0,
      truncatedStacks: stacks?.counts.truncatedStacks ?? 0,
      syscalls: lastSnapshot?.rows.reduce((sum, row) => sum + row.calls, 0) ?? 0,
      lostSyscalls: lastSnapshot?.lostCalls ?? 0,
      unmatchedSyscalls: lastSnapshot?.unmatchedExits ?? 0,
      mapsTruncated: lastSnapshot?.truncated ?? false,
      lostEvents: syscalls?.lostEvents ?? 0,
      sampledEvent: stacks === null ? null : this.plan.sampledEvent,
      tracerCpuSeconds: (stacks?.cpuSeconds ?? 0) + (syscalls?.cpuSeconds ?? 0) + (own.user + own.system) / 1e6,
      partial: this.partial || this.failure !== null,
      notes: [...new Set(this.notes)].slice(0, 20).map((note) => note.slice(0, 500)),
    }
  }

  private fail(reason: TargetReason, message: string): void {
    this.failure ??= { reason, message }
    this.notes.push(message)
  }
}
