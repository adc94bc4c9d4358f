import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** `probed.c`, compiled into a folder of its own, and the processes that run it. */
export class ProbedProgram {
  readonly path: string
  private readonly folder: string
  private readonly children: ChildProcess[] = []

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'sonde-probed-'))
    this.path = path.join(this.folder, 'probed')
    const source = path.join(import.meta.dirname, 'probed.c')
    execFileSync('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls', '-pthread', '-o', this.path, source])
  }

  start(...args: readonly string[]): ChildProcess & { pid: number } {
    const child = spawn(this.path, args, { stdio: 'ignore' })
    this.children.push(child)
    if (child.pid === undefined) throw new Error('the program did not start')
    return Object.assign(child, { pid: child.pid })
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
