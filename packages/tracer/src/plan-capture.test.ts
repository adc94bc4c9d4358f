import { type CaptureFilter, type CaptureSpec, type HostFacts, specOfRecipe } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { commandsOf, type ResolvedScope } from './capture-plan.ts'
import type { InstrumentProbes } from './collectors/collector-plan.ts'
import { compilePlan, planCapture } from './plan-capture.ts'
import { knowsControl } from './stacks/perf-commands.ts'
import { syscallProgram } from './syscalls/syscall-program.ts'

const facts = (without: readonly string[] = []): HostFacts => ({
  hostname: 'h',
  os: 'debian 12',
  kernel: '6.1',
  arch: 'x64',
  cpuModel: '',
  cpuCount: 2,
  memoryBytes: 0,
  bootId: '',
  agentVersion: '',
  tools: [
    { name: 'perf', version: '6.1.192', path: '/usr/bin/perf' },
    { name: 'bpftrace', version: '0.17.0', path: '/usr/bin/bpftrace' },
  ],
  capabilities: (['perf', 'bpftrace', 'stacks', 'syscalls', 'hardware-pmu'] as const).map((id) => ({
    id,
    available: !without.includes(id),
    reason: without.includes(id) ? `${id} is missing.` : null,
    remedy: without.includes(id) ? 'Bring it.' : null,
  })),
})
const spec = (recipe = 'cpu-and-syscalls'): CaptureSpec => specOfRecipe(recipe, { durationMs: 30_000 })
/** As resolved on any host: the recipes here have counters for probes, or none. */
const probesOf = (instrument: CaptureSpec['instruments'][number]): InstrumentProbes => ({
  fire:
    instrument.collector === 'stacks' && instrument.probe.kind === 'pmu'
      ? [{ kind: 'pmu', label: 'pmu', arguments: [], event: instrument.probe.event }]
      : [],
  start: [],
})
const compile = (captureSpec: CaptureSpec, hostFacts: HostFacts, resolved: ResolvedScope) =>
  compilePlan(captureSpec, hostFacts, resolved, captureSpec.instruments.map(probesOf), 1)
const commands = (captureSpec: CaptureSpec, hostFacts: HostFacts, resolved: ResolvedScope) =>
  commandsOf(compile(captureSpec, hostFacts, resolved))
const host: ResolvedScope = { scope: { kind: 'host' }, matchedProcesses: null, perfOnlyPids: null, notes: [] }
const pids: ResolvedScope = { scope: { kind: 'processes', pids: [12, 34] }, matchedProcesses: 2, perfOnlyPids: null, notes: [] }

describe('compilePlan', () => {
  it('guards every tool by a deadline and its parent, twice', () => {
    for (const command of commands(spec(), facts(), host)) {
      expect(command.argv.slice(0, 4)).toEqual(['setpriv', '--pdeathsig', 'KILL', '--'])
      expect(command.argv[4]).toBe('timeout')
      expect(command.argv.filter((arg) => arg === '--pdeathsig')).toHaveLength(2)
      expect(Number(command.argv[9])).toBeGreaterThan(30)
    }
  })

  it('samples cycles only where there is a PMU', () => {
    const plan = (f: HostFacts) => compile(spec('cpu-profile'), f, host).collectors[0]
    expect(plan(facts())?.commands[0]?.argv).toContain('cycles')
    expect(plan(facts(['hardware-pmu']))?.commands[0]?.argv).toContain('cpu-clock:I')
    expect(plan(facts(['hardware-pmu']))).toMatchObject({ meta: { event: 'cpu-clock', unit: 'samples', periodNs: 10_101_010 } })
  })

  it('runs what the recipe needs and nothing else', () => {
    const tools = (recipe: string) => commands(spec(recipe), facts(), host).map((command) => command.collector)
    expect(tools('cpu-profile')).toEqual(['stacks', 'stacks'])
    expect(tools('syscall-breakdown')).toEqual(['syscalls'])
    expect(tools('cpu-and-syscalls')).toEqual(['stacks', 'stacks', 'syscalls'])
  })

  it('filters in the kernel, for both tools', () => {
    const [record, , bpftrace] = commands(spec(), facts(), pids)
    expect(record?.argv.slice(record.argv.indexOf('-p'))).toEqual(['-p', '12,34', '-k', 'CLOCK_MONOTONIC', '--control', 'fd:3', '-o', '-'])
    expect(record?.argv).not.toContain('-a')
    expect(bpftrace?.program).toContain('BEGIN { @p[12] = 1; @p[34] = 1; }')
    expect(bpftrace?.program).toContain('sys_enter /@p[pid]/')
    const [wide] = compile(spec(), facts(), { ...pids, perfOnlyPids: [12, 34] }).collectors
    expect(wide?.commands[0]?.argv).toContain('-a')
    expect(wide).toMatchObject({ id: 'stacks', onlyPids: [12, 34] })
  })

  it('asks older perf to flush in the only way it knows', () => {
    expect(['5.11', '6.1.192', '10.0'].map(knowsControl)).toEqual([true, true, true])
    expect(['5.10.1', '4.19', null].map(knowsControl)).toEqual([false, false, false])
  })
})

describe('the syscall program', () => {
  it('holds nothing from the request but integers', () => {
    const template = (text: string) => text.replace(/\d+/g, '0')
    const one = syscallProgram({ kind: 'processes', pids: [1] }, 'x64', 30_000).text
    expect(template(one)).toBe(template(syscallProgram({ kind: 'processes', pids: [4_194_304] }, 'x64', 30_000).text))
    const cgroup = syscallProgram(
      { kind: 'cgroup', path: '/a"} BEGIN { system("id")', directory: '/x', ids: [25, 44], processCount: 1 },
      'x64',
      30_000,
    ).text
    expect(cgroup).toContain('BEGIN { @g[25] = 1; @g[44] = 1; }')
    expect(cgroup).not.toContain('system')
    expect(syscallProgram({ kind: 'cgroup', path: '/a', directory: '/x', ids: [25], processCount: 1 }, 'x64', 30_000).text).toContain(
      'sys_enter /cgroup == 25/',
    )
  })

  it('refuses what is not a whole number', () => {
    for (const value of [1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(() => syscallProgram({ kind: 'processes', pids: [value] }, 'x64', 30_000)).toThrow(RangeError)
    }
  })

  it('knows the numbers of its architecture', () => {
    expect(syscallProgram({ kind: 'host' }, 'arm64', 30_000).text).toContain('args->id != 220 && args->id != 435')
  })
})

describe('planCapture', () => {
  it('refuses hostile requests before anything of them reaches an argv or a program', async () => {
    const hostile: unknown[] = [
      { kind: 'pid', pid: '1; rm -rf /' },
      { kind: 'pid', pid: 0 },
      { kind: 'pid', pid: 1.5 },
      { kind: 'cgroup', path: '/../../etc' },
      { kind: 'cgroup', path: '/a/../b' },
      { kind: 'cgroup', path: '/a\n/ { system("id") }' },
      { kind: 'cgroup', path: '/a,b' },
      { kind: 'process', name: 'x'.repeat(16) },
      { kind: 'process', name: 'a', extra: 1 },
      { kind: 'bpftrace', text: 'BEGIN {}' },
    ]
    for (const filter of hostile) {
      // What comes from the network is typed only after it was checked.
      await expect(planCapture({ ...spec(), filter: filter as CaptureFilter }, facts()), JSON.stringify(filter)).rejects.toMatchObject({
        reason: 'bad-spec',
      })
    }
    const [stacks] = spec('cpu-profile').instruments
    for (const wrong of [{ sample: { by: 'frequency', hz: 100_000 } }, { probe: { kind: 'pmu', event: 'cycles -o /etc/passwd' } }]) {
      const instruments = [{ ...stacks, ...wrong }] as CaptureSpec['instruments']
      await expect(planCapture({ ...spec(), instruments }, facts())).rejects.toMatchObject({ reason: 'bad-spec' })
    }
  })

  it('compares process names, and never runs or pastes them', async () => {
    for (const name of ['"; exit(); "', '$(id)', 'a\nb', "'{}'", '../../x']) {
      await expect(planCapture({ ...spec(), filter: { kind: 'process', name } }, facts())).rejects.toMatchObject({ reason: 'no-process' })
    }
  })

  it('says what is missing, and what would bring it', async () => {
    await expect(planCapture(spec(), facts(['perf', 'stacks']))).rejects.toMatchObject({
      reason: 'perf-missing',
      message: 'stacks is missing. Bring it.',
    })
    await expect(planCapture(spec(), facts(['bpftrace', 'syscalls']))).rejects.toMatchObject({ reason: 'bpftrace-missing' })
    await expect(planCapture(spec(), facts(['syscalls']))).rejects.toMatchObject({ reason: 'capability-missing' })
    await expect(planCapture(spec('cpu-profile'), facts(['bpftrace', 'syscalls']))).resolves.toMatchObject({
      matchedProcesses: null,
    })
  })

  it('finds processes by pid and by name', async () => {
    const own = await planCapture({ ...spec(), filter: { kind: 'pid', pid: process.pid } }, facts())
    expect(own).toMatchObject({ matchedProcesses: 1, scope: { kind: 'processes', pids: [process.pid] } })
    await expect(planCapture({ ...spec(), filter: { kind: 'pid', pid: 4_194_304 } }, facts())).rejects.toMatchObject({
      reason: 'no-process',
    })
    await expect(planCapture({ ...spec(), filter: { kind: 'cgroup', path: '/no/such/group' } }, facts())).rejects.toMatchObject({
      name: 'TraceRefusal',
    })
  })
})
