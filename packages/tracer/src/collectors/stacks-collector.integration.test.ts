import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CaptureSpecInput, HostCommand, HostFacts } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { detectFacts } from '../host/detect-facts.ts'
import { planCapture } from '../plan-capture.ts'
import { withDescendants } from '../run/tracer-pids.ts'
import { ProbedProgram } from '../testing/probed-program.ts'
import { leftEvents, type RunOptions, runSpec, type SpecToRun, specOf, stackWeights, totalWeight, weightWith } from '../testing/run-spec.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable = process.getuid?.() === 0 && works('perf') && works('gcc') && existsSync(helper)

type StacksInput = Extract<CaptureSpecInput['instruments'][number], { collector: 'stacks' }>
let facts: HostFacts
let program: ProbedProgram
let commands: HostCommand[] = []

/** Runs one instrument of stacks. */
async function stacks(
  instrument: Omit<StacksInput, 'collector'>,
  spec: Omit<SpecToRun, 'instruments'> = {},
  options: Partial<RunOptions> = {},
) {
  const result = await runSpec(
    { ...spec, instruments: [{ collector: 'stacks', ...instrument }] },
    { facts, ...options, onAttached: note(options) },
  )
  commands = result.commands
  return result
}
const note = (options: Partial<RunOptions>) => async (attached: HostCommand[]) => {
  commands = attached
  await options.onAttached?.(attached)
}
const argvOf = (tool: string) => commands.find((command) => command.tool === tool && command.argv.includes('record'))?.argv ?? []
const target = (at: 'entry' | 'return') => ({ kind: 'uprobe', binary: { of: 'path', path: program.path }, function: 'target', at }) as const
const uprobeAllowed = () => facts.capabilities.some(({ id, available }) => id === 'uprobes' && available)

describe.skipIf(!usable)('stacks at every sort of probe', () => {
  beforeAll(async () => {
    facts = await detectFacts({ bpfHelper: helper })
    program = new ProbedProgram()
  })
  afterEach(async () => {
    program.stop()
    expect(leftEvents(commands)).toEqual([])
    commands = []
  })
  afterAll(() => program.remove())

  it('knows that this host has tracepoints and task switches', () => {
    const available = facts.capabilities.filter((capability) => capability.available).map(({ id }) => id)
    expect(available).toEqual(expect.arrayContaining(['stacks', 'tracepoints', 'offcpu']))
  })

  it('tracepoint: every event that the filter asks for, and each of them once', async () => {
    // As many writes as it is told to, after a pause in which perf attaches; more than one buffer's worth of chains.
    const dd = spawn('sh', ['-c', 'read go; exec dd if=/dev/zero of=/dev/null bs=5 count=3000 2>/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const { profile, outcome } = await stacks(
      {
        probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_write' },
        when: [
          { field: 'args.count', op: '==', value: 5 },
          { field: 'comm', op: '==', value: 'dd' },
        ],
      },
      {},
      { onAttached: () => void dd.stdin?.end('\n') },
    )
    expect(profile.meta).toMatchObject({ event: 'tracepoint:syscalls:sys_enter_write', unit: 'count' })
    expect(totalWeight(profile)).toBe(3000)
    expect(outcome.quality).toMatchObject({ samples: 3000, lostSamples: 0, sampledEvent: 'tracepoint:syscalls:sys_enter_write' })
    expect(new Set(Array.from(profile.threads.comm, (i) => profile.strings[i]))).toEqual(new Set(['dd']))
  })

  it('tracepoint, one in ten, weighed by an argument: the sum is what was written', async () => {
    const dd = spawn('sh', ['-c', 'read go; exec dd if=/dev/zero of=/dev/null bs=1000 count=2000 2>/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const { profile, outcome } = await stacks(
      {
        probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_exit_write' },
        sample: { by: 'period', every: 10 },
        when: [
          { field: 'args.ret', op: '>', value: 0 },
          { field: 'comm', op: '==', value: 'dd' },
        ],
        weight: { field: 'args.ret', unit: 'bytes' },
      },
      {},
      { onAttached: () => void dd.stdin?.end('\n') },
    )
    expect(profile.meta.unit).toBe('bytes')
    // On each CPU up to nine events at the end are in no sample yet.
    expect(outcome.quality.samples).toBeGreaterThan(200 - 2 * facts.cpuCount)
    expect(outcome.quality.samples).toBeLessThanOrEqual(200)
    expect(totalWeight(profile)).toBe(outcome.quality.samples * 10 * 1000)
  })

  it('a pattern of tracepoints: all of them, each with its filter', async () => {
    const child = program.start('calls', '100000000', '1000')
    const { profile, plan } = await stacks(
      { probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_*_clock_nanosleep' }, sides: 'user' },
      { filter: { kind: 'pid', pid: child.pid } },
    )
    expect(plan.collectors[0]?.probes.fire).toHaveLength(2)
    expect(argvOf('perf').filter((arg) => arg === '-e')).toHaveLength(2)
    expect([...stackWeights(profile).keys()].every((stack) => stack.endsWith('main;calls;pause_between'))).toBe(true)
    expect(totalWeight(profile)).toBeGreaterThan(500)
  })

  it('uprobe: with the caller that frame pointers do not tell yet, and what is true of its arguments', async () => {
    if (!uprobeAllowed()) return
    program.start('calls', '100000000', '1000')
    const { profile, outcome } = await stacks({
      probe: target('entry'),
      when: [
        { field: 'args.int0', op: '>=', value: 12 },
        { field: 'args.str1', op: '==', value: 'hello' },
      ],
    })
    const weight = totalWeight(profile)
    expect(weight).toBeGreaterThan(100)
    expect(weightWith(profile, 'main;calls;outer;middle;target')).toBe(weight)
    expect(outcome.quality).toMatchObject({ unknownFrames: 0, lostSamples: 0, samples: weight })
    const [guard] = commands
    expect(guard).toMatchObject({ tool: 'sonde-bpf', collector: 'stacks', toolVersion: expect.any(String) })
    expect(guard?.program).toMatch(
      /^p:sonde_\w+\/probe0 \/proc\/\d+\/fd\/\d+:0x[0-9a-f]+ caller=\+0\(%sp\):u64 int0=%di:s32 str1=\+0\(%si\):ustring\n$/,
    )
    expect(argvOf('perf').join(' ')).toMatch(/-e sonde_\w+:probe0 --filter int0 >= 12 && str1 == "hello" && common_pid != \d+/)
  })

  it('uprobe weighed by an argument: four of sixteen, of 12 to 15', async () => {
    if (!uprobeAllowed()) return
    const child = program.start('calls', '100000000', '500')
    const { profile, outcome } = await stacks(
      { probe: target('entry'), when: [{ field: 'args.arg0', op: '>=', value: 12 }], weight: { field: 'args.arg0', unit: 'count' } },
      { filter: { kind: 'pid', pid: child.pid } },
    )
    const mean = totalWeight(profile) / outcome.quality.samples
    expect(outcome.quality.samples).toBeGreaterThan(100)
    expect(mean).toBeGreaterThan(13.3)
    expect(mean).toBeLessThan(13.7)
    expect(argvOf('perf')).toContain('-p')
  })

  it('uretprobe: the function that has returned is on its stack, and ret is what it returned', async () => {
    if (!uprobeAllowed()) return
    program.start('calls', '100000000', '1000')
    const { profile } = await stacks({
      probe: target('return'),
      when: [{ field: 'ret', op: '<', value: -8 }],
    })
    expect(totalWeight(profile)).toBeGreaterThan(50)
    expect(weightWith(profile, 'main;calls;outer;middle;target')).toBe(totalWeight(profile))
    // x * 2 - 10 < -8 for x = 0 alone: one in sixteen calls.
    const all = await stacks({ probe: target('return') })
    expect(totalWeight(profile) / totalWeight(all.profile)).toBeGreaterThan(0.03)
    expect(totalWeight(profile) / totalWeight(all.profile)).toBeLessThan(0.12)
  })

  it('USDT: with its semaphore and its arguments', async () => {
    if (!uprobeAllowed()) return
    const child = program.start('calls', '100000000', '1000')
    const { profile, outcome } = await stacks({
      probe: { kind: 'usdt', binary: { of: 'pid', pid: child.pid }, provider: 'sonde', name: 'tick' },
      when: [{ field: 'args.arg1', op: '>=', value: 100 }],
      weight: { field: 'args.arg0', unit: 'count' },
    })
    expect(outcome.quality.samples).toBeGreaterThan(100)
    expect(weightWith(profile, 'main;calls;ticks')).toBe(totalWeight(profile))
    // i from 10 to 15.
    const mean = totalWeight(profile) / outcome.quality.samples
    expect(mean).toBeGreaterThan(12.2)
    expect(mean).toBeLessThan(12.8)
    expect(commands[0]?.program).toMatch(/:0x[0-9a-f]+\(0x[0-9a-f]+\)/)
  })

  it('page faults by period: one sample for each hundred, which stands for as many', async () => {
    const child = program.start('faults')
    const { profile } = await stacks(
      { probe: { kind: 'pmu', event: 'page-faults' }, sample: { by: 'period', every: 100 } },
      { filter: { kind: 'pid', pid: child.pid } },
    )
    expect(profile.meta).toMatchObject({ event: 'page-faults', unit: 'count' })
    expect(new Set(profile.samples.weight)).toEqual(new Set([100]))
    expect(weightWith(profile, 'main;touch_pages')).toBeGreaterThan(10_000)
    expect(weightWith(profile, 'main;touch_pages')).toBe(totalWeight(profile))
  })

  it('context switches: what was waited for, in the kernel alone', async () => {
    const child = program.start('calls', '100000000', '1000')
    const { profile } = await stacks(
      { probe: { kind: 'pmu', event: 'context-switches' }, sides: 'kernel' },
      { filter: { kind: 'pid', pid: child.pid } },
    )
    expect(totalWeight(profile)).toBeGreaterThan(500)
    const frames = [...stackWeights(profile).keys()]
    expect(frames.some((stack) => /nanosleep.*schedule/.test(stack))).toBe(true)
    expect(frames.some((stack) => stack.includes('pause_between'))).toBe(false)
  })

  it('cpu-clock by period: as many samples as periods fit into the time', async () => {
    const child = program.start('spins')
    const { profile } = await stacks(
      { probe: { kind: 'pmu', event: 'cpu-clock' }, sample: { by: 'period', every: 5_000_000 }, sides: 'user' },
      { filter: { kind: 'pid', pid: child.pid } },
    )
    expect(profile.meta).toMatchObject({ unit: 'samples', periodNs: 5_000_000 })
    // 400 if it had a CPU for itself.
    expect(totalWeight(profile)).toBeGreaterThan(3)
    expect(totalWeight(profile)).toBeLessThan(450)
    expect(weightWith(profile, 'main;spin')).toBe(totalWeight(profile))
  })

  it('filters by user in the agent, and says so', async () => {
    const nobody = spawn('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--', 'sh', '-c', 'while :; do :; done'], {
      stdio: 'ignore',
    })
    program.start('spins')
    try {
      await sleep(200)
      const { profile, outcome } = await stacks(
        { probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 199 } },
        { uid: 65_534 },
      )
      expect(totalWeight(profile)).toBeGreaterThan(20)
      expect(new Set(profile.threads.pid)).toEqual(new Set([nobody.pid]))
      expect(outcome.quality.notes.join(' ')).toMatch(/cannot filter by user.*left out \d+ samples/)
    } finally {
      nobody.kill('SIGKILL')
    }
  })

  it('records chosen CPUs alone', async () => {
    const child = spawn('taskset', ['-c', '0', program.path, 'spins'], { stdio: 'ignore' })
    try {
      await sleep(100)
      const counter = { probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 199 } } as const
      const there = await stacks(counter, { cpus: [0], durationMs: 1_500 })
      expect(weightWith(there.profile, 'main;spin')).toBeGreaterThan(20)
      if (facts.cpuCount > 1) {
        const elsewhere = await stacks(counter, { cpus: [1], durationMs: 1_500 })
        expect(weightWith(elsewhere.profile, 'main;spin')).toBe(0)
      }
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('a probe that never fires: a fair result, with nothing in it', async () => {
    if (!uprobeAllowed()) return
    const { outcome, profile } = await stacks({ probe: target('entry') }, { durationMs: 1_000 })
    expect(outcome.quality).toMatchObject({ samples: 0, partial: false, lostSamples: 0 })
    expect(profile.samples.length).toBe(0)
  })

  it.each<[string, StacksInput['probe'], StacksInput['when'], string]>([
    ['a tracepoint', { kind: 'tracepoint', category: 'sched', name: 'sched_swich' }, [], 'probe-missing'],
    ['a function', { kind: 'uprobe', binary: { of: 'library', name: 'libc.so.6' }, function: 'no_such_function' }, [], 'probe-missing'],
    ['a USDT probe', { kind: 'usdt', binary: { of: 'pid', pid: process.pid }, provider: 'no', name: 'such' }, [], 'probe-missing'],
    [
      'an argument',
      { kind: 'tracepoint', category: 'sched', name: 'sched_switch' },
      [{ field: 'args.nothing', op: '==', value: 1 }],
      'bad-spec',
    ],
    ['a condition of a counter', { kind: 'pmu', event: 'cpu' }, [{ field: 'args.x', op: '==', value: 1 }], 'bad-spec'],
  ])('refuses %s that is not there, before anything runs', async (_what, probe, when, reason) => {
    const spec = specOf({ instruments: [{ collector: 'stacks', probe, when }] })
    await expect(planCapture(spec, facts)).rejects.toMatchObject({ name: 'TraceRefusal', reason })
  })

  it('refuses the kernel side of what fires in user code', async () => {
    if (!uprobeAllowed()) return
    const spec = specOf({ instruments: [{ collector: 'stacks', probe: target('entry'), sides: 'kernel' }] })
    await expect(planCapture(spec, facts)).rejects.toMatchObject({ reason: 'bad-spec', message: expect.stringContaining('no kernel part') })
  })

  it('does not take the clock for a hardware counter that is not there', async () => {
    if (facts.capabilities.some(({ id, available }) => id === 'hardware-pmu' && available)) return
    const claims: HostFacts = {
      ...facts,
      capabilities: facts.capabilities.map((capability) =>
        capability.id === 'hardware-pmu' ? { id: 'hardware-pmu', available: true, reason: null, remedy: null } : capability,
      ),
    }
    const cycles = { collector: 'stacks', probe: { kind: 'pmu', event: 'cache-misses' }, sample: { by: 'frequency', hz: 99 } } as const
    await expect(runSpec({ instruments: [cycles] }, { facts: claims })).rejects.toMatchObject({ name: 'TraceFailure' })
    // What is asked for as "cpu" is sampled by the clock all the same, and says so.
    program.start('spins')
    const cpu = { ...cycles, probe: { kind: 'pmu', event: 'cpu' } } as const
    const { profile, outcome } = await runSpec({ instruments: [cpu] }, { facts: claims })
    expect(profile.meta).toMatchObject({ event: 'cpu-clock', unit: 'samples', periodNs: 10_101_010 })
    expect(outcome.quality.sampledEvent).toBe('cpu-clock')
    expect(outcome.quality.notes.join(' ')).toContain('hardware counter could not be opened')
  })

  it('cancelled, is gone with its events, and keeps what it has', async () => {
    if (!uprobeAllowed()) return
    program.start('calls', '100000000', '1000')
    const controller = new AbortController()
    let abortedAt = 0
    const { profile, outcome } = await stacks(
      { probe: target('entry') },
      { durationMs: 60_000 },
      {
        signal: controller.signal,
        onAttached: () => {
          setTimeout(() => {
            abortedAt = performance.now()
            controller.abort()
          }, 1_500)
        },
      },
    )
    expect(performance.now() - abortedAt).toBeLessThan(4_000)
    expect(outcome.quality.partial).toBe(true)
    expect(weightWith(profile, 'outer;middle;target')).toBeGreaterThan(100)
  })

  it('ends with the processes that it follows', async () => {
    if (!uprobeAllowed()) return
    const child = program.start('calls', '1500', '1000')
    const { profile, outcome } = await stacks({ probe: target('entry') }, { durationMs: 30_000, filter: { kind: 'pid', pid: child.pid } })
    expect(outcome.recordedMs).toBeLessThan(20_000)
    expect(outcome.quality.notes).toContain('The recorded processes ended before the time was over.')
    expect(totalWeight(profile)).toBeGreaterThan(200)
  })

  it('keeps what it has when perf is killed, and removes its events', async () => {
    if (!uprobeAllowed()) return
    program.start('calls', '100000000', '1000')
    const { profile, outcome } = await stacks(
      { probe: target('entry') },
      { durationMs: 30_000 },
      {
        onAttached: () => {
          setTimeout(async () => {
            for (const pid of await withDescendants([process.pid])) {
              const argv = readCommand(pid)
              if (argv[0]?.endsWith('perf') && argv.includes('record')) process.kill(pid, 'SIGKILL')
            }
          }, 2_000)
        },
      },
    )
    expect(outcome.quality.partial).toBe(true)
    expect(outcome.quality.notes.join(' ')).toMatch(/perf (was ended by SIGKILL|ended with status 137)/)
    expect(totalWeight(profile)).toBeGreaterThan(100)
  })
})

function readCommand(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
