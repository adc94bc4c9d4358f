import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostFacts } from '@sonde/contract'
import { FRAME_KIND, type Profile } from '@sonde/profile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedArgv } from '../run/guarded-child.ts'
import { perfScriptCommand } from './perf-commands.ts'
import { StackCapture } from './stack-capture.ts'

const PROGRAM = `public class Spin {
  static long innermost(long n) { long s = 0; for (long i = 0; i < n; i++) s += i ^ (s << 1); return s; }
  static long outer(long n) { long s = 0; for (int i = 0; i < 100; i++) s += innermost(n); return s; }
  public static void main(String[] args) { long s = 0; while (true) s += outer(20000); }
}`
const facts = { tools: [{ name: 'perf', version: '6.1', path: 'perf' }] } as unknown as HostFacts
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-java-'))
const children: ChildProcess[] = []

const hasJava = (() => {
  try {
    execFileSync('javac', ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

function startJava(...options: string[]): number {
  const child = spawn('java', [...options, '-Xmx64m', '-cp', folder, 'Spin'], { stdio: 'ignore' })
  children.push(child)
  return child.pid ?? -1
}

async function record(pid: number): Promise<{ profile: Profile; capture: StackCapture }> {
  const argv = ['perf', 'record', '-e', 'cpu-clock', '-F', '499', '-g', '-p', String(pid), '-k', 'CLOCK_MONOTONIC', '--control', 'fd:3']
  const capture = new StackCapture({
    record: { collector: 'stacks', tool: 'perf', toolVersion: null, argv: guardedArgv([...argv, '-o', '-'], 20), env: {}, program: null },
    script: perfScriptCommand({ durationMs: 5_000, facts }),
    onlyPids: null,
  })
  expect(await capture.attached).toBe(true)
  await sleep(1_000)
  capture.stop(3_000)
  await capture.ended
  const meta = { event: 'cpu-clock', unit: 'samples', periodNs: 0, startMs: 0, durationMs: 0, timed: true } as const
  return { profile: await capture.takeProfile({ meta, host: { id: 'h', name: 'h' }, zeroNs: 0 }), capture }
}

/** Samples whose innermost frame is of this kind and its name holds the text. */
function leaves(profile: Profile, kind: number, text: string): number {
  const { samples, stacks, frames, strings } = profile
  let count = 0
  for (let i = 0; i < samples.length; i++) {
    const frame = stacks.frame[samples.stack[i] ?? -1] ?? -1
    if (frames.kind[frame] === kind && strings[frames.name[frame] ?? 0]?.includes(text)) count++
  }
  return count
}

describe.skipIf(!hasJava)('names of Java code', () => {
  beforeAll(() => {
    writeFileSync(path.join(folder, 'Spin.java'), PROGRAM)
    execFileSync('javac', ['-d', folder, path.join(folder, 'Spin.java')])
  })

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? new Promise((done) => child.once('exit', done))))
    rmSync(folder, { recursive: true, force: true })
  })

  it('are asked for when samples fall into code without a name, and the map is taken away again', async () => {
    const pid = startJava('-XX:+PreserveFramePointer')
    await sleep(2_500)
    const { profile, capture } = await record(pid)
    expect(leaves(profile, FRAME_KIND.jit, 'innermost') + leaves(profile, FRAME_KIND.jit, 'outer')).toBeGreaterThan(
      profile.samples.length * 0.8,
    )
    expect(capture.notes).toEqual([])
    expect(existsSync(`/tmp/perf-${pid}.map`)).toBe(true)
    await capture.close(false)
    expect(existsSync(`/tmp/perf-${pid}.map`)).toBe(false)
    expect(existsSync(`/tmp/.attach_pid${pid}`)).toBe(false)
  })

  it('say so where the JVM keeps no frame pointers', async () => {
    const pid = startJava()
    await sleep(2_500)
    const { capture } = await record(pid)
    await capture.close(false)
    expect(capture.notes.join()).toContain(`The JVM ${pid} runs without -XX:+PreserveFramePointer`)
  })

  it.each([
    ['that a signal would end', '-Xrs', 'it runs with -Xrs'],
    ['that would answer with a dump of its threads', '-Xmx64m', 'it runs with -XX:+DisableAttachMechanism'],
  ])('leave a JVM alone %s, and say why its code has no name', async (_what, option, why) => {
    const pid = startJava(option, '-XX:+DisableAttachMechanism', '-XX:+PreserveFramePointer')
    await sleep(2_500)
    const { capture } = await record(pid)
    await capture.close(false)
    expect(existsSync(`/proc/${pid}/stat`)).toBe(true)
    expect(capture.unknownBy[0]).toMatchObject({ pid, comm: 'java', module: '[jit]' })
    expect(capture.unknownBy[0]?.reason).toContain(why)
  })
})
