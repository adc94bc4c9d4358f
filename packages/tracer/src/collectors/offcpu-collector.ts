import type { HostCommand, TargetQuality } from '@sonde/contract'
import { type BlockedCounts, type BlockedRow, BlockedTable, NO_BLOCKED_COUNTS } from '../offcpu/blocked-rows.ts'
import { NativeOffcpu } from '../offcpu/native-offcpu.ts'
import { offcpuProfile } from '../offcpu/offcpu-profile.ts'
import { SwitchRecorder } from '../offcpu/switch-recorder.ts'
import { endedWell, explainFailure, killedMessage } from '../run/tool-messages.ts'
import { StackCapture } from '../stacks/stack-capture.ts'
import type { Collector, CollectorFailure, CollectorResult, PublishContext } from './collector.ts'
import { commandsOfEngine, type OffcpuEngine, type OffcpuPlan } from './offcpu-plan.ts'

/** What ends by itself, ends soon after the other. */
const OTHER_TOOL_PATIENCE_MS = 2_000

/** `offcpu`: time off the CPU by stack and waker, as profile deltas that weigh in ns. */
export class OffcpuCollector implements Collector {
  readonly id = 'offcpu'
  readonly attached: Promise<boolean>
  readonly ended: Promise<void>
  onReady: (() => void) | null = null
  private readonly plan: OffcpuPlan
  private readonly table = new BlockedTable()
  private readonly started: Promise<void>
  private engine: OffcpuEngine
  private tools: Tools
  /** The helper did not attach: why, and what was done. */
  private readonly notes: string[] = []
  private over_ = false
  private stopped = false
  /** Every process that was to be recorded has ended. */
  private allGone = false
  private waits = 0
  /** Time 0 of the recording, ns of CLOCK_MONOTONIC; null before it. */
  private zeroNs: number | null = null

  constructor(plan: OffcpuPlan) {
    this.plan = plan
    this.engine = plan.engine
    this.tools = this.startTools(plan.engine)
    this.started = this.useFallback()
    this.attached = this.started.then(async () => (await this.tools.attached) && !this.stopped)
    this.ended = this.started.then(async () => {
      await this.tools.ended
      this.over_ = true
    })
  }

  begin(): void {
    this.zeroNs = Number(process.hrtime.bigint())
  }

  get over(): boolean {
    return this.over_
  }

  get endedByItself(): 'processes-gone' | null {
    const { capture } = this.tools
    if (this.allGone) return 'processes-gone'
    return capture.status?.code === 0 && !capture.wasInterrupted && capture.problem === null ? 'processes-gone' : null
  }

  get commands(): readonly HostCommand[] {
    return commandsOfEngine(this.engine)
  }

  get guardPids(): readonly number[] {
    const { native, capture } = this.tools
    return [...(native?.guardPid === undefined ? [] : [native.guardPid]), ...capture.guardPids]
  }

  get activity(): { hits: number } {
    const { counts } = this
    const { samples, filteredSamples, lost } = this.tools.capture.counts
    return { hits: Math.max(this.waits + counts.shortWaits + counts.lostWaits, samples + filteredSamples + lost) }
  }

  get isEmpty(): boolean {
    return this.waits === 0
  }

  stop({ early, patienceMs }: { early: boolean; patienceMs: number }): void {
    const { native, capture } = this.tools
    this.stopped ||= early
    native?.stop(patienceMs)
    capture.stop(patienceMs)
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    const { capture, switches } = this.tools
    if (context.final) switches?.finish(context.zeroNs + context.recordedMs * 1e6)
    const rows = this.table.take()
    await capture.resolve(context.giveUpAfterMs)
    const { profile, counts, waits } = offcpuProfile(rows, {
      meta: { event: 'off-CPU', unit: 'ns', periodNs: 0, startMs: context.startMs, durationMs: context.recordedMs, timed: true },
      host: context.host,
      zeroNs: context.zeroNs,
      framesOf: (chain) => capture.framesOf(chain),
      isExcluded: context.isExcluded,
      cgroups: capture.cgroups,
      unknown: capture.unknown,
    })
    await capture.addFrames(counts)
    this.waits += waits
    await sink({ kind: 'offcpu', profile })
  }

  failure(): CollectorFailure | null {
    const { native, capture } = this.tools
    if (capture.problem !== null) return { reason: 'tool-failed', message: capture.problem }
    for (const [tool, child] of [
      ['sonde-bpf', native],
      ['perf', capture],
    ] as const) {
      if (child === null || child.status === null || endedWell(child.status)) continue
      if (child.wasInterrupted && child.status.signal === 'SIGKILL') return { reason: 'tool-failed', message: killedMessage(tool) }
      return explainFailure(tool, child.status, child.stderr)
    }
    return null
  }

  addQuality(quality: TargetQuality): void {
    const { native, capture } = this.tools
    const { counts } = this
    quality.hits += this.waits
    quality.lostEvents += counts.lostWaits + capture.counts.lost + this.table.lostWaits
    quality.frames += capture.frameCounts.frames
    quality.unknownFrames += capture.frameCounts.unknownFrames
    quality.truncatedStacks += counts.deepStacks + capture.counts.truncatedStacks
    quality.mapsTruncated ||= counts.lostStacks > 0
    quality.tracerCpuSeconds += capture.cpuSeconds + (native?.cpuSeconds ?? 0)
    quality.unknownBy.push(...capture.unknownBy)
    quality.notes.push(...this.notes, ...this.engine.notes, ...capture.notes, ...countNotes(counts))
    const malformed = native?.malformed ?? 0
    if (malformed > 0) quality.notes.push(`${malformed} lines of sonde-bpf could not be read.`)
    if (capture.symboliserFailures > 0) quality.notes.push('perf did not resolve all symbols in time; those frames are shown as unknown.')
  }

  async close(hurry: boolean): Promise<void> {
    this.stopped = true
    await this.started
    await this.tools.close(hurry)
  }

  /** Waits that ended before time 0 are not of this recording; nor are those of an interval that had begun before. */
  private add(row: BlockedRow): void {
    if (this.zeroNs !== null && row.fromNs >= this.zeroNs) this.table.add(row)
  }

  private get counts(): BlockedCounts {
    return this.tools.native?.counts ?? this.tools.switches?.counts ?? NO_BLOCKED_COUNTS
  }

  /** Where the helper does not attach, perf alone takes its place. */
  private async useFallback(): Promise<void> {
    const { native } = this.tools
    const { fallback } = this.plan
    if (native === null || fallback === null || (await native.attached) || this.stopped) return
    const status = await native.ended
    await this.tools.close(true)
    this.notes.push(`The native helper did not attach: ${explainFailure('sonde-bpf', status, native.stderr).message}`)
    this.engine = fallback
    this.tools = this.startTools(fallback)
  }

  private startTools(engine: OffcpuEngine): Tools {
    return engine.helper === null ? this.startPerf(engine) : this.startHelper(engine, engine.helper)
  }

  private startHelper(engine: OffcpuEngine, command: HostCommand): Tools {
    const { record, script, onlyPids } = engine
    const onAllGone = () => {
      this.allGone = true
      capture.stop(OTHER_TOOL_PATIENCE_MS)
    }
    const capture = new StackCapture({ record, script, onlyPids, traitsOf: () => null, onAllGone })
    const native = new NativeOffcpu({
      command,
      remember: (pid, tid, timeNs, words) => capture.addStack(pid, tid, timeNs, words),
      onRow: (row) => this.add(row),
    })
    // One is of no use without the other.
    void native.ended.then(() => capture.stop(OTHER_TOOL_PATIENCE_MS))
    void capture.ended.then(() => native.stop(OTHER_TOOL_PATIENCE_MS))
    return {
      native,
      capture,
      switches: null,
      attached: Promise.all([native.attached, capture.attached]).then(([programs, mappings]) => programs && mappings),
      ended: Promise.all([native.ended, capture.ended]).then(() => undefined),
      close: async (hurry) => {
        native.kill()
        await native.ended
        await capture.close(hurry || capture.symboliserFailures > 0)
      },
    }
  }

  private startPerf(engine: OffcpuEngine): Tools {
    const { record, script, onlyPids, conditions } = engine
    const { minBlockedUs } = this.plan.instrument
    const switches = new SwitchRecorder({ record, script, onlyPids, conditions, minBlockedUs, onRow: (row) => this.add(row) })
    const { capture } = switches
    return {
      native: null,
      capture,
      switches,
      attached: capture.attached,
      ended: capture.ended.then(() => undefined),
      close: (hurry) => capture.close(hurry || capture.symboliserFailures > 0),
    }
  }
}

type Tools = {
  native: NativeOffcpu | null
  capture: StackCapture
  /** Null with the helper. */
  switches: SwitchRecorder | null
  attached: Promise<boolean>
  ended: Promise<void>
  close(hurry: boolean): Promise<void>
}

function countNotes({ shortWaits, shortNs, lostStacks, stillWaiting }: BlockedCounts): string[] {
  const notes: string[] = []
  if (shortWaits > 0)
    notes.push(`${shortWaits} waits were shorter than was asked for, ${Math.round(shortNs / 1e6)} ms together; they are left out.`)
  if (stillWaiting > 0)
    notes.push(`${stillWaiting} threads still waited when the recording ended; they are in it with what they had waited by then.`)
  if (lostStacks > 0) notes.push(`${lostStacks} stacks found no room or could not be read; they are shown as unknown.`)
  return notes
}
