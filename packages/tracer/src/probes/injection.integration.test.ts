import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { captureSpecSchema, type HostCommand, type HostFacts, type Instrument } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CapturePlan } from '../capture-plan.ts'
import { detectFacts } from '../host/detect-facts.ts'
import { planCapture } from '../plan-capture.ts'
import { SEARCH_PATH } from '../run/guarded-child.ts'
import { FuzzedSpecs } from '../testing/fuzzed-spec.ts'
import { HostileFiles } from '../testing/hostile-files.ts'
import { ProbeOracle } from '../testing/probe-oracle.ts'
import { checkBpftraceArgv, readPerfCommands } from '../testing/read-perf-command.ts'
import { readProgram } from '../testing/read-program.ts'
import { Seeded } from '../testing/seeded.ts'
import { TraceRefusal } from '../trace-errors.ts'

const works = (command: string) => spawnSync(command, ['--version']).status === 0
const usable =
  process.getuid?.() === 0 && ['bpftrace', 'gcc', 'nm', 'python3'].every(works) && existsSync('/sys/kernel/tracing/events/sched')

const SPECS = 10_000
const SEED = 20_261_125
/** Distinct programs that bpftrace itself is given: to say what it understands, and to attach. */
const PARSED = 60
const ATTACHED = 8

type Accepted = { instrument: Instrument; commands: readonly HostCommand[] }
let facts: HostFacts
let files: HostileFiles

describe.skipIf(!usable)('what a hostile spec can bring about', () => {
  beforeAll(async () => {
    const found = await detectFacts()
    // As on a host that could do everything: whatever is planned here is looked at, not run.
    facts = { ...found, capabilities: found.capabilities.map((capability) => ({ ...capability, available: true })) }
    files = new HostileFiles()
    files.startSwapping()
  })
  afterAll(() => files.remove())

  it(`${SPECS} fuzzed specs: refused with a reason, or exactly the probes that were asked for`, { timeout: 600_000 }, async () => {
    const specs = new FuzzedSpecs(new Seeded(SEED), files)
    const oracle = new ProbeOracle()
    const refused = new Map<string, number>()
    const accepted = new Map<string, number>()
    const wrong: string[] = []
    const programs = new Map<string, Accepted>()
    const openBefore = descriptors()
    for (let i = 0; i < SPECS; i++) {
      const spec = specs.next()
      const outcome = await planned(spec)
      if (outcome instanceof TraceRefusal) {
        if (outcome.message.trim() === '') wrong.push(`#${i}: refused without a word: ${JSON.stringify(spec)}`)
        refused.set(outcome.reason, (refused.get(outcome.reason) ?? 0) + 1)
        continue
      }
      if (outcome instanceof Error) {
        wrong.push(`#${i}: ${outcome.stack}\n${JSON.stringify(spec)}`)
        continue
      }
      for (const [at, collector] of outcome.collectors.entries()) {
        const instrument = captureSpecSchema.parse(spec).instruments[at]
        if (instrument === undefined) throw new Error('a plan for an instrument that was not asked for')
        const complaint = complaintAbout(instrument, collector.commands, outcome, oracle)
        if (complaint !== null)
          wrong.push(`#${i}: ${complaint}\n${JSON.stringify(spec)}\n${collector.commands.map(({ program }) => program).join('\n')}`)
        accepted.set(collector.id, (accepted.get(collector.id) ?? 0) + 1)
        const shape = (collector.commands[0]?.program ?? '').replaceAll(/\d+/g, '0')
        if (['counts', 'latency', 'events'].includes(collector.id) && !programs.has(shape))
          programs.set(shape, { instrument, commands: collector.commands })
      }
      outcome.release()
    }
    const sum = (counts: Map<string, number>) => [...counts.values()].reduce((all, count) => all + count, 0)
    console.log(
      `seed ${SEED}: ${SPECS} specs, ${sum(refused)} refused`,
      Object.fromEntries(refused),
      `${sum(accepted)} planned`,
      Object.fromEntries(accepted),
    )
    console.log(`${programs.size} programs of different shape`)
    expect(wrong.slice(0, 5)).toEqual([])
    expect(sum(refused) + sum(accepted)).toBe(SPECS)
    // A test that refuses everything, or nothing, would show nothing.
    for (const id of ['counts', 'latency', 'events', 'stacks']) expect(accepted.get(id) ?? 0).toBeGreaterThan(100)
    for (const reason of ['bad-spec', 'probe-missing', 'probe-denied', 'too-many-probes', 'no-process'])
      expect(refused.get(reason) ?? 0).toBeGreaterThan(10)
    expect(descriptors()).toBeLessThanOrEqual(openBefore + 2)
  })

  it(`${PARSED} of the programs, as bpftrace itself understands them`, { timeout: 300_000 }, async () => {
    for (const { commands, release } of await samples(PARSED)) {
      const [command] = commands
      const text = command?.program ?? ''
      const dry = spawnSync('bpftrace', ['-d', '-'], { input: text, env: { PATH: SEARCH_PATH, ...command?.env }, encoding: 'utf8' })
      expect(dry.status, `${dry.stderr}\n${text}`).toBe(0)
      const understood = [...dry.stdout.matchAll(/^define i64 @(?:"([^"]*)"|(\w+))\(/gm)].map((match) => match[1] ?? match[2] ?? '')
      const { points } = readProgram(text)
      // Of a USDT probe it makes a program for each place.
      expect(new Set(understood.map(plain))).toEqual(new Set(points.map(plain)))
      release()
    }
  })

  it(`${ATTACHED} of the programs, by what the kernel says is attached`, { timeout: 300_000 }, async ({ skip }) => {
    if (spawnSync('bpftool', ['version']).status !== 0) skip('bpftool is not installed')
    for (const { commands, release } of await samples(ATTACHED, (program) => !/k(ret)?probe:/.test(program))) {
      const [command] = commands
      const { points } = readProgram(command?.program ?? '')
      const child = spawn('bpftrace', ['-f', 'json', '-'], {
        env: { PATH: SEARCH_PATH, ...command?.env },
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      try {
        const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
        const ready = new Promise<void>((resolve) => {
          let text = ''
          child.stdout.on('data', (chunk: Buffer) => {
            text += chunk.toString()
            if (text.includes('sonde-ready')) resolve()
          })
        })
        child.stdin.end(command?.program)
        await Promise.race([ready, ended])
        const attached = attachedBy(child.pid ?? 0)
        const wanted = points.filter((point) => !/^(BEGIN|END|interval)/.test(point)).map(asKernelSays)
        expect(new Set(attached)).toEqual(new Set(wanted))
        expect(attached.length).toBeGreaterThanOrEqual(wanted.length)
        child.kill('SIGINT')
        await ended
      } finally {
        child.kill('SIGKILL')
        release()
      }
    }
  })
})

async function planned(spec: unknown): Promise<CapturePlan | Error> {
  try {
    // What is no spec at all is for planCapture to find out.
    return await planCapture(spec as Parameters<typeof planCapture>[0], facts)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** What is wrong with the commands of an instrument; null where they are what was asked for. */
function complaintAbout(instrument: Instrument, commands: readonly HostCommand[], plan: CapturePlan, oracle: ProbeOracle): string | null {
  try {
    for (const { env } of commands)
      for (const [name, value] of Object.entries(env))
        if (!/^[A-Z][A-Z0-9_]*$/.test(name) || !/^[A-Za-z0-9/._-]*$/.test(value)) return `env ${name}=${value}`
    if (instrument.collector === 'stacks' || instrument.collector === 'pmu') return oracle.complaint(instrument, readPerfCommands(commands))
    const [command, ...others] = commands
    if (command?.program == null || others.length > 0) return 'not one program'
    checkBpftraceArgv(command.argv)
    const program = readProgram(command.program)
    const texts = new Set(conditionTexts(instrument))
    for (const text of program.strings) if (!/^(sonde-|sp$)/.test(text) && !texts.has(text)) return `a text that nobody asked for: ${text}`
    return oracle.complaint(
      instrument,
      withoutOwn(program.points, plan),
      ['sched_process_exit', 'sched_process_fork'].map((name) => `tracepoint:sched:${name}`),
    )
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Without what every program has of its own, at the place where it belongs; but for its watch over processes that come and go. */
function withoutOwn(points: readonly string[], plan: CapturePlan): string[] {
  const left = [...points]
  const take = (point: string | undefined, wanted: string) => {
    if (point !== wanted) throw new Error(`${wanted} is not where it should be, but ${point}`)
  }
  take(left.shift(), 'BEGIN')
  take(left.pop(), 'END')
  take(left.pop(), 'interval:ms:20')
  take(left.pop(), 'interval:s:1')
  take(left.pop(), `interval:ms:${plan.spec.durationMs}`)
  return left
}

function conditionTexts(instrument: Instrument): string[] {
  const lists = [
    'when' in instrument ? instrument.when : [],
    'start' in instrument && instrument.start !== undefined ? instrument.start.when : [],
  ]
  return lists.flat().flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
}

/** Programs of the same seed, spread over all; with their files held until `release`. */
async function samples(count: number, wanted: (program: string) => boolean = () => true) {
  const specs = new FuzzedSpecs(new Seeded(SEED), files)
  const shapes = new Set<string>()
  const found: { commands: readonly HostCommand[]; release: () => void }[] = []
  for (let i = 0; i < SPECS && found.length < count; i++) {
    const plan = await planned(specs.next())
    if (plan instanceof Error) continue
    const [collector] = plan.collectors
    const program = collector?.commands[0]?.program ?? ''
    const shape = readPoints(program)
    if (collector === undefined || !['counts', 'latency', 'events'].includes(collector.id) || shapes.has(shape) || !wanted(program)) {
      plan.release()
      continue
    }
    shapes.add(shape)
    found.push({ commands: collector.commands, release: () => plan.release() })
  }
  expect(found.length).toBe(count)
  return found
}

const readPoints = (program: string): string =>
  (program.match(/^\w+:\S+/gm) ?? []).join(' ').replaceAll(/\/proc\/\d+\/fd\/\d+|interval:ms:\d+/g, '')

/** A point without what bpftrace writes differently: places of a USDT probe by number, addresses in decimals, the second of two alike `.1`. */
const plain = (point: string): string =>
  point
    .replace(/\.\d+$/, '')
    .replace(/^(usdt:.*?)_loc\d+$/, '$1')
    .replace(/:0x([0-9a-f]+)$/, (_, hex: string) => `:${Number.parseInt(hex, 16)}`)

/** What the kernel says of the programs of a process (BPF_TASK_FD_QUERY), in its own words. */
function attachedBy(pid: number): string[] {
  const list: unknown = JSON.parse(execFileSync('bpftool', ['-j', 'perf', 'show'], { encoding: 'utf8' }))
  if (!Array.isArray(list)) throw new Error('bpftool says something else')
  return list.flatMap((item: Record<string, unknown>) => {
    if (item.pid !== pid) return []
    if (item.fd_type === 'tracepoint') return [`tracepoint ${item.tracepoint}`]
    return item.fd_type === 'uprobe' || item.fd_type === 'uretprobe' ? [`${item.fd_type} ${item.filename}`] : []
  })
}

/** The kernel tells neither the category of a tracepoint nor what a USDT probe is called; bpftool 7.1 tells where a uprobe lies. */
function asKernelSays(point: string): string {
  const [kind, ...rest] = point.split(':')
  if (kind === 'tracepoint') return `tracepoint ${rest[1]}`
  return `${kind === 'uretprobe' ? 'uretprobe' : 'uprobe'} ${rest[0]}`
}

const descriptors = (): number => readdirSync('/proc/self/fd').length
