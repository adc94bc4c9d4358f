import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type HelperLine, HelperLines } from './helper-lines.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const usable = process.getuid?.() === 0 && existsSync(helper) && spawnSync('which', ['gcc']).status === 0

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-offcpu-'))
const workload = path.join(folder, 'waits')
beforeAll(() => {
  const source = path.join(import.meta.dirname, 'fixtures/waits.c')
  if (usable) execFileSync('gcc', ['-O1', '-static', '-no-pie', '-fno-omit-frame-pointer', '-pthread', '-o', workload, source])
})
afterAll(() => rmSync(folder, { recursive: true }))

const children: ChildProcess[] = []
function start(file: string, args: readonly string[]) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  child.stdin.on('error', () => {})
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return Object.assign(child, { pid: child.pid ?? 0, exited })
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Waker = { pid: number; tid: number; comm: string; kernel: number; user: number }
type Row = { pid: number; tid: number; comm: string; kernel: number; user: number; blockedNs: number; maxNs: number; count: number; waker: Waker | null } // biome-ignore format: one line
type Recorded = { rows: Row[]; open: Row[]; stacks: Map<number, string[]>; last: HelperLine; end: HelperLine }

/** Our own helper's lines, of the form that native/README.md gives them. */
const rowOf = (line: HelperLine) => line as unknown as Row

/** Runs the helper while the workload runs, from its first byte to its end. */
async function recordRun(run: readonly string[], options: readonly string[], under: readonly string[] = []): Promise<Recorded> {
  const [file = workload, ...args] = [...under, workload, ...run]
  const job = start(file, args)
  return await record(['--tgid', String(job.pid), ...options], async () => {
    job.stdin.end('x')
    expect(await job.exited).toBe(0)
  })
}

async function record(options: readonly string[], meanwhile: () => Promise<void>): Promise<Recorded> {
  const child = start(helper, ['offcpu', '--duration-ms', '60000', ...options])
  const reader = new HelperLines()
  const lines: HelperLine[] = []
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      lines.push(...reader.push(chunk))
      if (lines[0]?.type === 'ready') resolve()
    })
    child.exited.then(() => reject(new Error(String(child.stderr.read()))))
  })
  await meanwhile()
  child.kill('SIGINT')
  expect(await child.exited).toBe(0)
  expect(reader.malformed).toBe(0)
  const last = lines.findLast(({ type }) => type === 'snapshot')
  const end = lines.at(-1)
  if (last === undefined || end === undefined) throw new Error('the output has no end')
  return {
    rows: lines.filter(({ type }) => type === 'row').map(rowOf),
    open: lines.filter(({ type }) => type === 'waiting').map(rowOf),
    stacks: new Map(
      lines
        .filter(({ type }) => type === 'stack')
        .map((line) => [Number(line.id), Array.isArray(line.frames) ? line.frames.map(String) : []]),
    ),
    last,
    end,
  }
}

const sum = (rows: readonly Row[], of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
/** Name of the kernel function or of the workload's function that an address lies in. */
function symbolAt(address: string, symbols: readonly [string, string][]): string {
  const at = address.padStart(16, '0')
  let name = ''
  for (const [start, symbol] of symbols) {
    if (start > at) break
    name = symbol
  }
  return name
}
const readSymbols = (text: string): [string, string][] =>
  text
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, address, name] = /^([0-9a-f]{16}) [tTwWiV] (\S+)/.exec(line) ?? []
      return address !== undefined && name !== undefined ? [[address, name]] : []
    })
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

describe.skipIf(!usable)('sonde-bpf offcpu', () => {
  it('adds up how long, how often and where a thread waits', async () => {
    const recorded = await recordRun(['sleep', '10', '20'], ['--interval-ms', '100'])
    const kernel = readSymbols(readFileSync('/proc/kallsyms', 'utf8'))
    const user = readSymbols(execFileSync('nm', [workload], { encoding: 'utf8' }))
    const names = (id: number, symbols: readonly [string, string][]) =>
      (recorded.stacks.get(id) ?? []).map((address) => symbolAt(address, symbols))
    const sleeps = recorded.rows.filter((row) => names(row.kernel, kernel).some((name) => /nanosleep/.test(name)))
    expect(sum(sleeps, (row) => row.count)).toBe(10)
    expect(sum(sleeps, (row) => row.blockedNs)).toBeGreaterThanOrEqual(200_000_000)
    for (const row of sleeps) {
      expect(row).toMatchObject({ comm: 'waits', waker: null })
      expect(row.pid).toBe(row.tid)
      expect(row.maxNs).toBeGreaterThanOrEqual(20_000_000)
      expect(row.maxNs).toBeLessThanOrEqual(row.blockedNs)
      // The program's own functions, and the scheduler's; not those of the recording.
      expect(names(row.user, user)).toContain('main')
      expect(names(row.kernel, kernel)).toContain('schedule')
      expect(names(row.kernel, kernel).filter((name) => /^bpf_prog_/.test(name))).toEqual([])
    }
    expect(recorded.last).toMatchObject({ lostWaits: 0, lostBegins: 0, lostStacks: 0, lostForks: 0, unreadable: false })
  })

  it('says who woke a thread, and where the waker was', async () => {
    const recorded = await recordRun(['woken', '25'], ['--wakers', '1'])
    const kernel = readSymbols(readFileSync('/proc/kallsyms', 'utf8'))
    const user = readSymbols(execFileSync('nm', [workload], { encoding: 'utf8' }))
    const names = (id: number, symbols: readonly [string, string][]) =>
      (recorded.stacks.get(id) ?? []).map((address) => symbolAt(address, symbols))
    const reads = recorded.rows.filter((row) => row.comm === 'receiver' && names(row.kernel, kernel).some((name) => /pipe_read/.test(name)))
    expect(sum(reads, (row) => row.count)).toBe(25)
    for (const { pid, tid, waker } of reads) {
      expect(pid).not.toBe(tid)
      // The main thread, out of its write.
      expect(waker).toMatchObject({ pid, tid: pid, comm: 'waits' })
      expect(names(waker?.kernel ?? 0, kernel).some((name) => /pipe_write/.test(name))).toBe(true)
      expect(names(waker?.user ?? 0, user)).toContain('main')
    }
  })

  it('takes preempted threads for waiting only where that is asked for', async () => {
    const spin = async (options: readonly string[]) => {
      // Two on one CPU: each has to make room for the other, and neither waits for anything.
      const rival = start('taskset', ['-c', '0', workload, 'spin', '600'])
      rival.stdin.end('x')
      return await recordRun(['spin', '300'], options, ['taskset', '-c', '0'])
    }
    const waited = async (preempted: string) => sum((await spin(['--preempted', preempted])).rows, (row) => row.blockedNs)
    const [withThem, withoutThem] = [await waited('1'), await waited('0')]
    // Half of the rival's time at the least; at its start a program may wait for its own pages, and no more.
    expect(withThem).toBeGreaterThan(20_000_000)
    expect(withoutThem).toBeLessThan(withThem / 2)
  })

  it('leaves short waits out, and counts them', async () => {
    const recorded = await recordRun(['sleep', '5', '20'], ['--min-us', '10000000'])
    expect(recorded.rows).toEqual([])
    expect(Number(recorded.last.shortWaits)).toBeGreaterThanOrEqual(5)
    expect(Number(recorded.last.shortNs)).toBeGreaterThanOrEqual(100_000_000)
  })

  it('counts exactly what finds no room', async () => {
    const options = ['--max-rows', '1', '--interval-ms', '60000', '--kernel-stacks', '1', '--wakers', '1']
    const recorded = await recordRun(['woken', '40'], options)
    const all = sum(recorded.rows, (row) => row.count) + Number(recorded.last.lostWaits)
    expect(recorded.rows).toHaveLength(1)
    expect(Number(recorded.last.lostWaits)).toBeGreaterThan(0)
    expect(all).toBeGreaterThanOrEqual(41)
    const noStacks = await recordRun(['sleep', '3', '5'], ['--max-stacks', '1'])
    expect(Number(noStacks.last.lostStacks)).toBeGreaterThan(0)
    expect(noStacks.rows.some((row) => row.kernel === -1 || row.user === -1)).toBe(true)
  })

  it('tells what still waits when it ends', async () => {
    const recorded = await record(['--min-us', '1000'], async () => {
      const sleeper = start('sleep', ['60'])
      // (clock_)nanosleep, on x64 and arm64
      while (!/^(35|230|101|115) /.test(readFileSync(`/proc/${sleeper.pid}/syscall`, 'utf8'))) await setTimeout(10)
      await setTimeout(100)
    })
    const sleeping = recorded.open.filter((row) => row.comm === 'sleep' && children.some(({ pid }) => pid === row.pid))
    expect(sleeping).toHaveLength(1)
    expect(sleeping[0]?.count).toBe(1)
    expect(sleeping[0]?.blockedNs).toBeGreaterThan(50_000_000)
  })

  it('takes no stacks where none are asked for', async () => {
    const recorded = await recordRun(['sleep', '3', '5'], ['--kernel-stacks', '0', '--user-stacks', '0'])
    expect(recorded.stacks.size).toBe(0)
    expect(recorded.rows.every((row) => row.kernel === 0 && row.user === 0)).toBe(true)
    expect(sum(recorded.rows, (row) => row.count)).toBeGreaterThanOrEqual(3)
  })

  it('refuses arguments that are not exactly numbers of known options', () => {
    for (const args of [
      [],
      ['--duration-ms', '1s'],
      ['--duration-ms', '10', '--wakers', '2'],
      ['--duration-ms', '10', '--max-kernel-rows', '1'],
    ]) {
      const run = spawnSync(helper, ['offcpu', ...args], { encoding: 'utf8', input: '' })
      expect([args, run.status, run.stdout]).toEqual([args, 2, ''])
    }
  })
})
