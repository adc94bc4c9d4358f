import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export type ProbeTarget = { pid: number; binary: string; stop: () => void }

/** Builds and starts a program of workload/, in a folder of its own. */
export async function startProbeTarget(program: 'probe-target' | 'compare-target' = 'probe-target'): Promise<ProbeTarget> {
  const source = path.join(path.dirname(fileURLToPath(import.meta.url)), `workload/${program}.c`)
  const folder = mkdtempSync(path.join(tmpdir(), 'sonde-e2e-target-'))
  const binary = path.join(folder, program)
  execFileSync('cc', ['-O1', '-g', '-fno-omit-frame-pointer', '-o', binary, source], { stdio: ['ignore', 'inherit', 'inherit'] })
  const child = spawn(binary, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`${program} ended (${signal ?? code})`)))
    child.stdout.once('data', () => resolve())
  })
  return {
    pid: child.pid ?? 0,
    binary,
    stop: () => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
