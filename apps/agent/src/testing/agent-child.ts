import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** Runs and is no zombie. */
export function isProcessAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}

export type AgentChild = { process: ChildProcess; exited: Promise<number | null> /** stderr so far. */; log(): string }

/**
 * An agent in a process of its own (agent-process.ts), which a test may kill. `holdAt`: where the scripted tracer stops and waits
 * for ever, printing `at <step>`.
 */
export function spawnAgent(options: { gatewayUrl: string; stateDir: string; holdAt?: string }): AgentChild {
  const script = fileURLToPath(new URL('./agent-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr?.on('data', (data: Buffer) => {
    log += data.toString()
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { process: child, exited, log: () => log }
}
