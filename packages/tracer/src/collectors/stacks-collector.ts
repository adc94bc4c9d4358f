import type { HostCommand, TargetQuality } from '@sonde/contract'
import { EVENT_TYPE, type EventAttr, SOFTWARE_CONFIG } from '@sonde/profile/perf-data'
import type { TracepointFormat } from '../discovery/tracepoint-format.ts'
import { ProbeGuard, ProbeRefused } from '../native/probe-guard.ts'
import { endedWell, explainFailure, killedMessage } from '../run/tool-messages.ts'
import { numberField, readEventFormat } from '../stacks/event-format.ts'
import { type EventTraits, PLAIN_TRAITS, type SampleWeight } from '../stacks/event-traits.ts'
import { perfRecordCommand } from '../stacks/perf-commands.ts'
import { OWN_FIELDS, type PerfEvent } from '../stacks/perf-events.ts'
import { SampleFilter } from '../stacks/sample-filter.ts'
import { StackCapture } from '../stacks/stack-capture.ts'
import type { Collector, CollectorFailure, CollectorResult, PublishContext } from './collector.ts'
import { isSoftwareEvent, type StacksPlan } from './stacks-plan.ts'

/** `stacks`: perf record at work, its samples turned into profile deltas. Events that the kernel does not have are made first. */
export class StacksCollector implements Collector {
  readonly id = 'stacks'
  readonly attached: Promise<boolean>
  readonly ended: Promise<void>
  onReady: (() => void) | null = null
  private readonly plan: StacksPlan
  private readonly filter: SampleFilter
  private guard: ProbeGuard | null = null
  private capture: StackCapture | null = null
  private recordCommand: HostCommand
  private guardCommand: HostCommand | null
  /** What kept perf from being started. */
  private startFailure: CollectorFailure | null = null
  private stopped = false
  private finished = false
  /** perf was asked for `cpu` and has taken its clock in place of the hardware counter. */
  private fellBack = false
  /** perf has opened another event than the one that was asked for: why that will not do. */
  private wrongEvent: string | null = null
  private readonly started: Promise<void>
  private samples = 0

  constructor(plan: StacksPlan) {
    this.plan = plan
    this.filter = new SampleFilter(plan.conditions)
    this.recordCommand = perfRecordCommand(plan.record)
    this.guardCommand = plan.guard
    this.started = this.start().catch((error: unknown) => {
      this.startFailure ??= { reason: 'tool-failed', message: error instanceof Error ? error.message : String(error) }
    })
    this.attached = this.started.then(async () => (await this.capture?.attached) === true && this.wrongEvent === null)
    this.ended = this.started.then(async () => {
      await this.capture?.ended
      // While perf uses them, the events cannot be removed.
      await this.guard?.close()
      this.finished = true
    })
  }

  get commands(): readonly HostCommand[] {
    return [...(this.guardCommand === null ? [] : [this.guardCommand]), this.recordCommand, this.plan.script]
  }

  get over(): boolean {
    return this.finished
  }

  /** perf follows processes (`-p`) until the last of them is gone, and then ends well. */
  get endedByItself(): 'processes-gone' | null {
    const { capture } = this
    return capture?.status?.code === 0 && !capture.wasInterrupted && capture.problem === null ? 'processes-gone' : null
  }

  get guardPids(): readonly number[] {
    return [...(this.guard?.pid === undefined ? [] : [this.guard.pid]), ...(this.capture?.guardPids ?? [])]
  }

  get activity(): { hits: number } {
    const { counts } = this.capture ?? {}
    return { hits: counts === undefined ? 0 : counts.samples + counts.lost + counts.filteredSamples + counts.weightless }
  }

  get isEmpty(): boolean {
    return this.samples === 0
  }

  stop({ patienceMs }: { patienceMs: number }): void {
    this.stopped = true
    this.capture?.stop(patienceMs)
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    if (this.capture === null) return
    const profile = await this.capture.takeProfile({
      meta: { ...this.meta, startMs: context.startMs, durationMs: context.recordedMs, timed: true },
      host: context.host,
      zeroNs: context.zeroNs,
      giveUpAfterMs: context.giveUpAfterMs,
      eventsPerSample: this.eventsPerSample,
      // Time that the tracers take is the host's time; events that they cause would not be there without them.
      ...(this.isCounter ? {} : { isExcluded: context.isExcluded }),
    })
    this.samples += profile.samples.length
    await sink({ kind: 'profile', profile })
  }

  failure(): CollectorFailure | null {
    if (this.startFailure !== null) return this.startFailure
    if (this.wrongEvent !== null) return { reason: 'capability-missing', message: this.wrongEvent }
    if (this.capture === null) return null
    const { status, problem, wasInterrupted, stderr } = this.capture
    if (problem !== null) return { reason: 'tool-failed', message: problem }
    if (status === null || endedWell(status)) return null
    if (wasInterrupted && status.signal === 'SIGKILL') return { reason: 'tool-failed', message: killedMessage('perf') }
    return explainFailure('perf', status, stderr)
  }

  addQuality(quality: TargetQuality): void {
    quality.sampledEvent = this.meta.event.slice(0, 64)
    if (this.capture === null) return
    const { counts, frameCounts, cpuSeconds, symboliserFailures } = this.capture
    quality.samples += this.samples
    quality.lostSamples += counts.lost
    quality.throttled += counts.throttled
    quality.frames += frameCounts.frames
    quality.unknownFrames += frameCounts.unknownFrames
    quality.truncatedStacks += counts.truncatedStacks
    quality.tracerCpuSeconds += cpuSeconds
    quality.unknownBy.push(...this.capture.unknownBy)
    quality.notes.push(...this.capture.notes)
    const { withoutUser } = this.filter
    if (withoutUser > 0)
      quality.notes.push(`${withoutUser} samples were of tasks that were gone before anyone could look whose they were; they are left out.`)
    if (!this.filter.isOpen) quality.notes.push(`The agent left out ${counts.filteredSamples} samples that the filter does not ask for.`)
    if (counts.weightless > 0)
      quality.notes.push(
        `${counts.weightless} events had a negative ${this.plan.instrument.weight?.field}, or none that could be read, and are left out.`,
      )
    if (this.fellBack) quality.notes.push('The hardware counter could not be opened, so perf sampled by its clock.')
    if (symboliserFailures > 0) quality.notes.push('perf did not resolve all symbols in time; those frames are shown as unknown.')
  }

  async close(hurry: boolean): Promise<void> {
    this.stopped = true
    await this.started
    await this.capture?.close(hurry || this.capture.symboliserFailures > 0)
    await this.guard?.close()
  }

  private get eventsPerSample(): number | 'weight' {
    const { weight } = this.plan
    return weight.by === 'constant' ? weight.value : weight.by === 'field' ? weight.times : 'weight'
  }

  private get isCounter(): boolean {
    return this.plan.record.what.kind === 'counter'
  }

  private get meta(): StacksPlan['meta'] {
    const { sample } = this.plan.instrument
    if (!this.fellBack) return this.plan.meta
    return { ...this.plan.meta, event: 'cpu-clock', periodNs: sample.by === 'frequency' ? Math.round(1e9 / sample.hz) : 0 }
  }

  private async start(): Promise<void> {
    const { what } = this.plan.record
    if (what.kind === 'counter') {
      this.run((attr) => (isDummy(attr) || this.wrongEvent !== null ? null : { ...PLAIN_TRAITS, weight: this.weightIn(null, null) }))
      return
    }
    if (what.kind !== 'events') return
    if (this.plan.guard !== null && !(await this.makeEvents(what.events, this.plan.guard))) return
    const group = this.guard?.group ?? ''
    const traits = new Map<number, EventTraits>()
    for (const event of what.events) {
      const format = readEventFormat(event.definition === null ? event.selector : `${group}:${event.selector}`)
      if (format === null) {
        this.startFailure = { reason: 'probe-missing', message: `The event ${event.selector} is gone, or its format cannot be read.` }
        return
      }
      traits.set(format.id, {
        keepIdle: true,
        weight: this.weightIn(format, event.weightField),
        caller: event.definition?.at === 'entry' ? numberField(format, OWN_FIELDS.caller) : null,
        returnedFrom: event.definition?.at === 'return' ? numberField(format, OWN_FIELDS.returnedFrom) : null,
      })
    }
    if (group !== '') this.recordCommand = perfRecordCommand(this.plan.record, group)
    if (!this.stopped) this.run((attr) => (attr.type === EVENT_TYPE.tracepoint ? (traits.get(attr.config) ?? null) : null))
  }

  private run(traitsOf: (attr: EventAttr) => EventTraits | null): void {
    this.capture = new StackCapture({
      record: this.recordCommand,
      script: this.plan.script,
      onlyPids: this.plan.onlyPids,
      traitsOf,
      ...(this.filter.isOpen ? {} : { keeps: (thread) => this.filter.keeps(thread) }),
      refuses: (attr) => {
        this.wrongEvent ??= this.whyNot(attr)
        return this.wrongEvent
      },
    })
  }

  /** False after `startFailure` was set. */
  private async makeEvents(events: readonly PerfEvent[], command: HostCommand): Promise<boolean> {
    const [helper = ''] = command.argv
    const definitions: string[] = []
    try {
      this.guard = await ProbeGuard.open(helper)
      for (const { definition } of events) if (definition !== null) definitions.push((await this.guard.add(definition)).definition)
    } catch (error) {
      if (!(error instanceof ProbeRefused)) throw error
      this.startFailure = {
        reason: 'nothing-attached',
        message: `The kernel did not take the probe: ${error.message} (${error.definition ?? 'no definition'})`,
      }
      return false
    } finally {
      this.guardCommand = { ...command, program: `${definitions.join('\n')}\n` }
    }
    return true
  }

  private weightIn(format: TracepointFormat | null, field: string | null): SampleWeight {
    const { weight } = this.plan
    if (weight.by !== 'field') return weight
    return { by: 'field', field: format === null || field === null ? null : numberField(format, field), times: weight.times }
  }

  /** perf takes its clock where the hardware cannot count, and says nothing. */
  private whyNot(attr: EventAttr): string | null {
    const { what } = this.plan.record
    if (what.kind !== 'counter' || isSoftwareEvent(what.event)) return null
    if (attr.type !== EVENT_TYPE.software || attr.config !== SOFTWARE_CONFIG.cpuClock) return null
    const { probe } = this.plan.instrument
    if (probe.kind === 'pmu' && probe.event === 'cpu') {
      this.fellBack = true
      return null
    }
    return `This host cannot sample ${what.event}: perf took its clock in place of it, which would have been something else.`
  }
}

const isDummy = (attr: EventAttr): boolean => attr.type === EVENT_TYPE.software && attr.config === SOFTWARE_CONFIG.dummy
