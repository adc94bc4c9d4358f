import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { HostCommand } from '@sonde/contract'
import { ChildrenCpu } from './children-cpu.ts'

/** A fixed search path: what runs as root must not depend on how the agent was started. */
export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const MAX_STDERR_BYTES = 64 * 1024
/** How long a tool may take to end and print its result: on a busy host perf was seen to need a second, usually both need 0.3 s. */
export const PATIENCE_MS = { finished: 5_000, cancelled: 800 } as const
/**
 * argv that keeps a tool from outliving anyone: `timeout` ends it at the deadline (SIGINT, so that it still prints its result, then
 * SIGKILL 2 s later), and the kernel kills it when its parent dies. The death signal is not inherited over fork, so it is set twice:
 * if the agent dies, timeout is killed; if timeout dies, the tool is.
 */
export function guardedArgv(argv: readonly string[], deadlineSeconds: number): string[] {
  const dieWithParent = ['setpriv', '--pdeathsig', 'KILL', '--']
  return [...dieWithParent, 'timeout', '-k', '2', '-s', 'INT', String(deadlineSeconds), ...dieWithParent, ...argv]
}

/** The guard's deadline: well after the recording's own end, which the agent brings about itself. */
export function deadlineSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1000) + 20
}

export type ExitStatus = {
  code: number | null
  signal: NodeJS.Signals | null /** The program itself could not be started. */
  spawnError: string | null
}

export type GuardedChildOptions = {
  stdin?: boolean
  /** Opens a socket as descriptor 3: `control` writes to it, `replies` reads. */
  control?: boolean
}

/** A tool that runs under `guardedArgv`. */
export class GuardedChild {
  readonly exited: Promise<ExitStatus>
  readonly pid: number | undefined
  private readonly child: ChildProcess
  private readonly stderrChunks: Buffer[] = []
  private stderrBytes = 0
  private killTimer: NodeJS.Timeout | undefined
  private interrupted = false
  private gone = false
  /** User and system time of the tool and everything it started; known once it has exited. */
  cpuSeconds = 0

  constructor(command: Pick<HostCommand, 'argv' | 'env'>, options: GuardedChildOptions = {}) {
    const [file = '', ...args] = command.argv
    const cpu = new ChildrenCpu()
    this.child = spawn(file, args, {
      env: { PATH: SEARCH_PATH, HOME: userInfo().homedir, LC_ALL: 'C', ...command.env },
      stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(options.control ? (['pipe'] as const) : [])],
    })
    this.pid = this.child.pid
    this.child.stderr?.on('data', (chunk: Buffer) => {
      // The beginning says why; the end of an endless complaint says nothing new.
      if (this.stderrBytes < MAX_STDERR_BYTES) this.stderrChunks.push(chunk.subarray(0, MAX_STDERR_BYTES - this.stderrBytes))
      this.stderrBytes += chunk.length
    })
    // A tool that is gone while we write to it is no error of its own: its exit status tells.
    this.child.stdin?.on('error', () => {})
    this.control?.on('error', () => {})
    this.exited = new Promise((resolve) => {
      this.child.once('error', (error) => this.finish(resolve, { code: null, signal: null, spawnError: error.message }))
      this.child.once('exit', () => {
        this.stopSignals()
        this.cpuSeconds = cpu.seconds()
      })
      this.child.once('close', (code, signal) => this.finish(resolve, { code, signal, spawnError: null }))
    })
  }

  get stdout(): Readable {
    const { stdout } = this.child
    if (stdout === null) throw new Error('the child has no stdout')
    return stdout
  }

  get stdin(): Writable | null {
    return this.child.stdin
  }

  get control(): Writable | null {
    const stream = this.child.stdio[3]
    return stream && 'write' in stream ? stream : null
  }

  get replies(): Readable | null {
    const stream = this.child.stdio[3]
    return stream && 'read' in stream ? stream : null
  }

  get stderr(): string {
    return Buffer.concat(this.stderrChunks).toString('utf8')
  }

  /** Asks the tool to end and print what it has; kills it where it has not done so after `patienceMs`. May be called again to hurry it. */
  interrupt(patienceMs: number): void {
    if (this.gone) return
    clearTimeout(this.killTimer)
    this.killTimer = setTimeout(() => this.kill(), patienceMs)
    if (this.interrupted) return
    this.interrupted = true
    // Straight to the tool: timeout would hand the signal on twice, and a second one while bpftrace 0.17 is ending makes it hang.
    const tool = this.toolPid()
    try {
      if (tool === null) this.signal('SIGINT')
      else process.kill(tool, 'SIGINT')
    } catch {
      // It ended in between.
    }
  }

  kill(): void {
    if (this.gone || this.pid === undefined) return
    try {
      // timeout(1) makes itself the leader of a process group.
      process.kill(-this.pid, 'SIGKILL')
    } catch {
      this.signal('SIGKILL')
    }
  }

  /** The one child of timeout; null where it has none yet, or the kernel does not tell (CONFIG_PROC_CHILDREN). */
  toolPid(): number | null {
    try {
      const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim()
      return /^\d+$/.test(children) ? Number(children) : null
    } catch {
      return null
    }
  }

  private signal(signal: NodeJS.Signals): void {
    if (!this.gone) this.child.kill(signal)
  }

  private finish(resolve: (status: ExitStatus) => void, status: ExitStatus): void {
    this.stopSignals()
    resolve(status)
  }

  private stopSignals(): void {
    this.gone = true
    clearTimeout(this.killTimer)
  }
}
