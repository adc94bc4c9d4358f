import type { HostCommand, SyscallSnapshot, TargetQuality } from '@sonde/contract'
import { HELPER } from '../native/helper-command.ts'
import { NativeSyscalls } from '../native/native-syscalls.ts'
import { endedWell, explainFailure, killedMessage } from '../run/tool-messages.ts'
import { SyscallCapture } from '../syscalls/syscall-capture.ts'
import type { Collector, CollectorFailure, CollectorResult, PublishContext } from './collector.ts'
import type { SyscallsPlan } from './syscalls-plan.ts'

/** Both tools keep the time themselves, which is surer than a signal; it is told only where it does not end by then. */
const SELF_END_GRACE_MS = 1_000

/** `syscalls`: the native helper or bpftrace at work, what they print turned into cumulative snapshots. */
export class SyscallsCollector implements Collector {
  readonly id = 'syscalls'
  readonly attached: Promise<boolean>
  readonly ended: Promise<void>
  readonly commands: readonly HostCommand[]
  onReady: (() => void) | null = null
  private readonly plan: SyscallsPlan
  private readonly tool: 'sonde-bpf' | 'bpftrace'
  private readonly capture: SyscallCapture | NativeSyscalls
  private snapshotReady = false
  private lastSnapshot: SyscallSnapshot | null = null
  private graceTimer: NodeJS.Timeout | undefined

  constructor(plan: SyscallsPlan) {
    this.plan = plan
    this.commands = plan.commands
    const [command] = plan.commands
    if (command === undefined) throw new Error('a plan for system calls without its command')
    this.tool = command.tool === HELPER ? 'sonde-bpf' : 'bpftrace'
    const onSnapshot = () => {
      this.snapshotReady = true
      this.onReady?.()
    }
    this.capture =
      this.tool === 'sonde-bpf'
        ? new NativeSyscalls({ command, onSnapshot })
        : new SyscallCapture({ command, probeCount: plan.probeCount, onSnapshot })
    this.attached = this.capture.attached.then((ready) => ready && !this.capture.nothingAttached)
    this.ended = this.capture.ended.then(() => clearTimeout(this.graceTimer))
  }

  get over(): boolean {
    return this.capture.status !== null
  }

  get endedByItself(): 'time' | null {
    return this.capture.finished ? 'time' : null
  }

  get guardPids(): readonly number[] {
    return this.capture.guardPids
  }

  get activity(): { hits: number } {
    return { hits: callsIn(this.lastSnapshot) }
  }

  get isEmpty(): boolean {
    return callsIn(this.lastSnapshot) === 0
  }

  stop({ early, patienceMs }: { early: boolean; patienceMs: number }): void {
    clearTimeout(this.graceTimer)
    if (early) this.capture.stop(patienceMs)
    else this.graceTimer = setTimeout(() => this.capture.stop(patienceMs), SELF_END_GRACE_MS)
  }

  async publish(context: PublishContext, sink: (result: CollectorResult) => Promise<void>): Promise<void> {
    if (!(context.final ? this.capture.hasData : this.snapshotReady)) return
    this.snapshotReady = false
    const commOf = await context.readComms()
    this.lastSnapshot = this.capture.snapshot({ arch: this.plan.arch, commOf, isExcluded: context.isExcluded })
    await sink({ kind: 'syscalls', snapshot: this.lastSnapshot })
  }

  failure(): CollectorFailure | null {
    const { status, nothingAttached, attachedProbes, wasInterrupted, stderr } = this.capture
    if (nothingAttached)
      return {
        reason: 'nothing-attached',
        message: `bpftrace attached ${attachedProbes} probes, not the ${this.plan.probeCount} it was asked for.`,
      }
    if (status === null || endedWell(status)) return null
    if (wasInterrupted && status.signal === 'SIGKILL') return { reason: 'tool-failed', message: killedMessage(this.tool) }
    return explainFailure(this.tool, status, stderr)
  }

  addQuality(quality: TargetQuality): void {
    const { lastSnapshot, capture } = this
    quality.syscalls += callsIn(lastSnapshot)
    quality.lostSyscalls += lastSnapshot?.lostCalls ?? 0
    quality.unmatchedSyscalls += lastSnapshot?.unmatchedExits ?? 0
    quality.mapsTruncated ||= lastSnapshot?.truncated ?? false
    quality.lostEvents += capture.lostEvents
    quality.tracerCpuSeconds += capture.cpuSeconds
    if (this.plan.instrument.objects && capture instanceof NativeSyscalls && capture.hasData && !capture.hasObjects)
      quality.notes.push('Files and addresses were not recorded: this kernel lacks what that takes (Linux 5.17).')
    if (capture.malformedMessages > 0) quality.notes.push(`${capture.malformedMessages} messages of ${this.tool} could not be read.`)
  }

  async close(): Promise<void> {
    clearTimeout(this.graceTimer)
    await this.capture.close()
  }
}

const callsIn = (snapshot: SyscallSnapshot | null): number => snapshot?.rows.reduce((sum, row) => sum + row.calls, 0) ?? 0
