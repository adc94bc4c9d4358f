import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { withDescendants } from '../run/tracer-pids.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const has = (command: string) => spawnSync('which', [command]).status === 0
const isUsable = process.getuid?.() === 0 && has('perf') && has('bpftrace') && existsSync(helper)

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs and is no zombie: its parent is stopped and cannot reap it. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}

// A stopped process is the worst case of one that gets no CPU: neither its brake nor its timers run.
describe.skipIf(!isUsable)('tools of an agent that stands still end by their own deadline', () => {
  it.each([
    ['perf, with a pipe that nobody reads', ['perf', 'record', '-a', '-e', 'cpu-clock', '-F', '999', '-g', '-o', '-']],
    ['bpftrace', ['bpftrace', '-e', 'tracepoint:sched:sched_switch { @ = count(); }']],
    ['sonde-bpf, by itself', [helper, 'syscalls', '--duration-ms', '3000']],
  ])(
    '%s',
    async (_what, argv) => {
      const script = path.join(import.meta.dirname, 'fixtures/stopped-parent.ts')
      const parent = spawn(process.execPath, ['--import', 'tsx', script, '3', ...argv], { stdio: ['ignore', 'pipe', 'inherit'] })
      children.push(parent)
      const guard = Number(await new Promise<string>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve(data.toString()))))
      let tools: number[] = []
      const look = async () => {
        tools = await withDescendants([guard])
        return tools.length
      }
      await expect.poll(look, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
      parent.kill('SIGSTOP')
      expect(tools.every(isAlive)).toBe(true)
      // Three seconds of deadline, two until it is killed, and what a busy machine adds.
      await expect.poll(() => tools.filter(isAlive).length, { timeout: 20_000 }).toBe(0)
      expect(parent.exitCode).toBeNull()
    },
    60_000,
  )
})
