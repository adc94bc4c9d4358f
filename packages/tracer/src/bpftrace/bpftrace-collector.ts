import type { CollectorId, HostCommand, TargetQuality } from '@sonde/contract'
import type { Collector, CollectorFailure, CollectorResult, PublishContext } from '../collectors/collector.ts'
import { endedWell, explainFailure, killedMessage } from '../run/tool-messages.ts'
import type { BpftraceMessage } from './bpftrace-json.ts'
import { BpftraceRun } from './bpftrace-run.ts'
import type { Program } from './program.ts'

/** bpftrace keeps the time itself, which is surer than a signal; it is told only where it does not end by then. */
const SELF_END_GRACE_MS = 1_000

/** A complete set of maps, each cumulative since attachment. */
export type MapSet = ReadonlyMap<string, BpftraceMessage>
/** When a set was complete, CLOCK_MONOTONIC ns. `ready`: the base line. */
export type SetMoment = { kind: 'ready' | 'slice' | 'last'; ns: number }

/** What the three collectors that run a bpftrace program have in common; each says what its maps and lines mean. */
export abstract class BpftraceCollector implements Collector {
  abstract readonly id: CollectorId
  readonly attached: Promise<boolean>
  readonly ended: Promise<void>
  readonly commands: readonly HostCommand[]
  onReady: (() => void) | null = null
  protected readonly run: BpftraceRun
  private readonly program: Program
  private maps = new Map<string, BpftraceMessage>()
  private graceTimer: NodeJS.Timeout | undefined

  constructor(plan: { commands: readonly HostCommand[]; program: Program }) {
    const [command] = plan.commands
    if (command === undefined) throw new Error('a plan without its command')
    this.commands = plan.commands
    this.program = plan.program
    this.run = new BpftraceRun({
      command,
      program: plan.program,
      onMessage: (message) => {
        if (message.type === 'map' || message.type === 'hist') this.maps.set(message.name, message)
        else if (message.type === 'value') this.takeValue(message.value)
      },
      onSet: (at) => {
        this.takeSet(this.maps, at)
        this.maps = new Map()
      },
    })
    this.attached = this.run.attached
    this.ended = this.run.ended.then(() => clearTimeout(this.graceTimer))
  }

  /** All maps of a set are there. */
  protected abstract takeSet(maps: MapSet, at: SetMoment): void
  /** A value that the program printed by itself. */
  protected takeValue(_value: unknown): void {}

  abstract readonly activity: { hits: number }
  abstract readonly isEmpty: boolean
  abstract publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void>

  get over(): boolean {
    return this.run.status !== null
  }

  get endedByItself(): 'time' | null {
    return this.run.timeIsOver ? 'time' : null
  }

  get guardPids(): readonly number[] {
    return this.run.guardPids
  }

  stop({ early, patienceMs }: { early: boolean; patienceMs: number }): void {
    clearTimeout(this.graceTimer)
    if (early) this.run.stop(patienceMs)
    else this.graceTimer = setTimeout(() => this.run.stop(patienceMs), SELF_END_GRACE_MS)
  }

  failure(): CollectorFailure | null {
    const { run } = this
    if (run.nothingAttached)
      return {
        reason: 'nothing-attached',
        message: `bpftrace attached ${run.attachedPrograms ?? run.attachedProbes} programs, not the ${this.program.probeCount} it was asked for.`,
      }
    if (run.status === null || endedWell(run.status)) return null
    if (run.wasInterrupted && run.status.signal === 'SIGKILL') return { reason: 'tool-failed', message: killedMessage('bpftrace') }
    return explainFailure('bpftrace', run.status, run.stderr)
  }

  addQuality(quality: TargetQuality): void {
    const { run } = this
    quality.lostEvents += run.lostEvents + run.missedHits
    quality.tracerCpuSeconds += run.cpuSeconds
    if (run.missedHits > 0)
      quality.notes.push(
        `The kernel skipped ${run.missedHits} events of "${this.id}", which came while one of its programs was running on that CPU.`,
      )
    if (run.malformed > 0) quality.notes.push(`${run.malformed} messages of bpftrace could not be read.`)
    if (run.timesFull > 0)
      quality.notes.push(`The table of beginnings was full ${run.timesFull} times; what was under way then is unmatched.`)
  }

  async close(): Promise<void> {
    clearTimeout(this.graceTimer)
    await this.run.close()
  }
}
