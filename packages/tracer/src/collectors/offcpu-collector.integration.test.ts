import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CaptureSpecInput, HostFacts } from '@sonde/contract'
import type { Profile } from '@sonde/profile'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { detectFacts } from '../host/detect-facts.ts'
import { withDescendants } from '../run/tracer-pids.ts'
import { ProbedProgram } from '../testing/probed-program.ts'
import { type RunOptions, runSpec, type SpecToRun, stackWeights, totalWeight, weightWith } from '../testing/run-spec.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable = process.getuid?.() === 0 && works('perf') && works('gcc')
const hasHelper = existsSync(helper)

type OffcpuInput = Omit<Extract<CaptureSpecInput['instruments'][number], { collector: 'offcpu' }>, 'collector'>
let byHelper: HostFacts
let byPerf: HostFacts
let program: ProbedProgram

async function offcpu(
  facts: HostFacts,
  instrument: OffcpuInput,
  spec: Omit<SpecToRun, 'instruments'> = {},
  options: Partial<RunOptions> = {},
) {
  return await runSpec({ durationMs: 3_000, ...spec, instruments: [{ collector: 'offcpu', ...instrument }] }, { facts, ...options })
}
/** Blocked ms in functions of the program. */
const blockedMs = (profile: Profile, functionName: string) => {
  let ns = 0
  for (const [stack, weight] of stackWeights(profile)) if (stack.split(';').includes(functionName)) ns += weight
  return ns / 1e6
}
const engines = [['sonde-bpf', () => byHelper, hasHelper] as const, ['perf alone', () => byPerf, true] as const]

describe.skipIf(!usable)('time off the CPU', () => {
  beforeAll(async () => {
    byPerf = await detectFacts()
    byHelper = hasHelper ? await detectFacts({ bpfHelper: helper }) : byPerf
    program = new ProbedProgram()
  })
  afterEach(() => program.stop())
  afterAll(() => program.remove())

  describe.each(engines)('by %s', (tool, facts, there) => {
    it.skipIf(!there)('is what threads wait, in the functions where they do', async () => {
      const child = program.start('waits')
      await sleep(100)
      const { offcpu: profile, outcome, commands } = await offcpu(facts(), {}, { filter: { kind: 'pid', pid: child.pid } })
      expect(commands[0]?.tool).toBe(tool === 'sonde-bpf' ? 'sonde-bpf' : 'perf')
      expect(commands.every(({ collector }) => collector === 'offcpu')).toBe(true)
      expect(profile.meta).toMatchObject({ event: 'off-CPU', unit: 'ns', timed: true })
      const { recordedMs, quality } = outcome
      // Each of the four waits nearly all the time, whatever else the host does.
      for (const name of ['wait_short', 'wait_long', 'wait_for_other', 'wake_other']) {
        expect(blockedMs(profile, name), name).toBeGreaterThan(recordedMs * 0.5)
        expect(blockedMs(profile, name), name).toBeLessThan(recordedMs * 1.02)
      }
      // Where it waits in the kernel, and how it got there: nothing of the recording itself.
      const stacks = [...stackWeights(profile).keys()]
      expect(stacks.some((stack) => /;wait_short;.*nanosleep.*;schedule;__schedule$/.test(stack))).toBe(true)
      expect(stacks.some((stack) => /;wait_for_other;.*read.*;schedule;__schedule$/.test(stack))).toBe(true)
      expect(stacks.filter((stack) => /bpf_|__traceiter/.test(stack))).toEqual([])
      // A wait of 5 ms 200 times a second, one of 20 ms 50 times, two of 10 ms 100 times: fewer where a thread has to wait for its turn.
      expect(quality.hits).toBeGreaterThan(200)
      expect(quality.hits).toBeLessThan((recordedMs / 1000) * 460)
      expect(quality).toMatchObject({ partial: false, lostEvents: 0, samples: 0 })
      // Spread over the time of the capture.
      expect(profile.samples.timeUs.at(-1)).toBeGreaterThan(recordedMs * 1000 * 0.6)
      expect(profile.samples.timeUs[0]).toBeGreaterThanOrEqual(0)
      expect([...profile.threads.pid].every((pid) => pid === child.pid)).toBe(true)
    })

    it.skipIf(!there)('knows who ends a wait, with the stack of that', async () => {
      const child = program.start('waits')
      await sleep(100)
      const { offcpu: profile } = await offcpu(facts(), { wakers: true }, { filter: { kind: 'pid', pid: child.pid } })
      const stacks = [...stackWeights(profile)].filter(([stack]) => stack.includes(';wait_for_other;'))
      const woken = stacks.filter(([stack]) => /;__schedule;waker: probed;.*;wake_other;/.test(stack))
      const weight = (list: [string, number][]) => list.reduce((sum, [, ns]) => sum + ns, 0)
      expect(weight(woken)).toBeGreaterThan(weight(stacks) * 0.9)
      // The waker's stack is upside down: what woke is next to what waited.
      expect(woken.some(([stack]) => /;waker: probed;.*write.*;wake_other;.*thread/.test(stack))).toBe(true)
      // A timer ends a sleep, on whomever it interrupts.
      expect([...stackWeights(profile).keys()].some((stack) => /;wait_short;.*;waker: .*;hrtimer_wakeup;/.test(stack))).toBe(true)
    })

    it.skipIf(!there)('leaves shorter waits out, and counts them', async () => {
      const child = program.start('waits')
      await sleep(100)
      const { offcpu: profile, outcome } = await offcpu(facts(), { minBlockedUs: 15_000 }, { filter: { kind: 'pid', pid: child.pid } })
      expect(blockedMs(profile, 'wait_long')).toBeGreaterThan(outcome.recordedMs * 0.5)
      expect(outcome.quality.notes.join(' ')).toMatch(/\d+ waits were shorter than was asked for/)
    })

    it.skipIf(!there)('of the whole host has every process, and not the tracers', async () => {
      const child = program.start('waits')
      let own: number[] = []
      const { offcpu: profile } = await offcpu(
        facts(),
        { sides: 'user' },
        {},
        {
          onAttached: async () => {
            own = await withDescendants([process.pid])
          },
        },
      )
      const pids = new Set(profile.threads.pid)
      expect(pids.has(child.pid)).toBe(true)
      expect(pids.size).toBeGreaterThan(2)
      expect(own.filter((pid) => pid !== child.pid && pids.has(pid))).toEqual([])
      expect([...stackWeights(profile).keys()].some((stack) => stack.endsWith(';wait_short'))).toBe(true)
      expect([...stackWeights(profile).keys()].some((stack) => stack.includes('schedule'))).toBe(false)
    })

    it.skipIf(!there)('ends with a cancel, and with the processes', async () => {
      program.start('waits')
      const controller = new AbortController()
      let abortedAt = 0
      const cancelled = await offcpu(
        facts(),
        {},
        { durationMs: 60_000, filter: { kind: 'process', name: 'probed' } },
        {
          signal: controller.signal,
          onAttached: () => {
            setTimeout(() => {
              abortedAt = performance.now()
              controller.abort()
            }, 2_500)
          },
        },
      )
      expect(performance.now() - abortedAt).toBeLessThan(4_000)
      expect(cancelled.outcome.quality.partial).toBe(true)
      expect(blockedMs(cancelled.offcpu, 'wait_short')).toBeGreaterThan(500)
      const short = program.start('calls', '1500', '1000')
      const { outcome, offcpu: profile } = await offcpu(facts(), {}, { durationMs: 30_000, filter: { kind: 'pid', pid: short.pid } })
      expect(outcome.recordedMs).toBeLessThan(20_000)
      expect(outcome.quality.notes).toContain('The recorded processes ended before the time was over.')
      expect(weightWith(profile, 'main;calls;pause_between')).toBeGreaterThan(0)
    })

    it.skipIf(!there)('keeps what it has when a tool is killed', async () => {
      const child = program.start('waits')
      const { outcome, offcpu: profile } = await offcpu(
        facts(),
        {},
        { durationMs: 30_000, filter: { kind: 'pid', pid: child.pid } },
        {
          onAttached: () => {
            setTimeout(async () => {
              for (const pid of await withDescendants([process.pid])) if (isTracer(pid, tool)) process.kill(pid, 'SIGKILL')
            }, 2_500)
          },
        },
      )
      expect(outcome.recordedMs).toBeLessThan(20_000)
      expect(outcome.quality.partial).toBe(true)
      expect(outcome.quality.notes.join(' ')).toMatch(/(perf|sonde-bpf) (was ended by SIGKILL|ended with status 137)/)
      expect(totalWeight(profile)).toBeGreaterThan(0)
    })
  })

  it.skipIf(!hasHelper)('is filtered by user in the kernel', async () => {
    const command = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--', 'sh', '-c', 'while :; do sleep 0.01; done']
    const nobody = spawn('setpriv', command, { stdio: 'ignore' })
    program.start('waits')
    try {
      await sleep(200)
      const { offcpu: profile, commands } = await offcpu(byHelper, {}, { uid: 65_534 })
      expect(commands[0]?.argv.join(' ')).toContain('--uid 65534')
      const comms = new Set(Array.from(profile.threads.comm, (i) => profile.strings[i]))
      expect([...comms].filter((comm) => !['sh', 'sleep'].includes(comm ?? ''))).toEqual([])
      expect(totalWeight(profile)).toBeGreaterThan(0)
    } finally {
      nobody.kill('SIGKILL')
    }
  })

  it.skipIf(!hasHelper)('is the same by both, on one workload at one time', async () => {
    const child = program.start('waits')
    await sleep(100)
    const spec = { durationMs: 6_000, filter: { kind: 'pid', pid: child.pid } } as const
    const [one, other] = await Promise.all([offcpu(byHelper, {}, spec), offcpu(byPerf, {}, spec)])
    // The helper's first quarter of a second may have begun before the recording, and is then left out.
    for (const name of ['wait_short', 'wait_long', 'wait_for_other', 'wake_other']) {
      const perMs = (result: typeof one) => blockedMs(result.offcpu, name) / result.outcome.recordedMs
      expect(perMs(one) / perMs(other), name).toBeGreaterThan(0.9)
      expect(perMs(one) / perMs(other), name).toBeLessThan(1.1)
    }
    const stacksOf = (result: typeof one) => new Set([...stackWeights(result.offcpu)].filter(([, ns]) => ns > 1e8).map(([stack]) => stack))
    expect(stacksOf(one)).toEqual(stacksOf(other))
  })

  it.skipIf(!hasHelper)('is recorded by perf alone where the helper does not attach, and says so', async () => {
    const child = program.start('waits')
    const {
      offcpu: profile,
      outcome,
      commands,
    } = await offcpu(
      byHelper,
      {},
      { filter: { kind: 'pid', pid: child.pid } },
      {
        change: (plan) => ({
          ...plan,
          collectors: plan.collectors.map((collector) =>
            collector.id === 'offcpu' && collector.engine.helper !== null
              ? {
                  ...collector,
                  engine: {
                    ...collector.engine,
                    helper: { ...collector.engine.helper, argv: [helper, 'offcpu', '--no-such-option', '1'] },
                  },
                }
              : collector,
          ),
        }),
      },
    )
    expect(outcome.quality.notes.join(' ')).toMatch(/helper did not attach.*perf recorded every switch/)
    expect(commands.map(({ tool }) => tool)).toEqual(['perf', 'perf'])
    expect(blockedMs(profile, 'wait_short')).toBeGreaterThan(outcome.recordedMs * 0.5)
  })
})

function isTracer(pid: number, tool: string): boolean {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return tool === 'sonde-bpf' ? (argv[0]?.endsWith('sonde-bpf') ?? false) : argv[0]?.endsWith('perf') === true && argv.includes('record')
  } catch {
    return false
  }
}
