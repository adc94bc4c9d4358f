import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CaptureSpec,
  captureSpecSchema,
  type HostCommand,
  type HostFacts,
  hostFactsSchema,
  type SyscallSnapshot,
  specOfRecipe,
  syscallSnapshotSchema,
  targetQualitySchema,
} from '@sonde/contract'
import { FRAME_KIND, mergeProfiles, type Profile } from '@sonde/profile'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { commandsOf } from './capture-plan.ts'
import { cgroupMounts } from './host/cgroup-mount.ts'
import { detectFacts } from './host/detect-facts.ts'
import { parseProcessCgroup } from './host/process-cgroups.ts'
import { planCapture } from './plan-capture.ts'
import { withDescendants } from './run/tracer-pids.ts'
import { runCapture } from './run-capture.ts'

const usable = process.getuid?.() === 0 && ['perf', 'bpftrace'].every((tool) => spawnSync(tool, ['--version']).status === 0)

/** V8 leaves a log in the current folder of each process that it names frames for. */
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))

const children: ChildProcess[] = []
function start(file: string, args: readonly string[], cwd?: string): ChildProcess & { pid: number } {
  const child = spawn(file, args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => {})
  children.push(child)
  if (child.pid === undefined) throw new Error(`${file} did not start`)
  return Object.assign(child, { pid: child.pid })
}
afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    rmSync(`/tmp/perf-${child.pid}.map`, { force: true })
  }
})

/** Its message queue is down: it connects in vain, over and over, and writes that down. */
const SERVICE = `
const net = require('node:net')
const fs = require('node:fs')
const log = fs.openSync('/dev/null', 'w')
function retry() {
  const socket = net.connect(1, '127.0.0.1')
  socket.on('error', function sondeQueueDown() {
    for (let i = 0; i < 20; i++) fs.writeSync(log, JSON.stringify({ error: 'no queue' }) + '\\n')
    setImmediate(retry)
  })
}
retry()
`
const startService = () => start(process.execPath, ['--perf-basic-prof', '--interpreted-frames-native-stack', '-e', SERVICE], folder)

let facts: HostFacts
const spec = ({
  recipe = 'cpu-and-syscalls',
  hz = 499,
  ...over
}: Partial<Pick<CaptureSpec, 'durationMs' | 'filter'>> & { recipe?: string; hz?: number } = {}): CaptureSpec => {
  const made = specOfRecipe(recipe, { durationMs: 3_000, ...over })
  const instruments = made.instruments.map((instrument) =>
    instrument.collector === 'stacks' ? { ...instrument, sample: { by: 'frequency' as const, hz } } : instrument,
  )
  return { ...made, instruments }
}

async function capture(
  captureSpec: CaptureSpec,
  options: { signal?: AbortSignal; facts?: HostFacts; onAttached?: () => void | Promise<void>; beforeRun?: () => Promise<void> } = {},
) {
  const plan = await planCapture(captureSpec, options.facts ?? facts)
  await options.beforeRun?.()
  const deltas: Profile[] = []
  const snapshots: SyscallSnapshot[] = []
  let attached: HostCommand[] | null = null
  const outcome = await runCapture(plan, {
    hostId: 'host-1',
    hostName: 'web-1',
    workDir: '/nonexistent',
    signal: options.signal ?? new AbortController().signal,
    onAttached: async (commands) => {
      attached = commands
      await options.onAttached?.()
    },
    onResult: (result) => {
      if (result.kind === 'profile') deltas.push(result.profile)
      else if (result.kind === 'syscalls') snapshots.push(syscallSnapshotSchema.parse(result.snapshot))
      return 0
    },
  })
  expect(targetQualitySchema.parse(outcome.quality)).toEqual(outcome.quality)
  return {
    plan,
    outcome,
    deltas,
    snapshots,
    attached: attached as HostCommand[] | null,
    profile: mergeProfiles(deltas),
    last: snapshots.at(-1),
  }
}

const framesOf = (profile: Profile, name: RegExp) =>
  Array.from({ length: profile.frames.length }, (_, i) => i).filter((i) => name.test(profile.strings[profile.frames.name[i] ?? 0] ?? ''))

/** perf and bpftrace that this process has started. */
const ownTracers = async () => (await withDescendants([process.pid])).filter((pid) => /perf|bpftrace|timeout/.test(commandOf(pid)))
/** '' where it is gone; one that waits to be reaped by its new parent is gone. */
function commandOf(pid: number): string {
  const [state = 'Z', comm = ''] = spawnSync('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { encoding: 'utf8' })
    .stdout.trim()
    .split(/\s+/)
  return state.startsWith('Z') ? '' : comm
}

describe.skipIf(!usable)('runCapture', () => {
  beforeAll(async () => {
    facts = await detectFacts({ agentVersion: '1.2.3' })
  })
  afterEach(async () => {
    expect(await ownTracers()).toEqual([])
  })

  it('knows this host', () => {
    expect(hostFactsSchema.parse(facts)).toEqual(facts)
    expect(facts.capabilities.filter((c) => c.available).map((c) => c.id)).toEqual(
      expect.arrayContaining(['perf', 'bpftrace', 'stacks', 'syscalls']),
    )
    for (const capability of facts.capabilities)
      expect(capability.available, capability.id).toBe(capability.reason === null && capability.remedy === null)
  })

  it('finds a retry loop: its function in the stacks, its refused connections in the system calls', async () => {
    const service = startService()
    await sleep(500)
    const { plan, outcome, deltas, snapshots, attached, profile, last } = await capture(
      spec({ durationMs: 5_000, filter: { kind: 'pid', pid: service.pid } }),
    )
    expect(attached).toEqual(commandsOf(plan))
    expect(deltas.length).toBeGreaterThanOrEqual(2)
    expect(snapshots.length).toBeGreaterThanOrEqual(2)
    expect(outcome.quality).toMatchObject({ partial: false, lostSamples: 0, lostSyscalls: 0, mapsTruncated: false, notes: [] })
    expect(outcome.quality.samples).toBe(profile.samples.length)
    expect(outcome.quality.tracerCpuSeconds).toBeGreaterThan(0)
    expect(outcome.recordedMs).toBeGreaterThan(4_900)
    expect(outcome.recordedMs).toBeLessThan(5_500)

    expect(profile.meta).toMatchObject({ unit: 'samples', timed: true, event: outcome.quality.sampledEvent })
    expect(profile.samples.length).toBeGreaterThan(200)
    expect([...profile.threads.pid].every((pid) => pid === service.pid)).toBe(true)
    expect(profile.hosts).toMatchObject({ id: ['host-1'], name: ['web-1'] })
    // A child of this process is in its cgroup.
    const ours = parseProcessCgroup(readFileSync('/proc/self/cgroup', 'utf8'))
    expect([...new Set(Array.from(profile.threads.cgroup, (i) => profile.strings[i]))]).toEqual([ours])
    const [first = 0, end = 0] = [profile.samples.timeUs[0], profile.samples.timeUs.at(-1)]
    expect(first).toBeGreaterThanOrEqual(0)
    expect(end).toBeLessThan(outcome.recordedMs * 1000 + 200_000)
    expect(framesOf(profile, /sondeQueueDown/).map((i) => profile.frames.kind[i])).toContain(FRAME_KIND.jit)
    expect(framesOf(profile, /^do_syscall_64$/).map((i) => profile.frames.kind[i])).toEqual([FRAME_KIND.kernel])

    const connect = last?.rows.find((row) => row.name === 'connect' && row.pid === service.pid)
    expect(connect?.calls).toBeGreaterThan(100)
    // What a connect that does not wait says here depends on the kernel; the other one comes out of getsockopt then.
    expect(connect?.errors.map(({ name }) => name).join()).toMatch(/ECONNREFUSED|EINPROGRESS/)
    expect(connect?.errors.reduce((sum, { count }) => sum + count, 0)).toBe(connect?.calls)
    for (const row of last?.rows ?? []) {
      expect(row.histogram.reduce((sum, [, calls]) => sum + calls, 0)).toBe(row.calls)
      expect(row.maxNs).toBeLessThanOrEqual(row.totalNs)
      expect(row.pid).toBe(service.pid)
    }
    expect(last?.processes).toEqual([{ pid: service.pid, comm: expect.stringMatching(/node|MainThread/) }])
    expect(last?.elapsedMs).toBeGreaterThan(4_500)
  })

  it('counts system calls exactly, of children that are started later too', async () => {
    const parent = start('bash', ['-c', 'read go; dd if=/dev/zero of=/dev/null bs=1 count=12345; sleep 60'])
    const { last } = await capture(spec({ recipe: 'syscall-breakdown', durationMs: 5_000, filter: { kind: 'pid', pid: parent.pid } }), {
      onAttached: () => void parent.stdin?.write('go\n'),
    })
    const dd = last?.processes.find(({ comm }) => comm === 'dd')
    const rowOf = (name: string) => last?.rows.find((row) => row.pid === dd?.pid && row.name === name)
    // Besides the copying, dd reads and writes a few times while it starts and ends.
    expect(rowOf('write')?.calls).toBeGreaterThanOrEqual(12_345)
    expect(rowOf('write')?.calls).toBeLessThan(12_365)
    expect(rowOf('read')?.calls).toBeGreaterThanOrEqual(12_345)
    expect(rowOf('read')?.calls).toBeLessThan(12_365)
    expect(last?.processes.every(({ comm }) => /^(bash|dd|sleep)$/.test(comm))).toBe(true)
  })

  it('sees the whole host, but not itself among the system calls', async () => {
    start('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'])
    let own: number[] = []
    const onAttached = async () => {
      own = await withDescendants([process.pid])
    }
    const { outcome, last, profile } = await capture(spec({ hz: 99 }), { onAttached })
    expect(own.length).toBeGreaterThan(6)
    const comms = last?.processes.map(({ comm }) => comm) ?? []
    expect(comms).toContain('dd')
    // The dd above is a child as well, and is there.
    expect(last?.processes.filter(({ pid }) => own.includes(pid)).map(({ comm }) => comm)).toEqual(['dd'])
    expect(profile.samples.length).toBeGreaterThan(100)
    expect([...profile.threads.tid]).not.toContain(0)
    // In-flight calls: at most one per thread of the host.
    expect(outcome.quality.unmatchedSyscalls).toBeLessThan(5_000)
  })

  it('records every process of a name', async () => {
    const two = [start('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1']), start('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'])]
    start(process.execPath, ['-e', 'for (;;) Math.random()'])
    await sleep(200)
    const { plan, profile, last } = await capture(spec({ filter: { kind: 'process', name: 'dd' } }))
    expect(plan.matchedProcesses).toBeGreaterThanOrEqual(2)
    const comms = new Set(Array.from(profile.threads.comm, (i) => profile.strings[i]))
    expect(comms).toEqual(new Set(['dd']))
    for (const { pid } of two) expect(last?.rows.some((row) => row.pid === pid && row.name === 'read')).toBe(true)
  })

  it('records a cgroup with what is below it', async () => {
    const { v2 } = await cgroupMounts()
    const name = `sonde-test-${process.pid}`
    mkdirSync(`${v2}/${name}/below`, { recursive: true })
    try {
      const inside = start('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'])
      start(process.execPath, ['-e', 'for (;;) require("fs").statSync("/")'])
      await expect(planCapture(spec({ filter: { kind: 'cgroup', path: `/${name}` } }), facts)).rejects.toMatchObject({
        reason: 'no-process',
      })
      writeFileSync(`${v2}/${name}/below/cgroup.procs`, String(inside.pid))
      const { plan, profile, last } = await capture(spec({ filter: { kind: 'cgroup', path: `/${name}` } }))
      expect(plan.matchedProcesses).toBe(1)
      expect(profile.samples.length).toBeGreaterThan(50)
      expect([...profile.threads.pid].every((pid) => pid === inside.pid)).toBe(true)
      expect([...new Set(Array.from(profile.threads.cgroup, (i) => profile.strings[i]))]).toEqual([`/${name}/below`])
      expect(last?.processes).toEqual([{ pid: inside.pid, comm: 'dd' }])
      inside.kill('SIGKILL')
      await new Promise((resolve) => inside.once('exit', resolve))
      await sleep(100)
    } finally {
      rmdirSync(`${v2}/${name}/below`)
      rmdirSync(`${v2}/${name}`)
    }
  })

  it('takes an idle process for what it is: no samples, no failure', async () => {
    const idle = start('sleep', ['60'])
    await sleep(100)
    const { outcome, profile } = await capture(spec({ durationMs: 1_500, filter: { kind: 'pid', pid: idle.pid } }))
    expect(outcome.quality).toMatchObject({ samples: 0, syscalls: 0, partial: false, notes: [] })
    expect(profile.samples.length).toBe(0)
  })

  it('is gone within a second of a cancel, and keeps what it has', async () => {
    const service = startService()
    await sleep(500)
    const controller = new AbortController()
    let abortedAt = 0
    let goneAfterMs = Number.POSITIVE_INFINITY
    const { outcome, profile, last } = await capture(spec({ durationMs: 60_000, filter: { kind: 'pid', pid: service.pid } }), {
      signal: controller.signal,
      onAttached: () => {
        setTimeout(async () => {
          abortedAt = performance.now()
          controller.abort()
          // The symboliser may still be at work for a moment: it records nothing.
          const isRecorder = (pid: number) =>
            !spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes('script')
          while ((await ownTracers()).some(isRecorder)) await sleep(50)
          goneAfterMs = performance.now() - abortedAt
        }, 3_500)
      },
    })
    await sleep(300)
    // Within a second where the machine has nothing else to do; at once in any case, and not when the minute is over.
    expect(goneAfterMs).toBeLessThan(10_000)
    expect(outcome.quality.partial).toBe(true)
    expect(outcome.recordedMs).toBeLessThan(20_000)
    expect(profile.samples.length).toBeGreaterThan(0)
    expect(last?.rows.length).toBeGreaterThan(0)
  })

  it('can be cancelled before anything is attached', async () => {
    const controller = new AbortController()
    controller.abort()
    const { outcome, attached } = await capture(spec({ durationMs: 60_000 }), { signal: controller.signal })
    expect(outcome.quality).toMatchObject({ partial: true, samples: 0 })
    expect(attached).toBeNull()
  })

  it('keeps what it has when the process ends early, and says so', async () => {
    const short = start(process.execPath, ['-e', 'const end = Date.now() + 6_000; while (Date.now() < end) fs.statSync("/")'])
    await sleep(100)
    const { outcome, last } = await capture(spec({ durationMs: 30_000, filter: { kind: 'pid', pid: short.pid } }))
    expect(outcome.recordedMs).toBeLessThan(20_000)
    expect(outcome.quality.partial).toBe(true)
    expect(outcome.quality.notes).toContain('The recorded processes ended before the time was over.')
    expect(outcome.quality.samples).toBeGreaterThan(0)
    expect(last?.rows.some((row) => /stat/.test(row.name))).toBe(true)
  })

  it('fails with process-exited when the process is gone before recording begins', async () => {
    for (const recipe of ['cpu-and-syscalls', 'cpu-profile', 'syscall-breakdown'] as const) {
      const short = start('sleep', ['60'])
      await sleep(50)
      const beforeRun = async () => {
        short.kill('SIGKILL')
        await new Promise((resolve) => short.once('exit', resolve))
      }
      await expect(
        capture(spec({ recipe, durationMs: 1_500, filter: { kind: 'pid', pid: short.pid } }), { beforeRun }),
      ).rejects.toMatchObject({ name: 'TraceFailure', reason: 'process-exited' })
    }
  })

  it('records on and off the CPU, system calls and counters at once, all from one beginning', async () => {
    start('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'])
    const both = specOfRecipe('cpu-and-syscalls', { durationMs: 4_000 })
    const { instruments } = captureSpecSchema.parse({
      ...both,
      instruments: [...both.instruments, { collector: 'offcpu' }, { collector: 'pmu', events: ['context-switches'] }],
    })
    const plan = await planCapture({ ...both, instruments }, facts)
    const kinds = new Map<string, number[]>()
    const { quality } = await runCapture(plan, {
      hostId: 'h',
      hostName: 'h',
      workDir: '/nonexistent',
      signal: new AbortController().signal,
      onAttached: () => {},
      onResult: (result) => {
        const at = 'profile' in result ? result.profile.meta.startMs : 0
        kinds.set(result.kind, [...(kinds.get(result.kind) ?? []), at])
        return 10
      },
    })
    expect([...kinds.keys()].sort()).toEqual(['counters', 'offcpu', 'profile', 'syscalls'])
    expect(new Set([...(kinds.get('profile') ?? []), ...(kinds.get('offcpu') ?? [])]).size).toBe(1)
    expect(targetQualitySchema.parse(quality)).toMatchObject({ partial: false, braked: null })
    expect(Math.min(quality.samples, quality.hits, quality.syscalls)).toBeGreaterThan(10)
  })

  it('goes on with one tool where the other fails, and says so', async () => {
    const without = (name: string): HostFacts => ({
      ...facts,
      tools: facts.tools.map((tool) => (tool.name === name ? { ...tool, path: `/nonexistent/${name}` } : tool)),
    })
    start('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'])
    const noPerf = await capture(spec({ durationMs: 1_500 }), { facts: without('perf') })
    expect(noPerf.outcome.quality).toMatchObject({ samples: 0, partial: true })
    expect(noPerf.outcome.quality.syscalls).toBeGreaterThan(1_000)
    expect(noPerf.outcome.quality.notes.join()).toContain('/nonexistent/perf')
    expect(noPerf.attached?.map((command) => command.collector)).toEqual(['syscalls'])
    const noBpftrace = await capture(spec({ durationMs: 1_500 }), { facts: without('bpftrace') })
    expect(noBpftrace.outcome.quality).toMatchObject({ syscalls: 0, partial: true })
    expect(noBpftrace.outcome.quality.samples).toBeGreaterThan(50)
    await expect(capture(spec({ recipe: 'cpu-profile' }), { facts: without('perf') })).rejects.toMatchObject({ reason: 'perf-missing' })
    await expect(capture(spec({ recipe: 'syscall-breakdown' }), { facts: without('bpftrace') })).rejects.toMatchObject({
      reason: 'bpftrace-missing',
    })
  })

  it('leaves no tracer behind when its process is killed with -9', async () => {
    const fixture = start(process.execPath, ['--import', 'tsx', new URL('./fixtures/capture-process.ts', import.meta.url).pathname])
    await new Promise<void>((resolve) =>
      fixture.stdout?.on('data', (chunk: Buffer) => (chunk.includes('attached') ? resolve() : undefined)),
    )
    await sleep(1_500)
    const tracers = (await withDescendants([fixture.pid])).filter((pid) => pid !== fixture.pid)
    expect(tracers.map(commandOf).filter((name) => /perf|bpftrace/.test(name)).length).toBeGreaterThanOrEqual(3)
    fixture.kill('SIGKILL')
    await sleep(1_000)
    expect(tracers.map(commandOf).filter((name) => name !== '')).toEqual([])
  })
})
