import type { CaptureSpec, HostFacts, Instrument } from '@sonde/contract'
import { captureSpecSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import type { CollectorPlan, ResolvedScope, TraceScope } from '../capture-plan.ts'
import { compilePlan } from '../plan-capture.ts'
import type { ResolvedProbe, ResolvedUprobe } from '../probes/resolved-probe.ts'
import { commandsOfEngine } from './offcpu-plan.ts'

/** What becomes of instruments that perf runs: argv by argv, on a host that is not this one. */
const facts = (over: { cpuCount?: number; helper?: boolean; perf?: string; without?: readonly string[] } = {}): HostFacts => ({
  hostname: 'h',
  os: 'debian 12',
  kernel: '6.1',
  arch: 'x64',
  cpuModel: '',
  cpuCount: over.cpuCount ?? 4,
  memoryBytes: 0,
  bootId: '',
  agentVersion: '',
  tools: [
    { name: 'perf', version: over.perf ?? '6.1.192', path: '/usr/bin/perf' },
    { name: 'sonde-bpf', version: '0.1.0', path: '/opt/sonde-bpf' },
  ],
  capabilities: (['perf', 'stacks', 'offcpu', 'bpf-helper', 'hardware-pmu'] as const).map((id) => ({
    id,
    available: !(over.without ?? []).includes(id) && (id !== 'bpf-helper' || over.helper !== false),
    reason: null,
    remedy: null,
  })),
})
const scoped = (scope: TraceScope, perfOnlyPids: number[] | null = null): ResolvedScope => ({
  scope,
  matchedProcesses: null,
  perfOnlyPids,
  notes: [],
})
const HOST = scoped({ kind: 'host' })
const PIDS = scoped({ kind: 'processes', pids: [12, 34] })
const CGROUP = scoped({ kind: 'cgroup', path: '/a', directory: '/x', ids: [25], processCount: 1 })

type Input = { instrument: unknown; probe?: ResolvedProbe; resolved?: ResolvedScope; host?: HostFacts; every?: number }
function plan({ instrument, probe, resolved = HOST, host = facts(), every = 1 }: Input): CollectorPlan {
  const spec: CaptureSpec = captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 10_000, instruments: [instrument] })
  const [first] = spec.instruments
  const [made] = compilePlan(spec, host, resolved, [{ fire: fireOf(first, probe), start: [] }], every).collectors
  if (made === undefined) throw new Error('no plan')
  return made
}
function fireOf(instrument: Instrument | undefined, probe: ResolvedProbe | undefined): ResolvedProbe[] {
  if (probe !== undefined) return [probe]
  if (instrument?.collector !== 'stacks' || instrument.probe.kind !== 'pmu') return []
  return [{ kind: 'pmu', label: 'pmu', arguments: [], event: instrument.probe.event }]
}
/** perf's own arguments, without the guards before them. */
const perf = (made: CollectorPlan, sub = 'record'): string =>
  made.commands.map(({ argv }) => argv.slice(argv.indexOf('/usr/bin/perf') + 1).join(' ')).find((text) => text.startsWith(sub)) ?? ''

const tracepoint: ResolvedProbe = {
  kind: 'tracepoint',
  label: 'tracepoint:sched:sched_switch',
  category: 'sched',
  name: 'sched_switch',
  id: 1,
  arguments: [{ name: 'prev_prio', cType: 'int', type: { kind: 'int', bytes: 4, signed: true } }],
}
const uprobe: ResolvedUprobe = {
  kind: 'uprobe',
  label: 'uprobe:x:f',
  file: { openPath: '/proc/1/fd/2', shownPath: '/x', hostPath: '/x', buildId: null, pids: [] },
  symbol: 'f',
  demangled: null,
  fileOffset: 16,
  address: 16,
  at: 'entry',
  arguments: [],
}
const stacks = (over: object = {}) => ({
  collector: 'stacks',
  probe: { kind: 'tracepoint', category: 'sched', name: 'sched_switch' },
  ...over,
})

describe('stacks', () => {
  it('says what a sample stands for', () => {
    const cpu = { kind: 'pmu', event: 'cpu' }
    const meta = (instrument: object, every = 1) => {
      const made = plan({ instrument: { collector: 'stacks', ...instrument }, every })
      return made.id === 'stacks' ? { ...made.meta, weight: made.weight } : null
    }
    expect(meta({ probe: cpu, sample: { by: 'frequency', hz: 99 } })).toEqual({
      event: 'cycles',
      unit: 'samples',
      periodNs: 0,
      weight: { by: 'constant', value: 1 },
    })
    expect(meta({ probe: { kind: 'pmu', event: 'cpu-clock' }, sample: { by: 'period', every: 1_000_000 } })).toMatchObject({
      unit: 'samples',
      periodNs: 1_000_000,
    })
    expect(meta({ probe: { kind: 'pmu', event: 'page-faults' }, sample: { by: 'period', every: 10 } })).toMatchObject({
      unit: 'count',
      weight: { by: 'constant', value: 10 },
    })
    expect(meta({ probe: { kind: 'pmu', event: 'page-faults' }, sample: { by: 'period', every: 10 } }, 4)).toMatchObject({
      weight: { value: 40 },
    })
    expect(meta({ probe: { kind: 'pmu', event: 'cache-misses' }, sample: { by: 'frequency', hz: 99 } })).toMatchObject({
      unit: 'count',
      weight: { by: 'period' },
    })
    const weighed = plan({ instrument: stacks({ weight: { field: 'args.prev_prio', unit: 'bytes' } }), probe: tracepoint, every: 3 })
    expect(weighed).toMatchObject({ meta: { event: 'tracepoint:sched:sched_switch', unit: 'bytes' }, weight: { by: 'field', times: 3 } })
  })

  it('thins events in the kernel, which asks for samples without their period', () => {
    expect(perf(plan({ instrument: stacks(), probe: tracepoint }))).toMatch(/-c 1 -g/)
    const thinned = plan({ instrument: stacks({ sample: { by: 'period', every: 5 } }), probe: tracepoint, every: 4 })
    expect(perf(thinned)).toMatch(/-c 20 --no-period -g/)
    expect(thinned.notes.join()).toContain('One in 4 events')
  })

  it('leaves perf and the agent out of what it records of everyone', () => {
    expect(perf(plan({ instrument: stacks(), probe: tracepoint }))).toMatch(/--filter common_pid != \d+ --exclude-perf/)
    expect(perf(plan({ instrument: stacks(), probe: tracepoint, resolved: PIDS }))).not.toMatch(/--filter|--exclude-perf/)
  })

  it('follows processes or CPUs, not both: then the agent sorts them out', () => {
    const both = plan({ instrument: stacks(), probe: tracepoint, resolved: scoped({ kind: 'processes', pids: [12], cpus: [1, 3] }) })
    expect(perf(both)).toMatch(/ -C 1,3 /)
    expect(perf(both)).not.toContain('-p ')
    expect(both).toMatchObject({ onlyPids: [12] })
    expect(both.notes.join()).toContain('either processes or CPUs')
    const group = plan({ instrument: stacks(), probe: tracepoint, resolved: scoped({ ...CGROUP.scope, cpus: [2] }) })
    expect(perf(group)).toMatch(/ -C 2 -G \/a /)
  })

  it('gives bursts larger buffers, as far as all CPUs together stay small', () => {
    const rings = (cpuCount: number) =>
      / -m (\d+K)/.exec(perf(plan({ instrument: stacks(), probe: tracepoint, host: facts({ cpuCount }) })))?.[1] ?? null
    expect([2, 16, 32, 64, 128].map(rings)).toEqual(['4096K', '4096K', '2048K', '1024K', null])
    const timed = { collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 99 } }
    expect(perf(plan({ instrument: timed }))).not.toContain('-m')
  })

  it('records one side of the stacks where one is enough', () => {
    expect(perf(plan({ instrument: stacks({ sides: 'kernel' }), probe: tracepoint }))).toContain('--kernel-callchains')
    expect(perf(plan({ instrument: stacks({ sides: 'user' }), probe: tracepoint }))).toContain('--user-callchains')
    const asUprobe = { ...stacks({ sides: 'kernel' }), probe: { kind: 'uprobe', binary: { of: 'path', path: '/x' }, function: 'f' } }
    expect(() => plan({ instrument: asUprobe, probe: uprobe })).toThrow(/no kernel part/)
  })

  it('has events made by the guard, which it cannot do without', () => {
    const instrument = { ...stacks(), probe: { kind: 'uprobe', binary: { of: 'path', path: '/x' }, function: 'f' } }
    const made = plan({ instrument, probe: uprobe })
    expect(made.commands.map(({ tool }) => tool)).toEqual(['sonde-bpf', 'perf', 'perf'])
    expect(made.commands[0]).toMatchObject({ argv: ['/opt/sonde-bpf', 'probes'], program: 'uprobe 1 0 entry 1 2 16 0 caller:u64:%sp:0\n' })
    expect(perf(made)).toContain('-e sonde_GROUP:probe0')
    const host = { ...facts(), tools: facts().tools.filter(({ name }) => name !== 'sonde-bpf') }
    expect(() => plan({ instrument, probe: uprobe, host })).toThrow(expect.objectContaining({ reason: 'capability-missing' }))
  })
})

describe('offcpu', () => {
  const offcpu = (over: object = {}) => ({ collector: 'offcpu', ...over })
  const helperArgs = (made: CollectorPlan) => made.commands[0]?.argv.join(' ') ?? ''

  it('is added up by the helper, with perf beside it for names alone', () => {
    const made = plan({
      instrument: offcpu({ minBlockedUs: 50, wakers: true, sides: 'user' }),
      resolved: scoped({ ...PIDS.scope, uid: 33, cpus: [1] }),
    })
    expect(helperArgs(made)).toMatch(
      /^\/opt\/sonde-bpf offcpu --duration-ms 30000 --interval-ms 250 --min-us 50 --wakers 1 --kernel-stacks 0 --user-stacks 1 --tgid 12,34 --uid 33 --cpu 1$/,
    )
    // Of the whole host: events of a task make its switches dearer.
    expect(perf(made)).toMatch(/^record -e dummy -a -k CLOCK_MONOTONIC/)
    expect(made.commands.every(({ collector }) => collector === 'offcpu')).toBe(true)
  })

  it('is recorded switch by switch where there is no helper, or it fails', () => {
    const alone = plan({ instrument: offcpu(), resolved: PIDS, host: facts({ helper: false }) })
    expect(perf(alone)).toMatch(/^record -e sched:sched_switch --filter prev_state & 207 -c 1 --switch-events -g -m 4096K -p 12,34 /)
    expect(alone).toMatchObject({ fallback: null })
    const made = plan({ instrument: offcpu({ wakers: true }), resolved: PIDS })
    if (made.id !== 'offcpu' || made.fallback === null) throw new Error('no fallback')
    const [record] = commandsOfEngine(made.fallback)
    expect(record?.argv.join(' ')).toMatch(/-e sched:sched_switch --filter prev_state & 207 -e sched:sched_waking .* -a /)
    expect(made.fallback.onlyPids).toEqual([12, 34])
  })

  it('refuses what perf alone cannot tell', () => {
    const host = facts({ helper: false })
    expect(() => plan({ instrument: offcpu(), resolved: scoped({ kind: 'host', cpus: [0] }), host })).toThrow(/needs the program sonde-bpf/)
    expect(() => plan({ instrument: offcpu({ wakers: true }), resolved: CGROUP, host })).toThrow(/needs the program sonde-bpf/)
    expect(plan({ instrument: offcpu(), resolved: scoped({ kind: 'host', cpus: [0] }) })).toMatchObject({ fallback: null })
  })
})

describe('pmu', () => {
  const pmu = (over: object = {}) => ({ collector: 'pmu', events: ['cycles', 'instructions'], ...over })

  it('counts whom it is told to', () => {
    expect(perf(plan({ instrument: pmu() }), 'stat')).toBe('stat -j -I 1000 --log-fd 1 -e cycles,instructions -a -D -1 --control fd:3,3')
    expect(perf(plan({ instrument: pmu({ perCpu: true }), resolved: scoped({ kind: 'host', cpus: [0, 2] }) }), 'stat')).toMatch(
      / -A -e .* -C 0,2 /,
    )
    expect(perf(plan({ instrument: pmu(), resolved: CGROUP }), 'stat')).toMatch(/ -a -G \/a /)
    expect(perf(plan({ instrument: pmu(), resolved: scoped(CGROUP.scope, [7, 8]) }), 'stat')).toMatch(/ -p 7,8 /)
    const byCpu = plan({ instrument: pmu({ perCpu: true }), resolved: PIDS })
    expect(perf(byCpu, 'stat')).not.toContain('-A')
    expect(byCpu.notes.join()).toContain('not by CPU')
  })

  it('names what is counted for "cpu", once', () => {
    expect(perf(plan({ instrument: pmu({ events: ['cpu', 'cycles'] }) }), 'stat')).toContain('-e cycles -a')
    expect(perf(plan({ instrument: pmu({ events: ['cpu'] }), host: facts({ without: ['hardware-pmu'] }) }), 'stat')).toContain(
      '-e cpu-clock -a',
    )
  })

  it('does without control where perf is too old for it', () => {
    const made = plan({ instrument: pmu(), host: facts({ perf: '5.10.1' }) })
    expect(perf(made, 'stat')).not.toContain('--control')
    expect(made).toMatchObject({ controlled: false })
  })

  it('refuses what a sum cannot be sorted into', () => {
    expect(() => plan({ instrument: pmu(), resolved: scoped({ kind: 'host', uid: 5 }) })).toThrow(/one user/)
    expect(() => plan({ instrument: pmu(), resolved: scoped({ ...PIDS.scope, cpus: [1] }) })).toThrow(/either processes or CPUs/)
    expect(() => plan({ instrument: pmu(), resolved: scoped(PIDS.scope, [12]) })).toThrow(/too many threads/)
    expect(() => plan({ instrument: pmu(), resolved: scoped({ ...CGROUP.scope, cpus: [1] }, [7]) })).toThrow(/all CPUs together/)
  })
})
