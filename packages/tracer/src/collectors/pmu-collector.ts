import type { CountersDelta, HostCommand, TargetQuality } from '@sonde/contract'
import { CounterIntervals, PerfStatLines } from '../counters/perf-stat-lines.ts'
import { type ExitStatus, GuardedChild } from '../run/guarded-child.ts'
import { endedWell, explainFailure, killedMessage } from '../run/tool-messages.ts'
import type { Collector, CollectorFailure, CollectorResult, PublishContext } from './collector.ts'
import type { PmuPlan } from './pmu-plan.ts'

const UNSUPPORTED_REASON = 'perf says that this host cannot count it.'

/** `pmu`: perf stat at work, its counters as intervals of time. */
export class PmuCollector implements Collector {
  readonly id = 'pmu'
  readonly attached: Promise<boolean>
  readonly ended: Promise<void>
  readonly commands: readonly HostCommand[]
  readonly onReady = null
  private readonly plan: PmuPlan
  private readonly child: GuardedChild
  private readonly lines = new PerfStatLines()
  private readonly intervals = new CounterIntervals()
  private status: ExitStatus | null = null
  private interrupted = false
  /** CLOCK_MONOTONIC ns at which counting began; null until it has. */
  private begunNs: number | null = null
  private values = 0
  private readonly told = new Set<string>()

  constructor(plan: PmuPlan) {
    this.plan = plan
    this.commands = plan.commands
    const [command] = plan.commands
    if (command === undefined) throw new Error('a plan for counters without its command')
    let ready: (attached: boolean) => void = () => {}
    this.attached = new Promise((resolve) => {
      ready = resolve
    })
    this.child = new GuardedChild(command, { control: plan.controlled })
    this.child.stdout.on('data', (chunk: Buffer) => {
      // Without control the first interval is the first sign of life; counting began as long before as it says.
      const values = this.lines.push(chunk)
      if (this.begunNs === null && values[0] !== undefined) this.begunNs = nowNs() - values[0].untilMs * 1e6
      for (const value of values) this.intervals.add(value)
      if (!plan.controlled && values.length > 0) ready(true)
    })
    if (plan.controlled) {
      // The answer to the first word says that all counters are open; that to the second, that they count.
      let answers = 0
      this.child.replies?.on('data', (chunk: Buffer) => {
        for (const _answer of chunk.toString('latin1').matchAll(/ack\n/g)) {
          answers++
          if (answers === 1) ready(true)
          if (answers === 2) this.begunNs ??= nowNs()
        }
      })
      this.child.control?.write('ping\n')
    }
    this.ended = this.child.exited.then((status) => {
      this.status = status
      for (const value of this.lines.end()) this.intervals.add(value)
      ready(false)
    })
  }

  begin(): void {
    if (this.plan.controlled) this.child.control?.write('enable\n')
  }

  get over(): boolean {
    return this.status !== null
  }

  /** perf ends well by itself when the processes that it counts are gone. */
  get endedByItself(): 'processes-gone' | null {
    return this.status?.code === 0 && !this.interrupted ? 'processes-gone' : null
  }

  get guardPids(): readonly number[] {
    return this.child.pid === undefined ? [] : [this.child.pid]
  }

  /** Counting is not firing: whatever is counted costs as good as nothing. */
  get activity(): { hits: number } {
    return { hits: 0 }
  }

  get isEmpty(): boolean {
    return this.values === 0
  }

  stop({ patienceMs }: { patienceMs: number }): void {
    if (this.status !== null) return
    this.interrupted = true
    this.child.interrupt(patienceMs)
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    const offsetMs = ((this.begunNs ?? context.zeroNs) - context.zeroNs) / 1e6
    const intervals = this.intervals.take(context.final).flatMap((interval) => placed(interval, offsetMs))
    const unsupported = [...this.intervals.unsupported].filter((event) => !this.told.has(event))
    if (intervals.length === 0 && unsupported.length === 0) return
    for (const event of unsupported) this.told.add(event)
    for (const { counters } of intervals) this.values += counters.filter(({ value }) => value !== null).length
    const delta: CountersDelta = { version: 1, intervals, unsupported: unsupported.map((event) => ({ event, reason: UNSUPPORTED_REASON })) }
    await sink({ kind: 'counters', delta })
  }

  failure(): CollectorFailure | null {
    const { status } = this
    if (status === null || endedWell(status)) return null
    if (this.interrupted && status.signal === 'SIGKILL') return { reason: 'tool-failed', message: killedMessage('perf') }
    return explainFailure('perf', status, this.child.stderr)
  }

  addQuality(quality: TargetQuality): void {
    quality.tracerCpuSeconds += this.child.cpuSeconds
    if (this.lines.malformed > 0) quality.notes.push(`${this.lines.malformed} lines of perf could not be read.`)
    const { unsupported } = this.intervals
    if (unsupported.size > 0) quality.notes.push(`This host cannot count ${[...unsupported].join(', ')}.`)
  }

  async close(): Promise<void> {
    this.child.kill()
    await this.child.exited
  }
}

/** An interval in the time of the capture. One that had begun before time 0 is left out: its counts are not of the capture alone. */
function placed(interval: CountersDelta['intervals'][number], offsetMs: number): CountersDelta['intervals'] {
  const atMs = interval.atMs + offsetMs
  return atMs < 0 ? [] : [{ ...interval, atMs }]
}

const nowNs = (): number => Number(process.hrtime.bigint())
