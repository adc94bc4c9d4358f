import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ProbeValue, UprobeDefinition } from './probe-definition.ts'
import { ProbeGuard, sweepProbes } from './probe-guard.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const EVENTS = '/sys/kernel/tracing/uprobe_events'
const has = (command: string) => spawnSync('which', [command]).status === 0
const usable = process.getuid?.() === 0 && existsSync(helper) && existsSync(EVENTS) && has('gcc')

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-guard-'))
const program = path.join(folder, 'calls')
let file = -1
/** File offset of `mkdir` in the program, which runs 300 times in `calls mixed`. */
let offset = 0
beforeAll(() => {
  if (!usable) return
  execFileSync('gcc', ['-O1', '-static', '-no-pie', '-pthread', '-o', program, path.join(import.meta.dirname, 'fixtures/calls.c')])
  const symbol = /^\s*\d+:\s+([0-9a-f]+)\s+\d+\s+FUNC\s+\w+\s+\w+\s+\d+\s+mkdir$/m.exec(
    execFileSync('readelf', ['-sW', program], { encoding: 'utf8' }),
  )
  // The text segment of a program that is not position-independent: file offset = address - 0x400000.
  offset = Number.parseInt(symbol?.[1] ?? '', 16) - 0x400000
  file = openSync(program, 'r')
})
afterAll(() => {
  if (file >= 0) closeSync(file)
  rmSync(folder, { recursive: true })
})

const children: ChildProcess[] = []
const start = (command: string, args: readonly string[]) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  return child
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const uprobe = (event: number, values: readonly ProbeValue[] = [], at: 'entry' | 'return' = 'entry'): UprobeDefinition => ({
  kind: 'uprobe',
  event,
  at,
  openPath: `/proc/${process.pid}/fd/${file}`,
  fileOffset: offset,
  semaphoreOffset: 0,
  arguments: values,
})
const eventsOf = (group: string) =>
  readFileSync(EVENTS, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${group}/`))
async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return
    await sleep(50)
  }
  expect(condition()).toBe(true)
}
/** perf counts an event until it is told to stop; what it prints every 100 ms shows that it has begun. */
async function useWithPerf(event: string): Promise<ChildProcess> {
  const perf = start('perf', ['stat', '-e', event, '-a', '-I', '100'])
  await new Promise((resolve) => perf.stderr.once('data', resolve))
  return perf
}
const isRunning = (pid: number) => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

describe.skipIf(!usable)('the probe guard', () => {
  it.skipIf(!has('perf'))('registers what perf then counts, and removes it when it is closed', async () => {
    const guard = await ProbeGuard.open(helper)
    const path1: ProbeValue = {
      name: 'path',
      type: 'string',
      base: { from: 'register', name: process.arch === 'x64' ? 'di' : 'x0' },
      dereferences: [{ offset: 0 }],
    }
    const probes = [
      await guard.add(uprobe(0)),
      await guard.add(uprobe(1, [path1])),
      await guard.add(uprobe(2, [{ name: 'r', type: 's64', base: { from: 'return' } }], 'return')),
    ]
    expect(probes.map(({ event }) => event)).toEqual([0, 1, 2].map((n) => `${guard.group}:probe${n}`))
    expect(eventsOf(guard.group)).toHaveLength(3)
    const output = path.join(folder, 'counts')
    const events = probes.flatMap(({ event }) => ['-e', event])
    const perf = spawnSync('perf', ['stat', '-x', ';', '-o', output, ...events, program, 'mixed'], { input: 'x' })
    expect(perf.status).toBe(0)
    const counts = readFileSync(output, 'utf8').match(/^\d+(?=;;sonde_)/gm)
    expect(counts).toEqual(['300', '300', '300'])
    await guard.close()
    expect(eventsOf(guard.group)).toEqual([])
  })

  it('waits for whoever still uses an event', async () => {
    const guard = await ProbeGuard.open(helper)
    const { event } = await guard.add(uprobe(0))
    const user = await useWithPerf(event)
    const closed = guard.close()
    await sleep(300)
    expect(eventsOf(guard.group)).toHaveLength(1)
    user.kill('SIGINT')
    await closed
    expect(eventsOf(guard.group)).toEqual([])
  })

  it('says what the kernel does not take, and goes on', async () => {
    const guard = await ProbeGuard.open(helper)
    await expect(guard.add({ ...uprobe(0), openPath: '/proc/1/fd/999999' })).rejects.toMatchObject({
      name: 'ProbeRefused',
      message: expect.stringMatching(/^No such file or directory/),
      definition: `p:${guard.group}/probe0 /proc/1/fd/999999:0x${offset.toString(16)}`,
    })
    await expect(
      guard.add({
        kind: 'kprobe',
        event: 1,
        at: 'entry',
        function: 'no_such_function',
        functionOffset: 0,
        arguments: [
          { name: 'a', type: 'ustring', base: { from: 'argument', position: 2 }, dereferences: [{ offset: 8 }, { offset: 0, user: true }] },
        ],
      }),
    ).rejects.toMatchObject({
      name: 'ProbeRefused',
      definition: `p:${guard.group}/probe1 no_such_function a=+u0(+8($arg2)):ustring`,
    })
    // What only a return has.
    await expect(guard.add(uprobe(0, [{ name: 'r', type: 's64', base: { from: 'return' } }]))).rejects.toThrow(/ret \(at a return\)/)
    expect(await guard.add(uprobe(5))).toMatchObject({ event: `${guard.group}:probe5` })
    await guard.close()
    await expect(guard.add(uprobe(6))).rejects.toThrow('the probe guard has ended')
  })

  it.each(['SIGKILL', 'SIGTERM'] as const)('removes every event after its parent has got %s', async (signal) => {
    const fixture = start(process.execPath, [
      '--import',
      'tsx',
      path.join(import.meta.dirname, 'fixtures/probe-guard-process.ts'),
      helper,
      program,
      String(offset),
    ])
    const said = await new Promise<string>((resolve) => fixture.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    const { group, pid }: { group: string; pid: number } = JSON.parse(said)
    expect(eventsOf(group)).toHaveLength(2)
    const user = await useWithPerf(`${group}:probe1`)
    // In a session of its own: what is done to the terminal does not reach it.
    expect(execFileSync('ps', ['-o', 'sid=', '-p', String(pid)], { encoding: 'utf8' }).trim()).toBe(String(pid))
    fixture.kill(signal)
    await eventually(() => eventsOf(group).length === 1)
    user.kill('SIGKILL')
    await eventually(() => eventsOf(group).length === 0 && !isRunning(pid))
  })

  it('has a janitor that removes what no guard owns, and nothing else', async () => {
    const guard = await ProbeGuard.open(helper)
    await guard.add(uprobe(0))
    const killed = await ProbeGuard.open(helper)
    await killed.add(uprobe(0))
    await killed.add(uprobe(1))
    process.kill(killed.pid ?? 0, 'SIGKILL')
    await killed.close()
    expect(eventsOf(killed.group)).toHaveLength(2)
    const foreign = `test_${process.pid}`
    appendFileSync(EVENTS, `p:${foreign}/other /proc/${process.pid}/fd/${file}:0x${offset.toString(16)}\n`)
    // A pid that was taken again is another process: its start time differs.
    const reused = guard.group.replace(/\d+$/, '1')
    appendFileSync(EVENTS, `p:${reused}/probe0 /proc/${process.pid}/fd/${file}:0x${offset.toString(16)}\n`)
    try {
      const swept = await sweepProbes(helper)
      expect(swept?.removed).toBeGreaterThanOrEqual(3)
      expect(swept?.owned).toBeGreaterThanOrEqual(1)
      expect([guard.group, killed.group, foreign, reused].map((group) => eventsOf(group).length)).toEqual([1, 0, 1, 0])
    } finally {
      appendFileSync(EVENTS, `-:${foreign}/other\n`)
      await guard.close()
    }
    expect(eventsOf(guard.group)).toEqual([])
  })

  it('takes no request that is not exactly of the form, and registers nothing for it', () => {
    const place = `${process.pid} ${file} ${offset} 0`
    const hostile = [
      '',
      ' ',
      'p:sonde_x/y /usr/bin/dd:0x10',
      '-:sonde_x/y',
      `uprobe 1 0 entry ${place} `,
      `uprobe  1 0 entry ${place}`,
      `uprobe 1 0 both ${place}`,
      `uprobe 0 0 entry ${place}`,
      `uprobe 1 10000 entry ${place}`,
      `uprobe 1 -1 entry ${place}`,
      `uprobe 1 0 entry ${process.pid} ${file} 0x10 0`,
      `uprobe 1 0 entry ${process.pid} ${file} -1 0`,
      `uprobe 1 0 entry ${process.pid} ../../etc/passwd 16 0`,
      `uprobe 1 0 entry self ${file} 16 0`,
      `uprobe 1 0 entry ${place} a`,
      `uprobe 1 0 entry ${place} a:u64`,
      `uprobe 1 0 entry ${place} a:u64:`,
      `uprobe 1 0 entry ${place} a:u65:%di`,
      `uprobe 1 0 entry ${place} a:u64:%zz`,
      `uprobe 1 0 entry ${place} a:u64:ret`,
      `uprobe 1 0 entry ${place} a:u64:arg1`,
      `uprobe 1 0 entry ${place} a:u64:@kernel_symbol`,
      `uprobe 1 0 entry ${place} a:string:stack0`,
      `uprobe 1 0 entry ${place} common_pid:u64:stack0`,
      `uprobe 1 0 entry ${place} __probe_ip:u64:stack0`,
      `uprobe 1 0 entry ${place} a:u64:stack0 a:u64:stack1`,
      `uprobe 1 0 entry ${place} a:u64:stack0:1:2:3:4:5`,
      `uprobe 1 0 entry ${place} a:u64:stack0:99999999999`,
      `uprobe 1 0 entry ${place} ${Array.from({ length: 33 }, (_, i) => `a${i}:u64:stack0`).join(' ')}`,
      `uprobe 1 0 entry ${place} ${'x'.repeat(32)}:u64:stack0`,
      `uprobe 1 0 entry ${place}\0`,
      'kprobe 1 0 entry vfs_read',
      'kprobe 1 0 entry vfs_read;id 0',
      'kprobe 1 0 entry vfs_read+4 0',
      'kprobe 1 0 return vfs_read 4',
      'kprobe 1 0 entry 0xffffffff81000000 0',
      'kprobe 1 0 return vfs_read 0 a:u64:arg1',
      `kprobe 1 0 entry ${'x'.repeat(128)} 0`,
      'x'.repeat(20_000),
    ]
    const run = spawnSync(helper, ['probes'], { input: `${hostile.join('\n')}\n`, encoding: 'utf8' })
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line): { type: string; reason?: string; removed?: number } => JSON.parse(line))
    expect(run.status).toBe(0)
    expect(lines.slice(1, -1).map(({ type, reason }, i) => [hostile[i]?.slice(0, 60), type, reason])).toEqual(
      hostile.map((line) => [line.slice(0, 60), 'refused', line.length > 4096 ? 'limit' : 'syntax']),
    )
    expect(lines.at(-1)).toEqual({ type: 'end', removed: 0 })
  })

  it('takes no arguments', () => {
    for (const args of [['x'], ['--janitor', 'x'], ['--janitor', '--janitor'], ['--group', 'sonde_x']]) {
      expect(spawnSync(helper, ['probes', ...args], { input: '' }).status).toBe(2)
    }
  })
})
