import type { HostCommand, TargetQuality } from '@sonde/contract'
import { endedWell, explainFailure, killedMessage } from '../run/tool-messages.ts'
import { StackCapture } from '../stacks/stack-capture.ts'
import type { Collector, CollectorFailure, CollectorResult, PublishContext } from './collector.ts'
import type { StacksPlan } from './stacks-plan.ts'

/** `stacks`: perf record at work, its samples turned into profile deltas. */
export class StacksCollector implements Collector {
  readonly id = 'stacks'
  readonly attached: Promise<boolean>
  readonly ended: Promise<void>
  readonly commands: readonly HostCommand[]
  onReady: (() => void) | null = null
  private readonly plan: StacksPlan
  private readonly capture: StackCapture
  private samples = 0

  constructor(plan: StacksPlan) {
    this.plan = plan
    this.commands = plan.commands
    const [record, script] = plan.commands
    if (record === undefined || script === undefined) throw new Error('a plan for stacks without its two commands')
    this.capture = new StackCapture({ record, script, onlyPids: plan.onlyPids })
    this.attached = this.capture.attached
    this.ended = this.capture.ended.then(() => undefined)
  }

  get over(): boolean {
    return this.capture.status !== null
  }

  /** perf follows processes (`-p`) until the last of them is gone, and then ends well. */
  get endedByItself(): 'processes-gone' | null {
    return this.capture.status?.code === 0 && !this.capture.wasInterrupted && this.capture.problem === null ? 'processes-gone' : null
  }

  get guardPids(): readonly number[] {
    return this.capture.guardPids
  }

  get activity(): { hits: number } {
    const { samples, lost, filteredSamples } = this.capture.counts
    return { hits: samples + lost + filteredSamples }
  }

  get isEmpty(): boolean {
    return this.samples === 0
  }

  stop({ patienceMs }: { patienceMs: number }): void {
    this.capture.stop(patienceMs)
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    const meta = { ...this.plan.meta, startMs: context.startMs, durationMs: context.recordedMs, timed: true }
    const profile = await this.capture.takeProfile(meta, context.host, context.zeroNs, context.giveUpAfterMs)
    this.samples += profile.samples.length
    await sink({ kind: 'profile', profile })
  }

  failure(): CollectorFailure | null {
    const { status, problem, wasInterrupted, stderr } = this.capture
    if (problem !== null) return { reason: 'tool-failed', message: problem }
    if (status === null || endedWell(status)) return null
    if (wasInterrupted && status.signal === 'SIGKILL') return { reason: 'tool-failed', message: killedMessage('perf') }
    return explainFailure('perf', status, stderr)
  }

  addQuality(quality: TargetQuality): void {
    const { counts, frameCounts, cpuSeconds, symboliserFailures } = this.capture
    quality.samples += this.samples
    quality.lostSamples += counts.lost
    quality.throttled += counts.throttled
    quality.frames += frameCounts.frames
    quality.unknownFrames += frameCounts.unknownFrames
    quality.truncatedStacks += counts.truncatedStacks
    quality.sampledEvent = this.plan.meta.event
    quality.tracerCpuSeconds += cpuSeconds
    quality.unknownBy.push(...this.capture.unknownBy)
    quality.notes.push(...this.capture.notes)
    if (symboliserFailures > 0) quality.notes.push('perf did not resolve all symbols in time; those frames are shown as unknown.')
  }

  async close(hurry: boolean): Promise<void> {
    await this.capture.close(hurry || this.capture.symboliserFailures > 0)
  }
}
