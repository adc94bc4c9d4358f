import type { HostCommand, SyscallSnapshot } from '@sonde/contract'
import { BpftraceJsonStream } from '../bpftrace/bpftrace-json.ts'
import { type ExitStatus, GuardedChild } from '../run/guarded-child.ts'
import { type SnapshotContext, SyscallAggregate } from './syscall-aggregate.ts'
import { MARKS } from './syscall-program.ts'

export type SyscallCaptureOptions = {
  command: HostCommand
  /** Kernel probes that must be attached for the numbers to mean anything. */
  probeCount: number
  /** A set of maps is complete. Not called after `ended`. */
  onSnapshot(): void
}

/** bpftrace at work with the syscall program. */
export class SyscallCapture {
  /** Resolves to true when all probes are attached, to false where bpftrace has ended before. */
  readonly attached: Promise<boolean>
  /** bpftrace has ended and all its output is read. */
  readonly ended: Promise<ExitStatus>
  status: ExitStatus | null = null
  private readonly child: GuardedChild
  private readonly messages = new BpftraceJsonStream()
  private readonly aggregate = new SyscallAggregate()
  private readonly probeCount: number
  private interrupted = false
  private readyAt = 0
  private endAt: number | undefined
  private setAt = 0
  private stoppedAt: number | undefined

  constructor(options: SyscallCaptureOptions) {
    this.probeCount = options.probeCount
    let begun: (attached: boolean) => void = () => {}
    this.attached = new Promise((resolve) => {
      begun = resolve
    })
    this.child = new GuardedChild(options.command, { stdin: true })
    this.child.stdin?.end(options.command.program ?? '')
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (const message of this.messages.push(chunk)) {
        const mark = message.type === 'text' ? message.text.trim() : ''
        if (mark === MARKS.ready) {
          this.readyAt = performance.now()
          begun(true)
        }
        if (mark === MARKS.end) this.endAt = performance.now()
        if (this.aggregate.add(message)) {
          this.setAt = performance.now()
          options.onSnapshot()
        }
      }
    })
    this.ended = this.child.exited.then((status) => {
      this.status = status
      for (const message of this.messages.end()) this.aggregate.add(message)
      if (status.code === 0 || status.code === 124) {
        this.aggregate.finish(true)
        this.setAt = this.endAt ?? performance.now()
      }
      begun(false)
      return status
    })
  }

  /** Ends the recording; bpftrace prints its maps once more. Over when `ended` resolves, at the latest after `patienceMs`. */
  stop(patienceMs: number): void {
    if (this.status !== null) return
    this.interrupted = true
    this.stoppedAt ??= performance.now()
    this.child.interrupt(patienceMs)
  }

  /** bpftrace has ended by itself because the time is over. */
  get finished(): boolean {
    return this.endAt !== undefined
  }

  get wasInterrupted(): boolean {
    return this.interrupted
  }

  /** bpftrace says that it has attached fewer probes than it was asked to. */
  get nothingAttached(): boolean {
    return this.aggregate.attachedProbes !== null && this.aggregate.attachedProbes < this.probeCount
  }

  get attachedProbes(): number | null {
    return this.aggregate.attachedProbes
  }

  get hasData(): boolean {
    return this.aggregate.hasData
  }

  get lostEvents(): number {
    return this.aggregate.lostEvents
  }

  get malformedMessages(): number {
    return this.aggregate.malformed
  }

  get stderr(): string {
    return this.child.stderr
  }

  get guardPids(): number[] {
    return this.child.pid === undefined ? [] : [this.child.pid]
  }

  get cpuSeconds(): number {
    return this.child.cpuSeconds
  }

  /** The last complete set of maps; rates are over the time from attachment to that set (or to the stop, whichever came first). */
  snapshot(context: Omit<SnapshotContext, 'elapsedMs'>): SyscallSnapshot {
    const until = Math.min(this.setAt || performance.now(), this.stoppedAt ?? Number.POSITIVE_INFINITY)
    return this.aggregate.snapshot({ ...context, elapsedMs: until - this.readyAt })
  }

  /** Makes sure that nothing is left. */
  async close(): Promise<void> {
    this.child.kill()
    await this.child.exited
  }
}
