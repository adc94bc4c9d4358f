import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Duplex } from 'node:stream'
import { parseArgs } from 'node:util'
import { type CaptureSpecInput, captureSpecSchema, type HostFacts } from '@sonde/contract'
import { detectFacts, planCapture, runCapture } from '@sonde/tracer'
import { machineFacts } from './machine-facts.ts'
import { median, spread } from './median.ts'

/**
 * What a program pays for each hit of a probe whose stack is recorded: a tracepoint, a function, a USDT probe, a page fault, a wait. Our
 * captures (through runCapture, with all that belongs to one: streaming, names, publishing) against perf record as one types it, which
 * writes a file, and against bpftrace as one types it, which counts stacks in the kernel; alternating. CPU time of the program itself
 * per hit, and wall time; the untraced program is taken off.
 *
 *   npm run build:native && npx tsx bench/stacks.ts [--runs 7] [--only uprobe]
 *
 * Needs root, perf, bpftrace and gcc.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' }, only: { type: 'string' } } })
const runs = Number(values.runs)
if (!(runs >= 1)) throw new Error('--runs takes a number')

const here = import.meta.dirname
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))
const program = path.join(folder, 'workload')
const TRACEFS = '/sys/kernel/tracing'

/** ns a hit; hits that were recorded, as a share of all. */
type Cost = { wall: number; cpu: number; kept: number }
type Way = { name: string; run(pid: number): Promise<Recorder> }
type Recorder = { stop(): Promise<number> }
type Instruments = CaptureSpecInput['instruments']
type Case = { title: string; work: string; count: number; ways: Way[] }

const NOTHING: Way = { name: 'untraced', run: async () => ({ stop: async () => 0 }) }

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  execFileSync('gcc', [
    '-O1',
    '-g',
    '-fno-omit-frame-pointer',
    '-fno-optimize-sibling-calls',
    '-pthread',
    '-o',
    program,
    path.join(here, 'stacks-workload.c'),
  ])
  const facts = await detectFacts({ bpfHelper: path.resolve(here, '../native/dist', process.arch, 'sonde-bpf') })
  const perfAlone = { ...facts, capabilities: facts.capabilities.filter(({ id }) => id !== 'bpf-helper') }
  const binary = { of: 'path', path: program } as const
  const every = { collector: 'stacks', sample: { by: 'period', every: 1 } } as const
  const hit = placesIn(program)
  const cases: Case[] = [
    {
      title: 'tracepoint',
      work: 'syscall',
      count: 50_000,
      ways: [
        byPerf('syscalls:sys_enter_getppid'),
        byBpftrace((pid) => `tracepoint:syscalls:sys_enter_getppid /pid == ${pid}/ { @[kstack, ustack] = count(); }`),
        bySonde(facts, [{ ...every, probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getppid' } }]),
      ],
    },
    {
      title: 'uprobe',
      work: 'function',
      count: 50_000,
      ways: [
        byPerfProbe(`p:bench_sonde/hit ${program}:0x${hit.function.toString(16)}`),
        byBpftrace((pid) => `uprobe:${program}:hit_function /pid == ${pid}/ { @[ustack] = count(); }`),
        bySonde(facts, [{ ...every, probe: { kind: 'uprobe', binary, function: 'hit_function' } }]),
      ],
    },
    {
      title: 'USDT',
      work: 'usdt',
      count: 50_000,
      ways: [
        byPerfProbe(`p:bench_sonde/hit ${program}:0x${hit.usdt.toString(16)}(0x${hit.semaphore.toString(16)})`),
        byBpftrace((pid) => `usdt:${program}:bench:hit /pid == ${pid}/ { @[ustack] = count(); }`),
        bySonde(facts, [{ ...every, probe: { kind: 'usdt', binary, provider: 'bench', name: 'hit' } }]),
      ],
    },
    {
      title: 'page fault',
      work: 'fault',
      count: 50_000,
      ways: [
        byPerf('page-faults'),
        byBpftrace((pid) => `software:page-faults:1 /pid == ${pid}/ { @[kstack, ustack] = count(); }`),
        bySonde(facts, [{ ...every, probe: { kind: 'pmu', event: 'page-faults' } }]),
      ],
    },
    {
      title: 'wait (off-CPU)',
      work: 'pingpong',
      count: 20_000,
      ways: [
        byBpftrace(offcpuScript),
        bySonde(facts, [{ collector: 'offcpu' }], 'Sonde, native helper'),
        bySonde(perfAlone, [{ collector: 'offcpu' }], 'Sonde, perf alone'),
      ],
    },
  ]
  const wanted = cases.filter(({ title }) => values.only === undefined || title.startsWith(values.only))
  const tables: string[] = []
  for (const measured of wanted) tables.push(await measure(measured))
  console.log(machineFacts())
  console.log(
    `\nns per hit that the recorded program pays, ${runs} alternating rounds; median (min–max), less the median of the untraced program.\n`,
  )
  console.log('| hit | way | CPU ns | CPU, times the best by hand | wall ns | kept |')
  console.log('|---|---|---|---|---|---|')
  console.log(tables.join('\n'))
}

async function measure({ title, work, count, ways }: Case): Promise<string> {
  const costs = new Map<Way, Cost[]>([NOTHING, ...ways].map((way) => [way, []]))
  for (let run = 0; run < runs; run++) {
    for (const [way, list] of costs) {
      list.push(await once(way, work, count))
      console.error(`${title} ${run + 1}/${runs} ${way.name}: ${JSON.stringify(list.at(-1))}`)
    }
  }
  const of = (way: Way, kind: keyof Cost) => (costs.get(way) ?? []).map((cost) => cost[kind])
  const added = (way: Way, kind: 'wall' | 'cpu') => of(way, kind).map((value) => value - median(of(NOTHING, kind)))
  const best = Math.min(...ways.filter(({ name }) => !name.startsWith('Sonde')).map((way) => median(added(way, 'cpu'))))
  const figure = (numbers: number[], digits = 0) => `${median(numbers).toFixed(digits)} (${spread(numbers, digits)})`
  const rows = [`| ${title} | untraced, in all | ${figure(of(NOTHING, 'cpu'))} | | ${figure(of(NOTHING, 'wall'))} | |`]
  for (const way of ways) {
    const kept = `${(median(of(way, 'kept')) * 100).toFixed(1)} %`
    const times = (median(added(way, 'cpu')) / best).toFixed(2)
    rows.push(`| ${title} | ${way.name} | ${figure(added(way, 'cpu'))} | ${times} | ${figure(added(way, 'wall'))} | ${kept} |`)
  }
  return rows.join('\n')
}

/** Starts the program, has it recorded, lets it work, and stops the recording. */
async function once(way: Way, work: string, hits: number): Promise<Cost> {
  const child = spawn(program, [work, String(hits)], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (child.pid === undefined) throw new Error('the workload did not start')
  try {
    const recorder = await way.run(child.pid)
    const line = new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
      child.once('exit', () => reject(new Error('the workload ended early')))
    })
    child.stdin.write('go\n')
    const [wall = Number.NaN, cpu = Number.NaN] = (await line).split(' ').map(Number)
    const recorded = await recorder.stop()
    return { wall: wall / hits, cpu: cpu / hits, kept: recorded / hits }
  } finally {
    child.stdin.end('\n')
    child.kill('SIGKILL')
  }
}

function byPerf(event: string): Way {
  return {
    name: '`perf record -g`, by hand',
    run: async (pid) => {
      const file = path.join(folder, 'perf.data')
      // perf says nothing when it is ready; so it starts with the event off, and answers when that is on.
      const args = ['record', '-e', event, '-c', '1', '-g', '-p', String(pid), '-D', '-1', '--control', 'fd:3,3', '-o', file]
      const perf = spawn('perf', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, PERF_CONFIG: '/dev/null' } })
      const control = perf.stdio[3]
      if (!(control instanceof Duplex)) throw new Error('perf has no control socket')
      control.write('enable\n')
      await new Promise<void>((resolve, reject) => {
        control.once('data', () => resolve())
        perf.once('exit', () => reject(new Error(`perf ended early: ${String(perf.stderr?.read())}`)))
      })
      return {
        stop: async () => {
          await interrupted(perf)
          const report = spawnSync('perf', ['report', '--stats', '-i', file], { encoding: 'utf8' }).stdout
          return Number(/SAMPLE events:\s+(\d+)/.exec(report)?.[1] ?? 0)
        },
      }
    },
  }
}

/** The same at a place in the program: an event has to be made for it. */
function byPerfProbe(definition: string): Way {
  const perf = byPerf('bench_sonde:hit')
  return {
    name: '`perf record -g` at a uprobe event, by hand',
    run: async (pid) => {
      appendFileSync(`${TRACEFS}/uprobe_events`, `${definition}\n`)
      const recorder = await perf.run(pid).catch((error: unknown) => {
        appendFileSync(`${TRACEFS}/uprobe_events`, '-:bench_sonde/hit\n')
        throw error
      })
      return {
        stop: async () => {
          const samples = await recorder.stop()
          appendFileSync(`${TRACEFS}/uprobe_events`, '-:bench_sonde/hit\n')
          return samples
        },
      }
    },
  }
}

/** Time off the CPU by stack, as offcputime.bt does it, at the tracepoint that every kernel has. */
function offcpuScript(pid: number): string {
  return [
    'tracepoint:sched:sched_switch {',
    '  $s = @start[args->next_pid];',
    '  if ($s) { @waited[@k[args->next_pid], @u[args->next_pid], args->next_pid] = sum(nsecs - $s); @n[args->next_pid] = count();',
    '    delete(@start[args->next_pid]); delete(@k[args->next_pid]); delete(@u[args->next_pid]); }',
    `  if (pid == ${pid} && args->prev_state != 0) { @start[args->prev_pid] = nsecs; @k[args->prev_pid] = kstack; @u[args->prev_pid] = ustack; }`,
    '}',
  ].join('\n')
}

function byBpftrace(script: (pid: number) => string): Way {
  return {
    name: 'bpftrace, by hand',
    run: async (pid) => {
      // Names are looked up when it prints: that is not what the program pays.
      const env = { ...process.env, BPFTRACE_NO_USER_SYMBOLS: '1' }
      const text = `${script(pid)}\ninterval:ms:20 { if (@ready == 0) { @ready = 1; printf("ready\\n"); } }`
      const child = spawn('bpftrace', ['-f', 'json', '-e', text], { stdio: ['ignore', 'pipe', 'pipe'], env })
      const chunks: Buffer[] = []
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if (chunk.includes('ready')) resolve()
        })
        child.once('exit', () => reject(new Error(`bpftrace ended early: ${String(child.stderr.read())}`)))
      })
      return {
        stop: async () => {
          await interrupted(child)
          return countIn(Buffer.concat(chunks).toString())
        },
      }
    },
  }
}

/** Sum of all counts that bpftrace has printed: of `@`, or of `@n`. */
function countIn(text: string): number {
  for (const line of text.split('\n')) {
    const match = /^\{"type": "map", "data": \{"@n?": (\{.*\})\}\}$/.exec(line)
    if (match === null) continue
    const counts: unknown = JSON.parse(match[1] ?? '{}')
    return Object.values(counts as Record<string, number>).reduce((sum, count) => sum + count, 0)
  }
  return 0
}

function bySonde(facts: HostFacts, instruments: Instruments, name = 'Sonde'): Way {
  return {
    name,
    run: async (pid) => {
      const spec = captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 60_000, filter: { kind: 'pid', pid }, instruments })
      const plan = await planCapture(spec, facts)
      const controller = new AbortController()
      let recorded = 0
      let attached: () => void = () => {}
      const ready = new Promise<void>((resolve) => {
        attached = resolve
      })
      const outcome = runCapture(plan, {
        hostId: 'h',
        hostName: 'h',
        workDir: '/nonexistent',
        signal: controller.signal,
        onAttached: () => attached(),
        onResult: (result) => {
          if (result.kind === 'profile' || result.kind === 'offcpu')
            recorded += result.profile.samples.count.reduce((sum, count) => sum + count, 0)
          return 0
        },
      })
      await Promise.race([ready, outcome])
      // An interval of the helper that had begun before the capture is left out.
      await pause(400)
      return {
        stop: async () => {
          // What is still in perf's buffers is on its way.
          await pause(700)
          controller.abort()
          await outcome
          return recorded
        },
      }
    },
  }
}

async function interrupted(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve))
  // A pipe that nobody reads keeps it from closing.
  child.stderr?.resume()
  child.kill('SIGINT')
  await closed
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
/** File offsets: the first PT_LOAD segments of a program that gcc makes lie at the same place in file and memory, but for data. */
function placesIn(file: string): { function: number; usdt: number; semaphore: number } {
  const symbols = spawnSync('readelf', ['-sW', file], { encoding: 'utf8' }).stdout
  const notes = spawnSync('readelf', ['-nW', file], { encoding: 'utf8' }).stdout
  const segments = [...spawnSync('readelf', ['-lW', file], { encoding: 'utf8' }).stdout.matchAll(/LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+)/g)]
  const offsetOf = (address: number): number => {
    for (const [, offset, start, size] of segments) {
      if (address >= Number(start) && address < Number(start) + Number(size)) return address - Number(start) + Number(offset)
    }
    throw new Error(`no segment holds ${address}`)
  }
  const address = Number.parseInt(/^\s*\d+: (\w+)\s+\d+ FUNC .* hit_function$/m.exec(symbols)?.[1] ?? '', 16)
  const [, location, semaphore] = /Location: (0x\w+), Base: 0x\w+, Semaphore: (0x\w+)/.exec(notes) ?? []
  return { function: offsetOf(address), usdt: offsetOf(Number(location)), semaphore: offsetOf(Number(semaphore)) }
}
