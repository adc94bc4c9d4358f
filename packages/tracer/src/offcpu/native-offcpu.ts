import type { HostCommand } from '@sonde/contract'
import { CONTEXT_LOW } from '@sonde/profile/perf-data'
import { type HelperLine, HelperLines, isCount } from '../native/helper-lines.ts'
import { type ExitStatus, GuardedChild } from '../run/guarded-child.ts'
import type { Thread } from '../stacks/process-table.ts'
import { type BlockedCounts, type BlockedRow, NO_BLOCKED_COUNTS, type StackRef } from './blocked-rows.ts'

/** Turns addresses of a task into a number of the recorder's chains: words [lo hi …] with context marks, innermost first. Null: not now. */
export type RememberStack = (pid: number, tid: number, timeNs: number, words: Uint32Array) => number | null

/** Ids of stacks that say why there is none (native/README.md). */
const NO_STACK = 0

/** `sonde-bpf offcpu` at work. Rows are of the last interval; their addresses are remembered as soon as an interval is complete. */
export class NativeOffcpu {
  /** Resolves to true when all programs are attached, to false where the helper has ended before. */
  readonly attached: Promise<boolean>
  /** The helper has ended and all its output is read. */
  readonly ended: Promise<ExitStatus>
  status: ExitStatus | null = null
  counts: BlockedCounts = { ...NO_BLOCKED_COUNTS }
  private readonly child: GuardedChild
  private readonly lines = new HelperLines()
  private readonly remember: RememberStack
  private readonly onRow: (row: BlockedRow) => void
  private readonly stacks = new Map<number, readonly Word[]>()
  /** Rows of the interval that is being printed. */
  private pending: HelperLine[] = []
  private readyNs = 0
  /** End of the last interval. */
  private untilNs = 0
  private interrupted = false
  private malformedRows = 0

  constructor(options: { command: HostCommand; remember: RememberStack; onRow: (row: BlockedRow) => void }) {
    this.remember = options.remember
    this.onRow = options.onRow
    let begun: (attached: boolean) => void = () => {}
    this.attached = new Promise((resolve) => {
      begun = resolve
    })
    // The helper ends when its stdin closes: it is held open here, and the kernel closes it with this process.
    this.child = new GuardedChild(options.command, { stdin: true })
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (const line of this.lines.push(chunk)) {
        if (line.type === 'ready') {
          this.readyNs = isCount(line.readyNs) ? line.readyNs : 0
          this.untilNs = this.readyNs
          begun(true)
        } else this.read(line)
      }
    })
    this.ended = this.child.exited.then((status) => {
      this.lines.end()
      this.status = status
      begun(false)
      return status
    })
  }

  stop(patienceMs: number): void {
    if (this.status !== null) return
    this.interrupted = true
    this.child.interrupt(patienceMs)
  }

  kill(): void {
    this.child.kill()
  }

  get wasInterrupted(): boolean {
    return this.interrupted
  }

  get malformed(): number {
    return this.lines.malformed + this.malformedRows
  }

  get stderr(): string {
    return this.child.stderr
  }

  get guardPid(): number | undefined {
    return this.child.pid
  }

  get cpuSeconds(): number {
    return this.child.cpuSeconds
  }

  private read(line: HelperLine): void {
    switch (line.type) {
      case 'stack': {
        const words = readFrames(line.frames)
        if (isCount(line.id) && words !== null) this.stacks.set(line.id, words)
        else this.malformedRows++
        break
      }
      case 'row':
        this.pending.push(line)
        break
      case 'waiting':
        this.counts.stillWaiting++
        this.emit(line, this.untilNs, this.untilNs)
        break
      case 'snapshot':
        this.finishInterval(line)
        break
    }
  }

  private finishInterval(line: HelperLine): void {
    const count = (value: unknown): number => (isCount(value) ? value : 0)
    const fromNs = this.untilNs
    this.untilNs = this.readyNs + count(line.elapsedNs)
    for (const row of this.pending.splice(0)) this.emit(row, fromNs, this.untilNs)
    this.counts = {
      ...this.counts,
      shortWaits: count(line.shortWaits),
      shortNs: count(line.shortNs),
      lostWaits: count(line.lostWaits) + count(line.lostBegins) + count(line.missed),
      lostStacks: count(line.lostStacks) + count(line.unreadableStacks),
      deepStacks: count(line.deepStacks),
    }
  }

  private emit(line: HelperLine, fromNs: number, timeNs: number): void {
    const thread = readThread(line)
    const { blockedNs, count, waker } = line
    if (thread === null || !isCount(blockedNs) || !isCount(count)) {
      this.malformedRows++
      return
    }
    const row: BlockedRow = { thread, stack: this.stackOf(line, thread, timeNs), waker: null, fromNs, timeNs, blockedNs, count }
    if (isObject(waker)) {
      const by = readThread(waker)
      if (by !== null) row.waker = { thread: by, stack: this.stackOf(waker, by, timeNs) }
      else this.malformedRows++
    }
    this.onRow(row)
  }

  private stackOf({ kernel, user }: Readonly<Record<string, unknown>>, thread: Thread, timeNs: number): StackRef {
    const kernelWords = this.part(kernel, CONTEXT_LOW.kernel)
    const userWords = this.part(user, CONTEXT_LOW.user)
    const words = [...(kernelWords ?? []), ...(userWords ?? [])]
    const chain =
      words.length === 0
        ? null
        : this.remember(thread.pid, thread.tid, timeNs, Uint32Array.from(words.flatMap(({ low, high }) => [low, high])))
    // Nobody could remember it: perf has not begun yet.
    const forgotten = words.length > 0 && chain === null
    return { chain, lost: { kernel: kernelWords === null || forgotten, user: userWords === null } }
  }

  /** Words of one side of a stack; [] where there is none, null where it is lost. */
  private part(id: unknown, mark: number): Word[] | null {
    if (id === NO_STACK) return []
    const frames = typeof id === 'number' ? this.stacks.get(id) : undefined
    return frames === undefined ? null : [{ low: mark, high: 0xffffffff }, ...frames]
  }
}

type Word = { low: number; high: number }

/** Addresses in hexadecimal, which do not fit into a double. */
function readFrames(frames: unknown): Word[] | null {
  if (!Array.isArray(frames)) return null
  const words: Word[] = []
  for (const frame of frames) {
    if (typeof frame !== 'string' || !/^[0-9a-f]{1,16}$/.test(frame)) return null
    const text = frame.padStart(16, '0')
    words.push({ high: Number.parseInt(text.slice(0, 8), 16), low: Number.parseInt(text.slice(8), 16) })
  }
  return words
}

function readThread({ pid, tid, comm }: Readonly<Record<string, unknown>>): Thread | null {
  return isCount(pid) && isCount(tid) && typeof comm === 'string' ? { pid, tid, comm } : null
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
