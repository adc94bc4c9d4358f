import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** `counted.c`, compiled into a folder of its own, and the processes that run it. */
export class CountedProgram {
  readonly folder: string
  readonly path: string
  private readonly children: ChildProcess[] = []

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'sonde-counted-'))
    this.path = path.join(this.folder, 'counted')
    const source = path.join(import.meta.dirname, 'counted.c')
    execFileSync('gcc', ['-O1', '-g', '-fno-optimize-sibling-calls', '-fcf-protection=none', '-pthread', '-o', this.path, source])
  }

  /** Runs a mode to its end. `under`: a program that runs it, such as taskset. */
  async run(args: readonly (string | number)[], under: readonly string[] = []): Promise<void> {
    const [file = '', ...rest] = [...under, this.path, ...args.map(String)]
    const child = spawn(file, rest, { stdio: 'ignore' })
    this.children.push(child)
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`${[file, ...rest].join(' ')} ended with ${code}`)
  }

  /** Starts a shell that becomes the program once it is told to: its pid is known before anything happens. */
  waiting(...args: readonly (string | number)[]): { pid: number; go(): Promise<void> } {
    const child = spawn('sh', ['-c', 'read go; exec "$0" "$@"', this.path, ...args.map(String)], { stdio: ['pipe', 'ignore', 'ignore'] })
    this.children.push(child)
    if (child.pid === undefined) throw new Error('the program did not start')
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    return {
      pid: child.pid,
      go: () => {
        child.stdin?.end('\n')
        return ended
      },
    }
  }

  /** Ends every process. */
  stop(): void {
    for (const child of this.children.splice(0)) child.kill('SIGKILL')
  }

  remove(): void {
    this.stop()
    rmSync(this.folder, { recursive: true })
  }
}
