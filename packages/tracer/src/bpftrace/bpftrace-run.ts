import { readdirSync, readFileSync } from 'node:fs'
import type { HostCommand } from '@sonde/contract'
import { type ExitStatus, GuardedChild } from '../run/guarded-child.ts'
import { BpftraceJsonStream, type BpftraceMessage } from './bpftrace-json.ts'
import { MARKS, type Program } from './program.ts'

export type BpftraceRunOptions = {
  command: HostCommand
  program: Program
  /** Everything that is printed but for marks. */
  onMessage(message: BpftraceMessage): void
  /** A set of maps is complete. `ns`: CLOCK_MONOTONIC. `ready`: the first one, when everything is attached: the base line. */
  onSet(at: { kind: 'ready' | 'slice' | 'last'; ns: number }): void
}

/** How the kernel names a program's descriptor and what it missed (fdinfo of BPF programs). */
const PROGRAM_INFO = /^prog_type:/m
const MISSES = /^recursion_misses:\s+(\d+)$/m

const nowNs = (): number => Number(process.hrtime.bigint())

/** bpftrace at work with a program of `programOf`. */
export class BpftraceRun {
  /** Resolves to true when all probes are attached, to false where bpftrace has ended before, or attached fewer. */
  readonly attached: Promise<boolean>
  /** bpftrace has ended and all its output is read. */
  readonly ended: Promise<ExitStatus>
  status: ExitStatus | null = null
  /** The recording ended because the time was over. */
  timeIsOver = false
  wasInterrupted = false
  /** What bpftrace says, and what the kernel says of its process: probes that are attached. */
  attachedProbes: number | null = null
  attachedPrograms: number | null = null
  lostEvents = 0
  malformed = 0
  /** Times the map of beginnings was full and was emptied. */
  timesFull = 0
  /**
   * Hits that the kernel did not run a program for, since one was running on that CPU already (an interrupt's tracepoint in the middle
   * of a program). As of the last reading.
   */
  missedHits = 0
  private readonly child: GuardedChild
  private readonly messages = new BpftraceJsonStream()
  private readonly options: BpftraceRunOptions
  private isReady = false
  private lastSetNs = 0

  constructor(options: BpftraceRunOptions) {
    this.options = options
    let begun: (attached: boolean) => void = () => {}
    this.attached = new Promise((resolve) => {
      begun = resolve
    })
    this.child = new GuardedChild(options.command, { stdin: true })
    this.child.stdin?.end(options.command.program ?? '')
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (const message of this.messages.push(chunk)) this.take(message, begun)
    })
    this.ended = this.child.exited.then((status) => {
      for (const message of this.messages.end()) this.take(message, begun)
      this.status = status
      // Whoever ends well prints everything once more.
      if (this.isReady && (status.code === 0 || status.code === 124)) options.onSet({ kind: 'last', ns: this.lastSetNs })
      begun(false)
      return status
    })
  }

  /** Ends the recording; bpftrace prints its maps once more. Over when `ended` resolves, at the latest a moment after `patienceMs`. */
  stop(patienceMs: number): void {
    if (this.status !== null) return
    this.wasInterrupted = true
    this.readMisses()
    this.child.interrupt(patienceMs)
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

  /** bpftrace, or the kernel, says that fewer probes are attached than were asked for. */
  get nothingAttached(): boolean {
    const { probeCount } = this.options.program
    return (
      (this.attachedProbes !== null && this.attachedProbes < probeCount) ||
      (this.attachedPrograms !== null && this.attachedPrograms < probeCount)
    )
  }

  /** Makes sure that nothing is left. */
  async close(): Promise<void> {
    this.child.kill()
    await this.child.exited
  }

  private take(message: BpftraceMessage, begun: (attached: boolean) => void): void {
    this.lastSetNs = nowNs()
    switch (message.type) {
      case 'attached_probes':
        this.attachedProbes = message.probes
        return
      case 'lost_events':
        this.lostEvents += message.events
        return
      case 'malformed':
        this.malformed++
        return
      case 'text':
        this.takeMark(message.text, begun)
        return
      default:
        this.options.onMessage(message)
    }
  }

  private takeMark(text: string, begun: (attached: boolean) => void): void {
    const [mark, moment] = text.trim().split(' ')
    const ns = Number(moment)
    switch (mark) {
      case MARKS.ready:
        this.isReady = true
        this.attachedPrograms = this.readMisses()
        this.options.onSet({ kind: 'ready', ns })
        begun(!this.nothingAttached)
        return
      case MARKS.slice:
        this.readMisses()
        this.options.onSet({ kind: 'slice', ns })
        return
      case MARKS.time:
        this.timeIsOver = true
        this.readMisses()
        return
      case MARKS.full:
        this.timesFull++
        return
      default:
        return
    }
  }

  /** Reads what the kernel says of bpftrace's programs. Returns how many there are, null where it does not tell. */
  private readMisses(): number | null {
    const pid = this.child.toolPid()
    if (pid === null) return null
    let programs = 0
    let misses = 0
    try {
      for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
        const info = readInfo(`/proc/${pid}/fdinfo/${fd}`)
        if (!PROGRAM_INFO.test(info)) continue
        programs++
        misses += Number(MISSES.exec(info)?.[1] ?? 0)
      }
    } catch {
      return null
    }
    this.missedHits = Math.max(this.missedHits, misses)
    return programs === 0 ? null : programs
  }
}

/** '' where the descriptor was closed meanwhile. */
function readInfo(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
