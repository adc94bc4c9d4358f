import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type CaptureSpec, type HostFacts, type SyscallSnapshot, specOfRecipe } from '@sonde/contract'
import { detectFacts, planCapture, runCapture } from '@sonde/tracer'
import { machineFacts } from './machine-facts.ts'
import { median, spread } from './median.ts'

/**
 * How much slower a program that does nothing but system calls gets while they are recorded: `dd if=/dev/zero of=/dev/null bs=1`,
 * untraced, under BPF programs that do nothing, under a minimal one written by hand, under our captures of the whole host (through
 * runCapture, the exact commands of a real one; with the native helper, without and with files and addresses, and with bpftrace), under a lean bpftrace script, under
 * `strace -c -f` and under `perf trace -s`, alternating. Wall time per system call, as dd itself
 * measures it, and CPU time, which says more on a machine that has other work.
 *
 *   npm run build:native && npx tsx bench/syscalls.ts [--runs 5] [--fast]
 *
 * Needs root, perf, bpftrace, strace, clang, gcc and libbpf-dev. The two slow tracers get fewer calls to record (`--fast`: they are left
 * out); time per call is what is compared.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, fast: { type: 'boolean', default: false } } })
const runs = Number(values.runs)
if (!(runs >= 1)) throw new Error('--runs takes a number')

/** As `count=500k`. */
const COUNT = 512_000
const COUNT_SLOW = 25_000
const UNTRACED = 'untraced'
const MINIMAL = 'minimal BPF program, written by hand'
const here = import.meta.dirname
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))

/** ns per system call: wall time as dd measures it, and user + system time of dd and of what it was started by. */
type Cost = { wall: number; cpu: number }
type Way = { name: string; count: number; run(): Promise<Cost>; costs: Cost[] }

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const facts = await detectFacts({ bpfHelper: path.resolve(here, '../native/dist', process.arch, 'sonde-bpf') })
  const helper = facts.capabilities.find(({ id }) => id === 'bpf-helper')
  if (!helper?.available) throw new Error(`the native helper does not work here: ${helper?.reason}`)
  const withoutHelper = { ...facts, capabilities: facts.capabilities.filter(({ id }) => id !== 'bpf-helper') }
  buildPrograms()
  const output = path.join(folder, 'trace')
  const program = (name: string) => [path.join(folder, 'load'), path.join(folder, `${name}.bpf.o`)]
  const fast: [string, () => Promise<Cost>][] = [
    [UNTRACED, () => dd(COUNT, [])],
    ['empty BPF programs', () => under(program('empty'))],
    [MINIMAL, () => under(program('minimal'))],
    ['Sonde, native helper', () => underCapture(facts, 'sonde-bpf')],
    ['Sonde, native helper, with files and addresses', () => underCapture(facts, 'sonde-bpf', { objects: true })],
    ['lean bpftrace script, written by hand', () => under(['bpftrace', path.join(here, 'bpf/tuned.bt')])],
    ['Sonde, bpftrace', () => underCapture(withoutHelper, 'bpftrace')],
  ]
  const slow: [string, () => Promise<Cost>][] = [
    ['`strace -c -f`', () => dd(COUNT_SLOW, ['strace', '-c', '-f', '-o', output])],
    ['`perf trace -s`', () => dd(COUNT_SLOW, ['perf', 'trace', '-s', '-o', output])],
  ]
  const ways: Way[] = [
    ...fast.map(([name, run]) => ({ name, count: COUNT, run, costs: [] })),
    ...(values.fast ? [] : slow).map(([name, run]) => ({ name, count: COUNT_SLOW, run, costs: [] })),
  ]
  await dd(COUNT, [])
  for (let run = 0; run < runs; run++) {
    for (const way of ways) {
      way.costs.push(await way.run())
      console.error(`${run + 1}/${runs} ${way.name}: ${JSON.stringify(way.costs.at(-1))}`)
    }
  }
  console.log(machineFacts())
  console.log(`\nns per system call of dd, ${runs} alternating rounds; median (min–max). Ratios are between runs of the same round.\n`)
  console.log('| way | `count=` | wall ns | wall, times untraced | CPU ns | CPU, times untraced | CPU, times the minimal program |')
  console.log('|---|---|---|---|---|---|---|')
  const of = (name: string, kind: keyof Cost) => ways.find((way) => way.name === name)?.costs.map((cost) => cost[kind]) ?? []
  const figure = (numbers: number[], digits: number) => `${median(numbers).toFixed(digits)} (${spread(numbers, digits)})`
  const times = (name: string, kind: keyof Cost, peer: string, digits: number) =>
    figure(
      of(name, kind).map((value, i) => value / (of(peer, kind)[i] ?? Number.NaN)),
      digits,
    )
  for (const { name, count } of ways) {
    const columns = [
      figure(of(name, 'wall'), 0),
      times(name, 'wall', UNTRACED, 1),
      figure(of(name, 'cpu'), 0),
      times(name, 'cpu', UNTRACED, 1),
      times(name, 'cpu', MINIMAL, 2),
    ]
    console.log(`| ${name} | ${count.toLocaleString('en')} | ${columns.join(' | ')} |`)
  }
}

/** The programs that are no part of Sonde: compiled as anyone would. */
function buildPrograms(): void {
  const includes = ['-idirafter', `/usr/include/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`]
  const target = process.arch === 'x64' ? '-D__TARGET_ARCH_x86' : '-D__TARGET_ARCH_arm64'
  for (const name of ['empty', 'minimal']) {
    const files = ['-c', path.join(here, `bpf/${name}.bpf.c`), '-o', path.join(folder, `${name}.bpf.o`)]
    execFileSync('clang', ['-g', '-O2', '-target', 'bpf', target, ...includes, ...files])
  }
  execFileSync('gcc', ['-O2', '-o', path.join(folder, 'load'), path.join(here, 'bpf/load.c'), '-lbpf'])
}

/** Runs dd, which reads and writes once per byte. bash's `time` counts in ms what dd, and a tracer that it is a child of, have used. */
async function dd(count: number, before: readonly string[]): Promise<Cost> {
  const command = [...before, 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`]
  const child = spawn('bash', ['-c', 'TIMEFORMAT="cpu %3U %3S"; time "$@"', 'bash', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  const chunks: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise((resolve) => child.once('close', resolve))
  const text = Buffer.concat(chunks).toString()
  const wall = Number(/copied, ([\d.e+-]+) s/.exec(text)?.[1] ?? Number.NaN)
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(text) ?? []
  const cpu = Number(user) + Number(system)
  if (status !== 0 || !(wall > 0) || !(cpu > 0)) throw new Error(`${command.join(' ')}: ${text}`)
  return { wall: (wall * 1e9) / (2 * count), cpu: (cpu * 1e9) / (2 * count) }
}

/** dd while a tracer of the whole host runs, which says when it is ready, and ends with its stdin or with SIGINT. */
async function under([file = '', ...args]: readonly string[]): Promise<Cost> {
  const tracer = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => tracer.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    tracer.stdout.on('data', (chunk: Buffer) => (chunk.includes('ready') ? resolve() : undefined))
    exited.then((status) => reject(new Error(`${file} ended with ${status}`)))
  })
  const cost = await dd(COUNT, [])
  tracer.stdin.end()
  tracer.kill('SIGINT')
  await exited
  return cost
}

async function underCapture(facts: HostFacts, tool: string, { objects = false } = {}): Promise<Cost> {
  const recipe = specOfRecipe('syscall-breakdown', { durationMs: 60_000 })
  const spec: CaptureSpec = objects ? { ...recipe, recipe: null, instruments: [{ collector: 'syscalls', objects }] } : recipe
  const plan = await planCapture(spec, facts)
  const controller = new AbortController()
  let cost: Cost | null = null
  let writes = 0
  await runCapture(plan, {
    hostId: 'bench',
    hostName: 'bench',
    workDir: folder,
    signal: controller.signal,
    onAttached: async (commands) => {
      if (commands.some((command) => command.tool !== tool)) throw new Error(`this is not ${tool}`)
      cost = await dd(COUNT, [])
    },
    // Both print every 2 s; a cancel leaves a busy host little time to print once more.
    onResult: (result) => {
      if (result.kind !== 'syscalls' || cost === null) return 0
      writes = writesOfDd(result.snapshot)
      if (writes >= COUNT) controller.abort()
      return 0
    },
  })
  // A tracer that is quick because it misses calls would be no achievement.
  if (writes < COUNT || writes > COUNT + 20) throw new Error(`${writes} writes were counted, not ${COUNT}`)
  if (cost === null) throw new Error('nothing was attached')
  return cost
}

/** The most that one dd has made. */
function writesOfDd(snapshot: SyscallSnapshot): number {
  const pids = new Set(snapshot.processes.filter(({ comm }) => comm === 'dd').map(({ pid }) => pid))
  return Math.max(0, ...snapshot.rows.filter((row) => pids.has(row.pid) && row.name === 'write').map((row) => row.calls))
}
