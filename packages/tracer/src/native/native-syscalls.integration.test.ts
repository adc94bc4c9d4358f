import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SyscallSnapshot, specOfRecipe } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cgroupMounts } from '../host/cgroup-mount.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { planCapture } from '../plan-capture.ts'
import { runCapture } from '../run-capture.ts'
import { type HelperLine, HelperLines, isCount, isPairs } from './helper-lines.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const has = (command: string) => spawnSync('which', [command]).status === 0
const usable = process.getuid?.() === 0 && existsSync(helper) && has('gcc')

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-native-'))
const workload = path.join(folder, 'calls')
beforeAll(() => {
  if (usable) execFileSync('gcc', ['-O1', '-static', '-pthread', '-o', workload, path.join(import.meta.dirname, 'fixtures/calls.c')])
})
afterAll(() => rmSync(folder, { recursive: true }))

const children: ChildProcess[] = []
function start(file: string, args: readonly string[]) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  child.stdin.on('error', () => {})
  return Object.assign(child, { pid: child.pid ?? 0, exited })
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Row = { pid: number; nr: number; calls: number; errors: [number, number][]; histogram: [number, number][] }
type Recorded = { lines: HelperLine[]; rows: Map<string, Row>; names: Map<number, string>; last: HelperLine; end: HelperLine }

/** The helper at work; `stop` ends it and gives what it printed. */
async function record(args: readonly string[], durationMs = 60_000) {
  const child = start(helper, ['syscalls', '--duration-ms', String(durationMs), ...args])
  const reader = new HelperLines()
  const lines: HelperLine[] = []
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      lines.push(...reader.push(chunk))
      if (lines[0]?.type === 'ready') resolve()
    })
    child.exited.then(() => reject(new Error(`${child.stderr.read()}`)))
  })
  ready.catch(() => {})
  await ready
  const finish = async (): Promise<Recorded> => {
    expect(await child.exited).toEqual({ code: 0, signal: null })
    expect(reader.malformed).toBe(0)
    const rows = new Map<string, Row>()
    const names = new Map<number, string>()
    for (const line of lines) {
      if (line.type === 'ended' && isCount(line.pid)) names.set(line.pid, String(line.comm))
      const { pid, nr, calls, errors, histogram } = line
      if (line.type !== 'row' || !isCount(pid) || !isCount(nr) || !isCount(calls) || !isPairs(errors) || !isPairs(histogram)) continue
      rows.set(`${pid},${nr}`, { pid, nr, calls, errors, histogram })
    }
    const last = lines.findLast((line) => line.type === 'snapshot')
    const end = lines.at(-1)
    if (last === undefined || end?.type !== 'end') throw new Error('the output has no end')
    return { lines, rows, names, last, end }
  }
  return {
    child,
    finish,
    stop: () => {
      child.kill('SIGINT')
      return finish()
    },
  }
}

/** Starts the workload, which waits; `go` lets it run to its end. */
function prepare(args: readonly string[], under: readonly string[] = []) {
  const [file = workload, ...rest] = [...under, workload, ...args]
  const child = start(file, rest)
  const go = async () => {
    child.stdin.end('x')
    await child.exited
  }
  return { pid: child.pid, child, go }
}

const NR =
  process.arch === 'x64'
    ? { getppid: 110, mkdir: 83, fchdir: 81, getsid: 124, getpgid: 121, recvfrom: 45, rt_sigreturn: 15 }
    : { getppid: 173, mkdir: 34, fchdir: 50, getsid: 156, getpgid: 155, recvfrom: 207, rt_sigreturn: 139 }
/** What fixtures/calls.c does in `mixed`, over all its processes and threads. */
const MIXED = { getppid: 1000, mkdir: 300, fchdir: 300, getsid: 1000, getpgid: 150, recvfrom: 2, rt_sigreturn: 21 } as const
const MIXED_ERRORS = { mkdir: [[2, 300]], fchdir: [[9, 200], [20, 100]] } as const // biome-ignore format: a table

const sumOf = (recorded: Recorded, nr: number) =>
  [...recorded.rows.values()].filter((row) => row.nr === nr).reduce((sum, row) => sum + row.calls, 0)
const allCalls = (recorded: Recorded) => [...recorded.rows.values()].reduce((sum, row) => sum + row.calls, 0)
const errorsOf = (recorded: Recorded, nr: number) =>
  [...recorded.rows.values()].filter((row) => row.nr === nr).flatMap((row) => row.errors.toSorted(([a], [b]) => a - b))
const getppids = (recorded: Recorded, pid: number) => recorded.rows.get(`${pid},${NR.getppid}`)?.calls ?? 0

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (condition()) return
    await sleep(50)
  }
  expect(condition()).toBe(true)
}
const isRunning = (pid: number) => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
const childrenOf = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
/** Ids of the programs that a process holds, as its descriptors say. */
const programsOf = (pid: number): number[] => [
  ...new Set(
    readdirSync(`/proc/${pid}/fdinfo`).flatMap((fd) => {
      const id = /^prog_id:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1]
      return id === undefined ? [] : [Number(id)]
    }),
  ),
]
/** Whether one of these programs is still loaded. */
function areLoaded(ids: readonly number[]): boolean {
  const list: { id: number }[] = JSON.parse(execFileSync('bpftool', ['prog', 'list', '-j'], { encoding: 'utf8' }))
  return list.some(({ id }) => ids.includes(id))
}

describe.skipIf(!usable)('sonde-bpf syscalls', () => {
  it('counts every call and every error of a process, its threads and what it starts', async () => {
    const job = prepare(['mixed'])
    const recording = await record(['--tgid', String(job.pid)])
    await job.go()
    const recorded = await recording.stop()
    for (const [name, calls] of Object.entries(MIXED)) expect([name, sumOf(recorded, NR[name as keyof typeof NR])]).toEqual([name, calls])
    expect(errorsOf(recorded, NR.mkdir)).toEqual(MIXED_ERRORS.mkdir)
    expect(errorsOf(recorded, NR.fchdir)).toEqual(MIXED_ERRORS.fchdir)
    // Interrupted and begun again: ERESTARTSYS is nobody's error.
    expect(errorsOf(recorded, NR.recvfrom)).toEqual([])
    for (const row of recorded.rows.values()) expect(row.histogram.reduce((sum, [, calls]) => sum + calls, 0)).toBe(row.calls)
    // Three forks, each with 50 calls of its own; the names of all that ended.
    const pids = new Set([...recorded.rows.values()].map((row) => row.pid))
    expect(pids.size).toBe(4)
    expect([...pids].map((pid) => recorded.names.get(pid))).toEqual(Array(4).fill('calls'))
    // The read that waited for us to be ready.
    expect(recorded.last).toMatchObject({ unmatchedExits: 1, lostCalls: 0, lostErrors: 0, lostForks: 0, unreadable: false })
  })

  it.skipIf(!has('strace') || !has('bpftrace'))('counts what strace and the bpftrace program count', async () => {
    // strace stops the program at every call: a run of its own, of the same work.
    const table = path.join(folder, 'strace')
    const straced = prepare(['mixed'], ['strace', '-f', '-c', '-U', 'calls,errors,name', '-o', table])
    await straced.go()
    const strace = new Map<string, { calls: number; errors: number }>()
    for (const line of readFileSync(table, 'utf8').split('\n')) {
      const [, calls, errors = '0', name] = /^\s*(\d+)\s+(\d+)?\s+([a-z_0-9]+)$/.exec(line) ?? []
      if (name !== undefined && name !== 'total') strace.set(name, { calls: Number(calls), errors: Number(errors) })
    }

    // Both of ours, of one and the same run, through the same code as a real capture.
    const facts = await detectFacts({ bpfHelper: helper })
    expect(facts.capabilities.find(({ id }) => id === 'bpf-helper')).toMatchObject({ available: true })
    const withoutHelper = { ...facts, capabilities: facts.capabilities.filter(({ id }) => id !== 'bpf-helper') }
    const job = prepare(['mixed'])
    const spec = { ...specOfRecipe('syscall-breakdown', { durationMs: 60_000 }), filter: { kind: 'pid' as const, pid: job.pid } }
    const stop = new AbortController()
    let attached = 0
    const both = await Promise.all(
      [facts, withoutHelper].map(async (its) => {
        const plan = await planCapture(spec, its)
        const snapshots: SyscallSnapshot[] = []
        const tools: string[] = []
        await runCapture(plan, {
          hostId: 'h',
          hostName: 'h',
          workDir: folder,
          signal: stop.signal,
          onAttached: async (commands) => {
            tools.push(...commands.map(({ tool }) => tool))
            if (++attached < 2) return
            await job.go()
            stop.abort()
          },
          onResult: (result) => {
            if (result.kind === 'syscalls') snapshots.push(result.snapshot)
            return 0
          },
        })
        return { tools, snapshot: snapshots.at(-1) }
      }),
    )
    expect(both.map(({ tools }) => tools)).toEqual([['sonde-bpf'], ['bpftrace']])
    const [ours, theirs] = both.map(({ snapshot }) =>
      (snapshot?.rows ?? [])
        // bpftrace takes the number where a call ends, and a return from a signal handler has lost it there.
        .filter(({ name }) => name !== 'rt_sigreturn')
        .map(({ pid, name, calls, errors }) => ({ pid, name, calls, errors }))
        .sort((a, b) => a.pid - b.pid || (a.name < b.name ? -1 : 1)),
    )
    expect(ours?.length).toBeGreaterThan(20)
    expect(ours).toEqual(theirs)
    expect(both[0]?.snapshot?.processes.toSorted((a, b) => a.pid - b.pid)).toEqual(
      both[1]?.snapshot?.processes.toSorted((a, b) => a.pid - b.pid),
    )
    const sum = (name: string, of: (row: { calls: number; errors: { count: number }[] }) => number) =>
      both[0]?.snapshot?.rows.filter((row) => row.name === name).reduce((total, row) => total + of(row), 0)
    // Start-up, which only strace sees, makes none of these.
    for (const name of Object.keys(MIXED)) {
      expect([name, sum(name, (row) => row.calls)]).toEqual([name, strace.get(name)?.calls])
      // strace takes the kernel's word between a call and its restart for an error.
      const restarts = name === 'recvfrom' ? 1 : 0
      const errors = sum(name, (row) => row.errors.reduce((total, { count }) => total + count, 0))
      expect([name, errors]).toEqual([name, (strace.get(name)?.errors ?? 0) - restarts])
    }
  })

  it('sees the whole host but itself, and keeps rows that have not changed out of the next set', async () => {
    const recording = await record(['--interval-ms', '100'])
    const jobs = [prepare(['getppid', '1234']), prepare(['getppid', '77'])]
    for (const job of jobs) await job.go()
    await sleep(400)
    const recorded = await recording.stop()
    expect(jobs.map((job) => getppids(recorded, job.pid))).toEqual([1234, 77])
    expect(recorded.rows.size).toBeGreaterThan(20)
    expect([...recorded.rows.values()].map((row) => row.pid)).not.toContain(recording.child.pid)
    expect(recorded.lines.filter((line) => line.type === 'snapshot').length).toBeGreaterThan(2)
    // Printed once, though several sets came after it.
    expect(recorded.lines.filter((line) => line.type === 'row' && line.pid === jobs[0]?.pid && line.nr === NR.getppid)).toHaveLength(1)
  })

  it('leaves processes out', async () => {
    const [one, two] = [prepare(['getppid', '500']), prepare(['getppid', '600'])]
    const recording = await record(['--exclude-tgid', String(one.pid)])
    await Promise.all([one.go(), two.go()])
    const recorded = await recording.stop()
    expect([getppids(recorded, one.pid), getppids(recorded, two.pid)]).toEqual([0, 600])
  })

  it('filters by user and by CPU, and by both', async () => {
    const jobs = [prepare(['getppid', '500'], ['setpriv', '--reuid', '65534', '--clear-groups']), prepare(['getppid', '600'])]
    const pinned = [prepare(['getppid', '700'], ['taskset', '-c', '0']), prepare(['getppid', '800'], ['taskset', '-c', '1'])]
    const byUid = await record(['--uid', '65534'])
    const byCpu = await record(['--cpu', '1'])
    const byBoth = await record(['--cpu', '1', '--uid', '65534'])
    await Promise.all([...jobs, ...pinned].map((job) => job.go()))
    const pids = [...jobs, ...pinned].map((job) => job.pid)
    const [user, cpu, both] = [await byUid.stop(), await byCpu.stop(), await byBoth.stop()]
    expect(pids.map((pid) => getppids(user, pid))).toEqual([500, 0, 0, 0])
    expect(pids.slice(2).map((pid) => getppids(cpu, pid))).toEqual([0, 800])
    expect(pids.slice(1).map((pid) => getppids(both, pid))).toEqual([0, 0, 0])
  })

  it('records a cgroup and what is below it, also cgroups that are made later', async () => {
    const { v2 } = await cgroupMounts()
    const top = `${v2}/sonde-native-${process.pid}`
    mkdirSync(`${top}/below`, { recursive: true })
    const later = `${top}/below/later`
    try {
      const ino = Number(execFileSync('stat', ['-c', '%i', top], { encoding: 'utf8' }))
      const recording = await record(['--cgroup', String(ino)])
      mkdirSync(later)
      const [inside, outside] = [prepare(['getppid', '500']), prepare(['getppid', '600'])]
      writeFileSync(`${later}/cgroup.procs`, String(inside.pid))
      await Promise.all([inside.go(), outside.go()])
      const recorded = await recording.stop()
      expect([getppids(recorded, inside.pid), getppids(recorded, outside.pid)]).toEqual([500, 0])
    } finally {
      await sleep(50)
      for (const directory of [later, `${top}/below`, top]) if (existsSync(directory)) rmdirSync(directory)
    }
  })

  it.each([
    ['in the kernel', ['--max-kernel-rows', '5']],
    ['in the helper', ['--max-rows', '5']],
  ])('counts exactly what finds no room %s', async (_, limit) => {
    const job = prepare(['mixed'])
    const all = await record(['--tgid', String(job.pid)])
    const few = await record(['--tgid', String(job.pid), '--interval-ms', '50', ...limit])
    await job.go()
    const [complete, cut] = [await all.stop(), await few.stop()]
    expect(allCalls(complete)).toBeGreaterThan(2_700)
    expect(cut.last.lostCalls).toBeGreaterThan(0)
    expect(allCalls(cut) + Number(cut.last.lostCalls)).toBe(allCalls(complete))
  })

  it('gives the rows of processes that ended back, so that a busy host does not fill the kernel', async () => {
    const recording = await record(['--interval-ms', '50', '--max-kernel-rows', '200', '--uid', '65533'])
    // Some 20 calls each: ten times as many rows as the kernel has room for.
    for (let round = 0; round < 10; round++) {
      const jobs = Array.from({ length: 8 }, () => prepare(['getppid', '10'], ['setpriv', '--reuid', '65533', '--clear-groups']))
      await Promise.all(jobs.map((job) => job.go()))
      await sleep(150)
    }
    const recorded = await recording.stop()
    expect(recorded.last.lostCalls).toBe(0)
    expect(sumOf(recorded, NR.getppid)).toBe(800)
    expect(recorded.rows.size).toBeGreaterThan(400)
  })

  it('ends by itself: at its time, at a signal, and when its stdin closes', async () => {
    const [timed, told, closed] = [await record([], 300), await record([]), await record([])]
    expect((await timed.finish()).end.reason).toBe('deadline')
    told.child.kill('SIGTERM')
    expect((await told.finish()).end.reason).toBe('signal')
    closed.child.stdin.end()
    expect((await closed.finish()).end.reason).toBe('stdin-closed')
  })

  it.skipIf(!has('bpftool'))('leaves nothing in the kernel: killed with -9, or its parent is', async () => {
    const recording = await record([])
    const programs = programsOf(recording.child.pid)
    expect(programs.length).toBe(3)
    expect(areLoaded(programs)).toBe(true)
    recording.child.kill('SIGKILL')
    await recording.child.exited
    await eventually(() => !areLoaded(programs))

    const parent = start('bash', ['-c', 'sleep 60 | "$0" syscalls --duration-ms 60000; true', helper])
    await new Promise((resolve) => parent.stdout.once('data', resolve))
    const below = childrenOf(parent.pid)
    const own = below.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sonde-bpf') ?? 0
    const itsPrograms = programsOf(own)
    expect(areLoaded(itsPrograms)).toBe(true)
    parent.kill('SIGKILL')
    // Its stdin stays open: the sleep lives on.
    await eventually(() => !isRunning(own))
    for (const pid of below.filter(isRunning)) process.kill(pid)
    await eventually(() => !areLoaded(itsPrograms))
  })

  it('refuses arguments that are not exactly numbers of known options', () => {
    const hostile = [
      [],
      ['--duration-ms'],
      ['--duration-ms', ''],
      ['--duration-ms', '0'],
      ['--duration-ms', '-1'],
      ['--duration-ms', '+1'],
      ['--duration-ms', ' 1'],
      ['--duration-ms', '1 '],
      ['--duration-ms', '01'],
      ['--duration-ms', '1e3'],
      ['--duration-ms', '0x10'],
      ['--duration-ms', '1.5'],
      ['--duration-ms', '3600001'],
      ['--duration-ms', '18446744073709551617'],
      ['--duration-ms', '99999999999999999999999'],
      ['--duration-ms', '1,2'],
      ['--duration-ms', '100', '--duration-ms', '100'],
      ['--duration-ms=100'],
      ['-duration-ms', '100'],
      ['--DURATION-MS', '100'],
      ['--duration-ms', '100', '--tgid', '1,'],
      ['--duration-ms', '100', '--tgid', ',1'],
      ['--duration-ms', '100', '--tgid', '1,,2'],
      ['--duration-ms', '100', '--tgid', '1;2'],
      ['--duration-ms', '100', '--tgid', '0'],
      ['--duration-ms', '100', '--tgid', '4194305'],
      ['--duration-ms', '100', '--tgid', Array(4097).fill('1').join(',')],
      ['--duration-ms', '100', '--cpu', '8192'],
      ['--duration-ms', '100', '--uid', '4294967296'],
      ['--duration-ms', '100', '--uid', '1,2'],
      ['--duration-ms', '100', '--cgroup', '/'],
      ['--duration-ms', '100', '--cgroup', '$(id)'],
      ['--duration-ms', '100', '--max-rows', '1048577'],
      ['--duration-ms', '100', 'extra'],
      ['--duration-ms', '100', '--help', '1'],
      ['--duration-ms', '100', '%s%n', '1'],
    ]
    for (const args of hostile) {
      const run = spawnSync(helper, ['syscalls', ...args], { encoding: 'utf8', input: '' })
      expect([args, run.status, run.stdout]).toEqual([args, 2, ''])
      expect(run.stderr).toMatch(/^sonde-bpf: .+\n$/)
    }
    for (const args of [[], ['nonsense'], ['version', 'x'], ['../syscalls']]) expect(spawnSync(helper, args, { input: '' }).status).toBe(2)
  })

  it('says why where it may not', () => {
    const run = spawnSync('setpriv', ['--bounding-set=-all', '--inh-caps=-all', helper, 'syscalls', '--duration-ms', '100'], {
      encoding: 'utf8',
      input: '',
    })
    expect(run.status).toBe(3)
    expect(run.stderr).toMatch(/needs root, or CAP_BPF and CAP_PERFMON/)
  })

  it('takes the bytes of a process name for text, whatever they are', async () => {
    const name = path.join(folder, 'a"\\\u0001\xe4')
    execFileSync('cp', [workload, name])
    const job = start(name, ['getppid', '5'])
    const recording = await record(['--tgid', String(job.pid)])
    job.stdin.end('x')
    await job.exited
    expect((await recording.stop()).names.get(job.pid)).toBe('a"\\\u0001\xe4')
  })
})
