import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../setup/system-tools.mjs'

const LOG_LIMIT_BYTES = 20 * 1024 * 1024
const FIRST_BACKOFF_MS = 500
const MAX_BACKOFF_MS = 30_000
/** A child that ran this long counts as healthy: the next crash starts the back-off anew. */
const HEALTHY_AFTER_MS = 60_000
/** Crashes in a row before its first healthy moment after which a start is given up. */
const MAX_CRASHES_AT_START = 3

export type ChildSpec = {
  name: string
  argv: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  logFile: string
}

export type SupervisorEvents = {
  onSpawn: (name: string, pid: number) => void
  /** One sentence about a child that ended by itself. */
  onNote: (text: string) => void
}

/** A long-running child of the launcher: started again when it ends by itself, with growing pauses. */
export class SupervisedChild {
  readonly spec: ChildSpec
  #events: SupervisorEvents
  #child: ChildProcess | null = null
  #stopping = false
  #healthy = false
  #crashes = 0
  #startedAt = 0
  #restart: AbortController | null = null
  /** Set when it is not started again; what the caller of a health check should say. */
  failure: string | null = null

  constructor(spec: ChildSpec, events: SupervisorEvents) {
    this.spec = spec
    this.#events = events
    this.#start()
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Tells it apart from a child that never worked: from now on it is started again for ever. */
  markHealthy(): void {
    this.#healthy = true
    this.#crashes = 0
  }

  /** Last lines of its log, for a message about a failed start. */
  lastLines(count = 15): string[] {
    if (!existsSync(this.spec.logFile)) return []
    return readFileSync(this.spec.logFile, 'utf8').trimEnd().split('\n').slice(-count).map(readable)
  }

  /** SIGTERM, then SIGKILL after `patienceMs`. Resolves when it is gone. */
  async stop(patienceMs: number): Promise<void> {
    this.#stopping = true
    this.#restart?.abort()
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const patience = setTimeout(() => {
      this.#events.onNote(`${this.spec.name} did not stop within ${patienceMs / 1000} s and is killed`)
      child.kill('SIGKILL')
    }, patienceMs)
    await gone
    clearTimeout(patience)
  }

  killNow(): void {
    this.#stopping = true
    this.#restart?.abort()
    this.#child?.kill('SIGKILL')
  }

  #start(): void {
    const { name, argv, env, cwd, logFile } = this.spec
    if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`)
    const log = openSync(logFile, 'a', 0o600)
    const [command = '', ...args] = [...dieWithParent(), ...argv]
    // A session of its own: a terminal's Ctrl-C reaches the launcher alone, which then stops its parts in order.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    this.#child = child
    this.#startedAt = Date.now()
    if (child.pid !== undefined) this.#events.onSpawn(name, child.pid)
    child.once('error', (error) => this.#ended(error.message))
    child.once('exit', (code, signal) => this.#ended(signal ?? `exit code ${code}`))
  }

  #ended(how: string): void {
    if (this.#stopping) return
    if (Date.now() - this.#startedAt > HEALTHY_AFTER_MS) this.#crashes = 0
    this.#crashes++
    if (!this.#healthy && this.#crashes >= MAX_CRASHES_AT_START) {
      this.failure = `${this.spec.name} ended ${this.#crashes} times while starting (${how})`
      return
    }
    const pauseMs = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#crashes - 1), MAX_BACKOFF_MS)
    this.#events.onNote(
      `${this.spec.name} ended by itself (${how}): starting it again in ${pauseMs / 1000} s; its log is ${this.spec.logFile}`,
    )
    this.#restart = new AbortController()
    sleep(pauseMs, undefined, { signal: this.#restart.signal }).then(
      () => {
        if (!this.#stopping) this.#start()
      },
      () => {}, // stopped meanwhile
    )
  }
}

/** A JSON log line as its words; other lines as they are. */
function readable(line: string): string {
  try {
    const { msg, err } = JSON.parse(line)
    if (typeof msg !== 'string') return line
    return typeof err?.message === 'string' ? `${msg}: ${err.message}` : msg
  } catch {
    return line
  }
}

/**
 * Linux sends the child a SIGTERM when the launcher is gone, however it went; elsewhere the next start finds it in run.json.
 * setpriv(1) execs its command, so the child's pid is the command's own.
 */
function dieWithParent(): string[] {
  const setpriv = process.platform === 'linux' ? findCommand('setpriv') : null
  return setpriv ? [setpriv, '--pdeathsig', 'TERM', '--'] : []
}
