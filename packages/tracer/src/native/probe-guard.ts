import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tryCommand } from '../host/try-command.ts'
import { SEARCH_PATH } from '../run/guarded-child.ts'
import { type HelperLine, HelperLines, isCount } from './helper-lines.ts'
import { type ProbeDefinition, probeRequest } from './probe-definition.ts'

/** `event`: as perf takes it, `group:name`. `definition`: the line that the kernel was given. */
export type RegisteredProbe = { event: string; definition: string }

/** The kernel, or the guard, did not take a definition. */
export class ProbeRefused extends Error {
  readonly definition: string | null
  constructor(message: string, definition: string | null) {
    super(message)
    this.name = 'ProbeRefused'
    this.definition = definition
  }
}

type Waiting = { resolve: (probe: RegisteredProbe) => void; reject: (error: Error) => void }

/**
 * Events in tracefs that live as long as this object: `sonde-bpf probes` registers them and removes them when its stdin closes, which the
 * kernel sees to if this process dies. Close it when the last user of the events (perf) has ended; while one runs, the guard waits for it.
 */
export class ProbeGuard {
  readonly group: string
  private readonly child: ChildProcess
  private readonly waiting: Map<number, Waiting>
  private readonly exited: Promise<void>
  private requests = 0

  private constructor(child: ChildProcess, group: string, waiting: Map<number, Waiting>, exited: Promise<void>) {
    this.child = child
    this.group = group
    this.waiting = waiting
    this.exited = exited
  }

  /** @throws Error where the helper cannot be started */
  static async open(helper: string): Promise<ProbeGuard> {
    const child = spawn(helper, ['probes'], { env: { PATH: SEARCH_PATH, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'ignore'] })
    const waiting = new Map<number, Waiting>()
    const lines = new HelperLines()
    child.stdin?.on('error', () => {})
    const failed = once(child, 'error').then(([error]) => {
      throw error
    })
    failed.catch(() => {})
    let begun: (group: string) => void = () => {}
    const ready = new Promise<string>((resolve) => {
      begun = resolve
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        if (line.type === 'ready' && typeof line.group === 'string') begun(line.group)
        else answer(line, waiting)
      }
    })
    const exited = new Promise<void>((resolve) => {
      child.once('error', () => resolve())
      child.once('close', () => resolve())
    }).then(() => {
      for (const { reject } of waiting.values()) reject(new Error('the probe guard has ended'))
      waiting.clear()
    })
    const early = exited.then(() => {
      throw new Error('the probe guard has ended before it was ready')
    })
    early.catch(() => {})
    return new ProbeGuard(child, await Promise.race([ready, failed, early]), waiting, exited)
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /** @throws ProbeRefused, RangeError */
  add(probe: ProbeDefinition): Promise<RegisteredProbe> {
    const request = ++this.requests
    const text = probeRequest(request, probe)
    return new Promise((resolve, reject) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null || !this.child.stdin?.writable) {
        reject(new Error('the probe guard has ended'))
        return
      }
      this.waiting.set(request, { resolve, reject })
      this.child.stdin.write(`${text}\n`)
    })
  }

  /** Over when every event is gone, which is when nobody uses them any more. May be called again. */
  async close(): Promise<void> {
    this.child.stdin?.end()
    await this.exited
  }
}

function answer(line: HelperLine, waiting: Map<number, Waiting>): void {
  if (!isCount(line.request)) return
  const caller = waiting.get(line.request)
  waiting.delete(line.request)
  const definition = typeof line.definition === 'string' ? line.definition : null
  if (line.type === 'added' && typeof line.event === 'string' && definition !== null)
    caller?.resolve({ event: line.event.replace('/', ':'), definition })
  else caller?.reject(new ProbeRefused(typeof line.message === 'string' ? line.message : 'the probe was refused', definition))
}

/** What became of tracefs events that earlier runs left. `busy`: still used by someone; `owned`: of guards that run; `unknown`: of a container that cannot be seen from here. */
export type SweptProbes = { removed: number; busy: number; owned: number; unknown: number }

/** Removes every `sonde_*` event that no running guard owns. To be called when the agent starts. Null where the helper did not work. */
export async function sweepProbes(helper: string): Promise<SweptProbes | null> {
  const attempt = await tryCommand([helper, 'probes', '--janitor'])
  const line = attempt.ok ? new HelperLines().push(Buffer.from(attempt.stdout, 'latin1')).find(({ type }) => type === 'swept') : undefined
  if (line === undefined) return null
  const { removed, busy, owned, unknown } = line
  return isCount(removed) && isCount(busy) && isCount(owned) && isCount(unknown) ? { removed, busy, owned, unknown } : null
}
