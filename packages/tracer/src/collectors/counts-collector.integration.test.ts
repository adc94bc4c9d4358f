import { spawnSync } from 'node:child_process'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CaptureSpecInput, HostCommand, HostFacts } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CapturePlan } from '../capture-plan.ts'
import { cgroupMounts } from '../host/cgroup-mount.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { withDescendants } from '../run/tracer-pids.ts'
import { CountedProgram } from '../testing/counted-program.ts'
import { commsOf, countRows, type InstrumentResult, isRunning, runInstrument, sumBy } from '../testing/run-instrument.ts'
import { TraceRefusal } from '../trace-errors.ts'

const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable = process.getuid?.() === 0 && works('bpftrace') && works('gcc')

type CountsInput = Extract<CaptureSpecInput['instruments'][number], { collector: 'counts' }>
let facts: HostFacts
let program: CountedProgram
const at = (name: string) => ({ kind: 'uprobe', binary: { of: 'path', path: program.path }, function: name }) as const
const usdt = () => ({ kind: 'usdt', binary: { of: 'path', path: program.path }, provider: 'counted', name: 'hit' }) as const
const calls = { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getppid' } as const

const counts = (instrument: Omit<CountsInput, 'collector'>, options: Partial<Parameters<typeof runInstrument>[1]> = {}) =>
  runInstrument({ collector: 'counts', ...instrument }, { facts, ...options })
const total = (result: InstrumentResult) => countRows(result).reduce((sum, { count }) => sum + count, 0)
const lost = (result: InstrumentResult) => result.counts.reduce((sum, delta) => sum + delta.lost, 0)

describe.skipIf(!usable)('counts', () => {
  beforeAll(async () => {
    facts = await detectFacts()
    program = new CountedProgram()
  })
  afterEach(() => program.stop())
  afterAll(() => program.remove())

  it('counts calls of a function and hits of a USDT probe with a semaphore, by process, and adds an argument up', async () => {
    const result = await counts(
      { probes: [at('hit'), usdt()], sum: 'args.arg0' },
      { work: () => Promise.all([program.run(['hits', 1_000]), program.run(['hits', 20_000])]) },
    )
    const sumTo = (n: number) => (n * (n - 1)) / 2
    const rows = countRows(result)
    for (const probe of [0, 1]) {
      const ofProbe = rows.filter((row) => row.probe === probe)
      expect(
        Object.values(
          sumBy(
            ofProbe,
            ({ pid }) => `${pid}`,
            ({ count }) => count,
          ),
        ).sort((a, b) => a - b),
      ).toEqual([1_000, 20_000])
      expect(
        Object.values(
          sumBy(
            ofProbe,
            ({ pid }) => `${pid}`,
            ({ sum }) => sum,
          ),
        ).sort((a, b) => a - b),
      ).toEqual([sumTo(1_000), sumTo(20_000)])
    }
    expect(new Set(rows.map(({ pid }) => commsOf(result).get(pid)))).toEqual(new Set(['counted']))
    expect(result.counts[0]?.probes).toEqual([`uprobe:${program.path}:hit`, `usdt:${program.path}:counted:hit`])
    expect(lost(result)).toBe(0)
    expect(result.outcome.quality).toMatchObject({ hits: 42_000, lostEvents: 0, mapsTruncated: false, notes: [] })
  })

  it('loses nothing where threads of one process count at once on every CPU', async () => {
    const result = await counts({ probes: [at('hit')], groupBy: 'cpu' }, { work: () => program.run(['threads', 8, 50_000]) })
    expect(total(result)).toBe(400_000)
    expect(countRows(result).every(({ key }) => Number(key) < facts.cpuCount)).toBe(true)
  })

  it('slices follow one another without a gap, and their sum is exact however often the maps are read', async () => {
    const result = await counts(
      { probes: [calls], when: [{ field: 'comm', op: '==', value: 'counted' }] },
      {
        work: async () => {
          for (let i = 0; i < 5; i++) {
            await program.run(['calls', 30_000])
            await sleep(500)
          }
        },
      },
    )
    const slices = result.counts.flatMap((delta) => delta.slices)
    expect(slices.length).toBeGreaterThanOrEqual(3)
    for (const [i, slice] of slices.entries()) {
      const next = slices[i + 1]
      if (next !== undefined) expect(next.atMs).toBeCloseTo(slice.atMs + slice.lengthMs, 3)
    }
    expect(total(result)).toBe(150_000)
    expect(lost(result)).toBe(0)
  })

  it('groups by text that comes from outside, whatever is in it', async () => {
    const names = [
      '/x/a","b": 9}}',
      '/x/nl\nnl',
      '/x/back\\slash"',
      '/x/\u0001\u001b[31m',
      '/x/1,2,3',
      '/x/üñ€😀',
      '/x/@c[1]',
      '/x/%s%d',
      '/x/ ',
    ]
    const bytes = [...names.map((name) => Buffer.from(name)), Buffer.from('2f782fff80', 'hex'), Buffer.from(`/x/${'l'.repeat(90)}`)]
    const result = await counts(
      {
        probes: [{ kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' }],
        groupBy: 'args.filename',
        when: [{ field: 'comm', op: '==', value: 'counted' }],
      },
      { work: () => program.run(['opens', ...bytes, ...bytes].map((it) => (typeof it === 'string' ? it : it.toString('hex')))) },
    )
    const found = sumBy(
      countRows(result).filter(({ key }) => key?.startsWith('/x/')),
      ({ key }) => key ?? '',
      ({ count }) => count,
    )
    const expected = [...names, '/x/\ufffd\ufffd', `/x/${'l'.repeat(60)}…`]
    expect(found).toEqual(Object.fromEntries(expected.map((name) => [name, 2])))
  })

  it('evaluates conditions in the kernel, with the width and sign of the field', async () => {
    const all = (when: CountsInput['when']) =>
      counts({ probes: [at('hit')], when }, { work: () => program.run(['hits', 1_000]) }).then(total)
    expect(await all([{ field: 'args.arg0', op: '>=', value: 990 }])).toBe(10)
    expect(await all([{ field: 'args.arg2', op: '&', value: 0x80 }])).toBe(488)
    expect(
      await all([
        { field: 'args.str1', op: '==', value: 'h1' },
        { field: 'args.arg0', op: '<', value: 100 },
      ]),
    ).toBe(25)
    expect(await all([{ field: 'args.int0', op: '<', value: 0 }])).toBe(0)
    // A return value of −1 is no large number, though half of its register is zero.
    const returns = { kind: 'uprobe', binary: { of: 'path', path: program.path }, function: 'gives', at: 'return' } as const
    const negative = await counts(
      { probes: [returns], when: [{ field: 'ret', op: '<', value: 0 }], groupBy: 'ret' },
      { work: () => program.run(['returns']) },
    )
    expect(
      sumBy(
        countRows(negative),
        ({ key }) => key ?? '',
        ({ count }) => count,
      ),
    ).toEqual({ '-1': 1, '-2': 1 })
  })

  it('a process with what it starts, and nothing else', async () => {
    const inside = program.waiting('forks', 3, 1_000)
    const result = await counts(
      { probes: [at('hit')] },
      { spec: { filter: { kind: 'pid', pid: inside.pid } }, work: () => Promise.all([inside.go(), program.run(['hits', 777])]) },
    )
    expect(
      Object.values(
        sumBy(
          countRows(result),
          ({ pid }) => `${pid}`,
          ({ count }) => count,
        ),
      ),
    ).toEqual([1_000, 1_000, 1_000])
  })

  it('a user, and CPUs', async () => {
    const asNobody = ['setpriv', '--reuid=65534', '--clear-groups', '--']
    spawnSync('chmod', ['755', program.folder])
    const nobody = await counts(
      { probes: [calls], when: [{ field: 'comm', op: '==', value: 'counted' }] },
      { spec: { uid: 65_534 }, work: () => Promise.all([program.run(['calls', 300], asNobody), program.run(['calls', 500])]) },
    )
    expect(total(nobody)).toBe(300)
    const last = facts.cpuCount - 1
    const onCpu = await counts(
      { probes: [calls], when: [{ field: 'comm', op: '==', value: 'counted' }], groupBy: 'cpu' },
      {
        spec: { cpus: [last] },
        work: () =>
          Promise.all([program.run(['calls', 300], ['taskset', '-c', `${last}`]), program.run(['calls', 500], ['taskset', '-c', '0'])]),
      },
    )
    expect(
      sumBy(
        countRows(onCpu),
        ({ key }) => key ?? '',
        ({ count }) => count,
      ),
    ).toEqual({ [`${last}`]: last === 0 ? 800 : 300 })
    await expect(counts({ probes: [calls] }, { spec: { cpus: [8_000] } })).rejects.toMatchObject({ reason: 'bad-spec' })
  })

  it('a container, by the beginning of its id', async ({ skip }) => {
    const { v2 } = await cgroupMounts()
    if (v2 === null) skip('cgroup v2 is not mounted')
    const id = 'ab'.repeat(6) + process.pid.toString(16).padStart(52, '0')
    const folder = `${v2}/docker-${id}.scope`
    const filter = { kind: 'container', id: id.slice(0, 64) } as const
    await expect(counts({ probes: [at('hit')] }, { spec: { filter } })).rejects.toBeInstanceOf(TraceRefusal)
    mkdirSync(folder)
    try {
      const inside = program.waiting('forks', 2, 500)
      writeFileSync(`${folder}/cgroup.procs`, String(inside.pid))
      const result = await counts(
        { probes: [at('hit')] },
        { spec: { filter }, work: () => Promise.all([inside.go(), program.run(['hits', 777])]) },
      )
      expect(total(result)).toBe(1_000)
    } finally {
      program.stop()
      await removeCgroup(folder)
    }
  })

  it.each([1, 4])('says exactly how many events there was no room for, where one stands for %i', async (every) => {
    const withLittleRoom = (plan: CapturePlan): CapturePlan => ({
      ...plan,
      collectors: plan.collectors.map((collector) =>
        collector.id === 'counts'
          ? {
              ...collector,
              mapKeys: 100,
              every,
              commands: collector.commands.map((command) => ({ ...command, env: { ...command.env, BPFTRACE_MAP_KEYS_MAX: '100' } })),
            }
          : collector,
      ),
    })
    const result = await counts(
      { probes: [at('hit')], groupBy: 'args.arg0' },
      { change: withLittleRoom, work: () => program.run(['keys', 5_000]) },
    )
    expect(result.outcome.quality.mapsTruncated).toBe(true)
    expect(result.counts.at(-1)?.truncated).toBe(true)
    expect(lost(result)).toBeGreaterThan(0)
    expect(total(result) + lost(result)).toBe(5_000 * every)
  })

  it('keeps what it had where bpftrace is killed, and says so; nothing of it is left', async () => {
    let tools: number[] = []
    const kill = async (commands: HostCommand[]) => {
      expect(commands.map(({ tool }) => tool)).toEqual(['bpftrace'])
      tools = await withDescendants([process.pid])
      await program.run(['calls', 2_000])
      // Until the next reading of the maps.
      await sleep(1_200)
      for (const pid of tools) if (commOf(pid) === 'bpftrace') process.kill(pid, 'SIGKILL')
    }
    const result = await counts(
      { probes: [calls], when: [{ field: 'comm', op: '==', value: 'counted' }] },
      { onAttached: kill, spec: { durationMs: 20_000 } },
    )
    expect(total(result)).toBe(2_000)
    expect(result.outcome.quality.partial).toBe(true)
    expect(result.outcome.quality.notes.join()).toMatch(/bpftrace .*(SIGKILL|137)/)
    for (const pid of tools) if (pid !== process.pid) expect(isRunning(pid) && commOf(pid) === 'bpftrace').toBe(false)
  })

  it('refuses what is not there, before anything runs', async () => {
    const refused = (probes: CountsInput['probes']) =>
      counts({ probes }).then(
        () => 'ran',
        (error: unknown) => (error instanceof TraceRefusal ? `${error.reason}: ${error.message}` : String(error)),
      )
    expect(await refused([at('hitt')])).toMatch(/^probe-missing: .*Did you mean hit,/)
    expect(await refused([{ ...usdt(), name: 'hut' }])).toMatch(/^probe-missing: .*counted:hit/)
    expect(await refused([{ ...calls, name: 'sys_enter_getpid' }])).toBe('ran')
    expect(await refused([{ ...calls, name: 'sys_enter_getppiid' }])).toMatch(/^probe-missing: .*sys_enter_getppid/)
    expect(await refused([{ ...calls, name: 'sys_enter_*' }])).toMatch(/^too-many-probes: .*matches \d{3} probes/)
    expect(await refused([{ kind: 'uprobe', binary: { of: 'pid', pid: 4_194_000 }, function: 'x' }])).toMatch(/^no-process/)
    const sum = counts({ probes: [calls], sum: 'args.nothing' })
    await expect(sum).rejects.toMatchObject({ reason: 'bad-spec' })
  })
})

function commOf(pid: number): string {
  return spawnSync('cat', [`/proc/${pid}/comm`])
    .stdout.toString()
    .trim()
}

/** It is free as soon as its processes are reaped. */
async function removeCgroup(folder: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      rmdirSync(folder)
      return
    } catch (error) {
      if (tries > 50) throw error
      await sleep(20)
    }
  }
}
