import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { type CaptureSpec, type CaptureSpecInput, captureSpecSchema, type HostFacts, specOfRecipe } from '@sonde/contract'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CollectorResult } from '../collectors/collector.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { TraceRefusal } from '../trace-errors.ts'
import { forecastCapture, type Guard, planWithin, previewWithin, runWithin } from './guarded-capture.ts'
import { type Budget, defaultPolicy, type Policy } from './policy.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const has = (command: string) => spawnSync('which', [command]).status === 0
const isUsable = process.getuid?.() === 0 && existsSync(helper) && ['perf', 'bpftrace', 'gcc', 'dd'].every(has)

let facts: HostFacts
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-guarded-'))
const program = path.join(folder, 'hits')
beforeAll(async () => {
  if (!isUsable) return
  const source = path.join(import.meta.dirname, 'fixtures/hits.c')
  execFileSync('gcc', ['-O1', '-fno-omit-frame-pointer', '-fcf-protection=none', '-o', program, source])
  facts = await detectFacts({ bpfHelper: helper })
})
afterAll(() => rmSync(folder, { recursive: true }))

const children: ChildProcess[] = []
function start(file: string, ...args: string[]): number {
  const child = spawn(file, args, { stdio: 'ignore' })
  children.push(child)
  return child.pid ?? 0
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const policyWith = (more: Partial<Policy>): Policy => ({ ...defaultPolicy({ cpuCount: cpus().length, memoryBytes: totalmem() }), ...more })
const guardWith = (budget: Partial<Budget> = {}, more: Partial<Policy> = {}): Guard => {
  const policy = policyWith(more)
  return { facts, policy: { ...policy, budget: { ...policy.budget, ...budget } }, confinement: { cgroup: null, problem: 'test' } }
}
const spec = (input: Omit<CaptureSpecInput, 'version' | 'recipe'>): CaptureSpec =>
  captureSpecSchema.parse({ version: 2, recipe: null, ...input })
const faults = (pid?: number) =>
  spec({
    durationMs: 3_000,
    ...(pid === undefined ? {} : { filter: { kind: 'pid', pid } }),
    instruments: [{ collector: 'stacks', probe: { kind: 'pmu', event: 'page-faults' }, sample: { by: 'period', every: 1 } }],
  })
const syscalls = (durationMs: number) => specOfRecipe('syscall-breakdown', { durationMs })

async function run(asked: CaptureSpec, guard: Guard, onResult: () => void = () => undefined, onAttached: () => void = () => undefined) {
  const results: CollectorResult[] = []
  const plan = await planWithin(asked, guard)
  const outcome = await runWithin(plan, guard, {
    hostId: 'h',
    hostName: 'h',
    workDir: '/nonexistent',
    signal: new AbortController().signal,
    onAttached,
    onResult: (result) => {
      results.push(result)
      onResult()
      return 1_000
    },
  })
  return { ...outcome, results }
}

/** Living processes below this one that are tracing tools. */
function tracerProcesses(): Array<{ pid: number; comm: string }> {
  const parents = new Map<number, { parent: number; comm: string }>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (rest[0] !== 'Z')
        parents.set(Number(name), { parent: Number(rest[1]), comm: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) })
    } catch {
      // Gone meanwhile.
    }
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)?.parent ?? 0
    return parent === process.pid || (parent > 1 && isBelow(parent))
  }
  return [...parents].flatMap(([pid, { comm }]) => (/^(perf|bpftrace|sonde-bpf)/.test(comm) && isBelow(pid) ? [{ pid, comm }] : []))
}
const tracers = () => tracerProcesses().map(({ comm }) => comm)

describe.skipIf(!isUsable)('within the budget of a host', () => {
  it('a forecast counts the system calls of the whole host, on request', async () => {
    start('dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1')
    const answer = await forecastCapture(syscalls(5_000), guardWith(), new AbortController().signal)
    if (!answer.ok) throw new Error(answer.message)
    const { forecast } = answer
    expect(forecast.probes.map(({ label }) => label)).toEqual(['tracepoint:raw_syscalls:sys_enter', 'tracepoint:raw_syscalls:sys_exit'])
    expect(forecast.hitsPerSecond).toBeGreaterThan(20_000)
    expect(forecast.cores).toBeGreaterThan(0.01)
    expect(tracers()).toEqual([])
  }, 30_000)

  it('what fires within it is recorded whole, with its forecast', async () => {
    const quiet = start('sleep', '60')
    const { quality } = await run(faults(quiet), guardWith())
    expect(quality).toMatchObject({ sampledEvery: 1, braked: null, partial: false, forecast: { verdict: 'ok', every: 1 } })
    expect(quality.forecast?.countedMs).toBeGreaterThan(900)
  }, 60_000)

  it('what fires above it is not attached', async () => {
    // Each new process faults some hundred times.
    start('bash', '-c', 'while :; do /bin/true; done')
    const budget = { cores: 0.000_001 }
    const plan = await planWithin(faults(), guardWith(budget))
    const failure = await runWithin(plan, guardWith(budget), {
      hostId: 'h',
      hostName: 'h',
      workDir: '/nonexistent',
      signal: new AbortController().signal,
      onAttached: () => {
        throw new Error('attached')
      },
      onResult: () => 0,
    }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TraceRefusal)
    expect(failure).toMatchObject({ reason: 'over-budget', message: expect.stringContaining('The probes will not be attached.') })
    expect(tracers()).toEqual([])
  }, 60_000)

  it('stacks that fire above it are thinned: one in so many, and the result says so', async () => {
    const busy = start('bash', '-c', 'while :; do /bin/true; done')
    const { quality } = await run(faults(busy), guardWith({ hitsPerSecond: 2_000 }))
    expect(quality.forecast).toMatchObject({ verdict: 'sampled' })
    expect(quality.sampledEvery).toBeGreaterThan(1)
    expect(quality.sampledEvery).toBe(quality.forecast?.every)
    expect(quality.braked).toBeNull()
  }, 60_000)

  it('the brake detaches what fires too often, within seconds, and the part is kept', async () => {
    start('dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1')
    const startedMs = performance.now()
    const { quality, recordedMs, results } = await run(syscalls(60_000), guardWith({ hitsPerSecond: 1_000 }))
    expect(quality.braked).toMatch(/^The probes fired [\d,]+ times a second; this host allows 1,000\.$/)
    expect(quality.partial).toBe(true)
    expect(quality.syscalls).toBeGreaterThan(1_000)
    expect(results.length).toBeGreaterThan(0)
    expect(recordedMs).toBeLessThan(15_000)
    expect(performance.now() - startedMs).toBeLessThan(40_000)
    expect(tracers()).toEqual([])
  }, 90_000)

  const pushed = (at: 'entry' | 'return') => ({ kind: 'uprobe', binary: { of: 'path', path: program }, function: 'pushed', at }) as const
  it('refuses where the count fails on a host that can count', async () => {
    const broken = { ...facts, tools: facts.tools.map((tool) => (tool.name === 'sonde-bpf' ? { ...tool, path: '/bin/false' } : tool)) }
    const refusal = await run(spec({ durationMs: 2_000, instruments: [{ collector: 'counts', probes: [pushed('entry')] }] }), {
      ...guardWith(),
      facts: broken,
    }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: 'TraceRefusal', reason: 'over-budget' })
    expect(String(refusal)).toContain('Nothing was attached.')
  })

  it.each<[string, CaptureSpecInput['instruments'][number]]>([
    ['counts', { collector: 'counts', probes: [pushed('entry')] }],
    ['latency', { collector: 'latency', start: { probe: pushed('entry') }, probe: pushed('return') }],
    ['events', { collector: 'events', probe: pushed('entry'), fields: ['pid'] }],
    ['stacks', { collector: 'stacks', probe: pushed('entry') }],
  ])(
    'the brake also holds what was quiet while it was counted: %s of a function',
    async (_collector, instrument) => {
      const child = spawn(program, ['0', '0', 'wait'], { stdio: ['pipe', 'ignore', 'ignore'] })
      children.push(child)
      const go = () => void child.stdin.write('x')
      const { quality, recordedMs } = await run(
        spec({ durationMs: 60_000, instruments: [instrument] }),
        guardWith({ hitsPerSecond: 5_000 }),
        undefined,
        go,
      )
      expect(quality.forecast).toMatchObject({ verdict: 'ok', hitsPerSecond: 0 })
      expect(quality.braked).toMatch(/^The probes fired [\d,]+ times a second; this host allows 5,000\.$/)
      expect(quality.partial).toBe(true)
      expect(quality.hits + quality.samples).toBeGreaterThan(1_000)
      expect(recordedMs).toBeLessThan(20_000)
      expect(tracers()).toEqual([])
    },
    90_000,
  )

  it('tools run behind the host’s own work, and are the first to go when memory runs out', async () => {
    const seen = new Map<string, { nice: number; oomScoreAdj: number }>()
    await run(specOfRecipe('cpu-profile', { durationMs: 3_000 }), guardWith(), () => {
      for (const { pid, comm } of tracerProcesses()) {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const nice = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
        seen.set(comm, { nice, oomScoreAdj: Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')) })
      }
    })
    expect(seen.get('perf')).toEqual({ nice: 5, oomScoreAdj: 900 })
  }, 60_000)

  it('the brake detaches what makes too large a result', async () => {
    const { quality } = await run(syscalls(60_000), guardWith({ outputBytes: 1_500 }))
    expect(quality.braked).toMatch(/^The result was .* large; this host allows/)
    expect(tracers()).toEqual([])
  }, 90_000)

  it('the brake detaches tools that take too much memory', async () => {
    const { quality } = await run(specOfRecipe('cpu-profile', { durationMs: 60_000 }), guardWith({ memoryBytes: 1024 * 1024 }))
    expect(quality.braked).toMatch(/MiB of memory; this host allows 1\.0 MiB/)
    expect(quality.partial).toBe(true)
  }, 90_000)
})

describe.skipIf(!isUsable)('within the policy of a host', () => {
  const refusal = async (asked: CaptureSpec, more: Partial<Policy>) => {
    const error = await planWithin(asked, guardWith({}, more)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TraceRefusal)
    return error instanceof TraceRefusal ? `${error.reason}: ${error.message}` : ''
  }
  const base = defaultPolicy({ cpuCount: 2, memoryBytes: 4e9 })

  it.each<[string, Partial<Policy>, CaptureSpec, RegExp]>([
    ['a kind', { probeKinds: ['tracepoint'] }, faults(), /^policy: The built-in policy says \(probes\.kinds\): pmu probes are not allowed/],
    [
      'a collector',
      { collectors: ['stacks'], source: '/etc/sonde/policy.yaml' },
      syscalls(2_000),
      /^policy: \/etc\/sonde\/policy\.yaml says \(collectors\): the collector "syscalls"/,
    ],
    [
      'a duration',
      { limits: { ...base.limits, durationMs: 10_000 } },
      syscalls(11_000),
      /limits\.seconds\): a capture lasts at most 10 s, not 11 s/,
    ],
    [
      'a rate',
      { limits: { ...base.limits, samplingHz: 49 } },
      specOfRecipe('cpu-profile', { durationMs: 2_000 }),
      /limits\.samplingHz\): stacks are sampled at 49 Hz/,
    ],
    ['whole hosts', { containersOnly: true }, syscalls(2_000), /scope\.containersOnly/],
    ['other users', { uids: [1000] }, { ...syscalls(2_000), uid: 0 }, /scope\.uids\): only what runs as one of the users 1000/],
  ])('refuses %s that it does not allow, and names the rule', async (_what, more, asked, words) => {
    expect(await refusal(asked, more)).toMatch(words)
    expect(await previewWithin(asked, guardWith({}, more))).toMatchObject({ ok: false, reason: 'policy' })
    expect(await forecastCapture(asked, guardWith({}, more), new AbortController().signal)).toMatchObject({ ok: false, reason: 'policy' })
  })

  it('samples CPU time where no counters are allowed: which one it is, is the host’s own choice', async () => {
    const plan = await planWithin(specOfRecipe('cpu-profile', { durationMs: 2_000 }), guardWith({}, { probeKinds: [] }))
    plan.release()
  })
})
