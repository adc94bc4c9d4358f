import type { HostCommand, SyscallSnapshot } from '@sonde/contract'
import { type ExitStatus, GuardedChild } from '../run/guarded-child.ts'
import type { SnapshotContext } from '../syscalls/syscall-aggregate.ts'
import { HelperLines } from './helper-lines.ts'
import { NativeSyscallTable } from './native-syscall-table.ts'

export type NativeSyscallsOptions = {
  command: HostCommand
  /** A set of rows is complete. Not called after `ended`. */
  onSnapshot(): void
}

/** `sonde-bpf syscalls` at work: the same face as SyscallCapture, which runs bpftrace. */
export class NativeSyscalls {
  /** Resolves to true when all programs are attached, to false where the helper has ended before. */
  readonly attached: Promise<boolean>
  /** The helper has ended and all its output is read. */
  readonly ended: Promise<ExitStatus>
  status: ExitStatus | null = null
  /** The helper attaches all or nothing. */
  readonly nothingAttached = false
  readonly attachedProbes: number | null = null
  readonly lostEvents = 0
  private readonly child: GuardedChild
  private readonly lines = new HelperLines()
  private readonly table = new NativeSyscallTable()
  private interrupted = false
  private timeIsOver = false

  constructor(options: NativeSyscallsOptions) {
    let begun: (attached: boolean) => void = () => {}
    this.attached = new Promise((resolve) => {
      begun = resolve
    })
    // The helper ends when its stdin closes: it is held open here, and the kernel closes it with this process.
    this.child = new GuardedChild(options.command, { stdin: true })
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (const line of this.lines.push(chunk)) {
        if (line.type === 'ready') begun(true)
        if (line.type === 'end' && line.reason === 'deadline') this.timeIsOver = true
        if (this.table.add(line)) options.onSnapshot()
      }
    })
    this.ended = this.child.exited.then((status) => {
      this.status = status
      this.lines.end()
      begun(false)
      return status
    })
  }

  /** Ends the recording; the helper prints its rows once more. Over when `ended` resolves, at the latest after `patienceMs`. */
  stop(patienceMs: number): void {
    if (this.status !== null) return
    this.interrupted = true
    this.child.interrupt(patienceMs)
  }

  /** The helper has ended by itself because the time is over. */
  get finished(): boolean {
    return this.timeIsOver
  }

  get wasInterrupted(): boolean {
    return this.interrupted
  }

  /** Whether files and addresses are being recorded. */
  get hasObjects(): boolean {
    return this.table.hasObjects
  }

  get hasData(): boolean {
    return this.table.hasData
  }

  get malformedMessages(): number {
    return this.lines.malformed + this.table.malformed
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

  /** The last complete set of rows; rates are over the time from attachment to that set. */
  snapshot(context: Omit<SnapshotContext, 'elapsedMs'>): SyscallSnapshot {
    return this.table.snapshot(context)
  }

  /** Makes sure that nothing is left. */
  async close(): Promise<void> {
    this.child.kill()
    await this.child.exited
  }
}
