import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ended } from './ended.ts'

/** Name of the service's process, at most 15 bytes. */
export const SERVICE = 'shop-server'

/** A service in two versions, of which one runs at a time. */
export class DeployTarget {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'sonde-e2e-shop-'))
  private running: ChildProcess | null = null

  /** Builds workload/deploy-target.c with so much work for each request, and runs it in the place of what ran before. */
  async rollOut(rounds: number): Promise<void> {
    await this.stop()
    const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'workload/deploy-target.c')
    const binary = path.join(this.folder, SERVICE)
    rmSync(binary, { force: true })
    execFileSync('cc', ['-O1', '-g', '-fno-omit-frame-pointer', '-Wl,--build-id', `-DROUNDS=${rounds}`, '-o', binary, source])
    const child = spawn(binary, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.running = child
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`the service ended (${signal ?? code})`)))
      child.stdout.once('data', () => resolve())
    })
  }

  async stop(): Promise<void> {
    if (this.running) await ended(this.running, 2_000)
    this.running = null
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
