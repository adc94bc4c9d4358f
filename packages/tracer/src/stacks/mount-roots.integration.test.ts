import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostFacts } from '@sonde/contract'
import { FRAME_KIND, type Profile } from '@sonde/profile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedArgv } from '../run/guarded-child.ts'
import { perfScriptCommand } from './perf-commands.ts'
import { StackCapture } from './stack-capture.ts'

const SPIN = 'int n) { volatile int s = 0; for (int i = 0; i < n; i++) s += i; return s; }'
const HOST_LIBRARY = `__attribute__((noinline)) int named_on_host(${SPIN} int spin(int n) { return named_on_host(n) + 1; }`
/** Other functions come first, so that the same offsets have other names. */
const OTHER_LIBRARY = `int pad_a(${SPIN} int pad_b(${SPIN}
  __attribute__((noinline)) int named_in_container(${SPIN} int spin(int n) { return named_in_container(n) + 1; }`
const PROGRAM = 'int spin(int); int main() { volatile int x = 0; for (;;) x += spin(100000); }'

const facts = { tools: [{ name: 'perf', version: '6.1', path: 'perf' }] } as unknown as HostFacts
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-roots-'))
const children: ChildProcess[] = []

/** The same program twice: as it is, and in a mount namespace where another library lies at the library's path. */
beforeAll(() => {
  mkdirSync(path.join(folder, 'other'))
  const compile = (source: string, out: string, ...rest: string[]) => {
    writeFileSync(path.join(folder, 'source.c'), source)
    execFileSync('gcc', ['-O1', '-fno-omit-frame-pointer', path.join(folder, 'source.c'), '-o', path.join(folder, out), ...rest])
  }
  compile(HOST_LIBRARY, 'libspin.so', '-shared', '-fPIC')
  compile(OTHER_LIBRARY, 'other/libspin.so', '-shared', '-fPIC')
  compile(PROGRAM, 'outside', `-L${folder}`, '-lspin', `-Wl,-rpath,${folder}`)
  compile(PROGRAM, 'inside', `-L${folder}`, '-lspin', `-Wl,-rpath,${folder}`)
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(
    children.map((child) => (child.exitCode ?? child.signalCode) !== null || new Promise((done) => child.once('exit', done))),
  )
  rmSync(folder, { recursive: true, force: true })
})

function start(command: string, args: string[]): number {
  const child = spawn(command, args, { stdio: 'ignore' })
  children.push(child)
  return child.pid ?? -1
}

const startInContainer = () =>
  start('unshare', [
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    `mount --bind ${folder}/other/libspin.so ${folder}/libspin.so && exec ${folder}/inside`,
  ])

/** Samples for each function of libspin.so, by the program that ran it. */
function libraryFrames(profile: Profile): Map<string, number> {
  const { samples, stacks, frames, threads, strings } = profile
  const found = new Map<string, number>()
  for (let i = 0; i < samples.length; i++) {
    const comm = strings[threads.comm[samples.thread[i] ?? 0] ?? 0]
    for (let row = samples.stack[i] ?? -1; row >= 0; row = stacks.parent[row] ?? -1) {
      const frame = stacks.frame[row] ?? 0
      if (strings[frames.module[frame] ?? 0] !== 'libspin.so') continue
      const name = frames.kind[frame] === FRAME_KIND.unknown ? '[unknown]' : strings[frames.name[frame] ?? 0]
      const key = `${comm} ${name}`
      found.set(key, (found.get(key) ?? 0) + 1)
    }
  }
  return found
}

async function record(pids: number[], whileRecording: () => void): Promise<Map<string, number>> {
  const argv = ['perf', 'record', '-e', 'cpu-clock', '-F', '499', '-g', '-p', pids.join(','), '-k', 'CLOCK_MONOTONIC', '--control', 'fd:3']
  const capture = new StackCapture({
    record: { collector: 'stacks', tool: 'perf', toolVersion: null, argv: guardedArgv([...argv, '-o', '-'], 20), env: {}, program: null },
    script: perfScriptCommand({ durationMs: 5_000, facts }),
    onlyPids: null,
  })
  try {
    expect(await capture.attached).toBe(true)
    await sleep(700)
    whileRecording()
    capture.stop(3_000)
    await capture.ended
    const meta = { event: 'cpu-clock', unit: 'samples', periodNs: 0, startMs: 0, durationMs: 0, timed: true } as const
    return libraryFrames(await capture.takeProfile({ meta, host: { id: 'h', name: 'h' }, zeroNs: 0 }))
  } finally {
    await capture.close(false)
  }
}

describe('files of processes in other mount namespaces', () => {
  const isRight = (found: Map<string, number>) => {
    // A sample now and then falls into the stub by which one function calls the other; it has the right name, too.
    const names = [...found.keys()].map((name) => name.replace('@plt', ''))
    expect([...new Set(names)].sort()).toEqual(['inside named_in_container', 'inside spin', 'outside named_on_host', 'outside spin'])
    for (const [name, count] of found) if (!name.endsWith('@plt')) expect(count).toBeGreaterThan(20)
  }

  it('are named from the library that the process has mapped, not from the one at its path', async () => {
    const pids = [start(`${folder}/outside`, []), startInContainer()]
    await sleep(500)
    isRight(await record(pids, () => {}))
  })

  it('are so too when the process has ended before names were looked up', async () => {
    const inside = startInContainer()
    const pids = [start(`${folder}/outside`, []), inside]
    await sleep(500)
    isRight(await record(pids, () => process.kill(inside, 'SIGKILL')))
  })
})
