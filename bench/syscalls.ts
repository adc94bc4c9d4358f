import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { CaptureSpec, HostFacts, SyscallSnapshot } from '@sonde/contract'
import { detectFacts, planCapture, runCapture } from '@sonde/tracer'
import { machineFacts } from './machine-facts.ts'
import { median, spread } from './median.ts'

/**
 * How much slower a program that does nothing but system calls gets while they are recorded: `dd if=/dev/zero of=/dev/null bs=1`,
 * untraced, under our capture of the whole host (through runCapture, the exact commands of a real one), under `strace -c -f` and
 * under `perf trace -s`, alternating. Wall time per system call, as dd itself measures it.
 *
 *   npx tsx bench/syscalls.ts [--runs 5]
 *
 * Needs root, perf, bpftrace and strace. The two slow tracers get fewer calls to record; time per call is what is compared.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const runs = Number(values.runs)
if (!(runs >= 1)) throw new Error('--runs takes a number')

/** As `count=500k`. */
const COUNT = 512_000
const COUNT_SLOW = 25_000
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))

type Way = { name: string; count: number; run(): Promise<number>; nsPerCall: number[] }

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const facts = await detectFacts()
  const output = path.join(folder, 'trace')
  const ways: Way[] = [
    { name: 'untraced', count: COUNT, run: () => dd(COUNT, []), nsPerCall: [] },
    { name: 'Sonde, syscall breakdown of the whole host', count: COUNT, run: () => underCapture(facts), nsPerCall: [] },
    { name: '`strace -c -f`', count: COUNT_SLOW, run: () => dd(COUNT_SLOW, ['strace', '-c', '-f', '-o', output]), nsPerCall: [] },
    { name: '`perf trace -s`', count: COUNT_SLOW, run: () => dd(COUNT_SLOW, ['perf', 'trace', '-s', '-o', output]), nsPerCall: [] },
  ]
  await dd(COUNT, [])
  for (let run = 0; run < runs; run++) for (const way of ways) way.nsPerCall.push(await way.run())

  const base = ways[0]?.nsPerCall ?? []
  console.log(machineFacts())
  console.log(`\nWall time per system call of dd, ${runs} alternating rounds.\n`)
  console.log('| way | dd bs=1 count | ns per call, median (min–max) | slowdown, median (min–max) |')
  console.log('|---|---|---|---|')
  for (const { name, count, nsPerCall } of ways) {
    // Against the untraced run of the same round.
    const ratios = nsPerCall.map((value, i) => value / (base[i] ?? Number.NaN))
    console.log(
      `| ${name} | ${count} | ${median(nsPerCall).toFixed(0)} (${spread(nsPerCall, 0)}) | ${median(ratios).toFixed(1)} (${spread(ratios, 1)}) |`,
    )
  }
}

/** Runs dd and returns ns per system call: it reads and writes once per byte. */
async function dd(count: number, under: readonly string[]): Promise<number> {
  const [file = 'dd', ...args] = [...under, 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`]
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
  const chunks: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise((resolve) => child.once('close', resolve))
  const text = Buffer.concat(chunks).toString()
  const seconds = Number(/copied, ([\d.e+-]+) s/.exec(text)?.[1] ?? Number.NaN)
  if (status !== 0 || !(seconds > 0)) throw new Error(`${file}: ${text}`)
  return (seconds * 1e9) / (2 * count)
}

async function underCapture(facts: HostFacts): Promise<number> {
  const spec: CaptureSpec = { recipe: 'syscall-breakdown', durationMs: 120_000, rateHz: 99 }
  const plan = await planCapture(spec, facts)
  const controller = new AbortController()
  let nsPerCall = Number.NaN
  let last: SyscallSnapshot | undefined
  await runCapture(plan, {
    hostId: 'bench',
    hostName: 'bench',
    workDir: folder,
    signal: controller.signal,
    onAttached: async () => {
      nsPerCall = await dd(COUNT, [])
      controller.abort()
    },
    onProfile: () => {},
    onSyscalls: (snapshot) => {
      last = snapshot
    },
  })
  // A tracer that is quick because it misses calls would be no achievement.
  const pids = new Set(last?.processes.filter(({ comm }) => comm === 'dd').map(({ pid }) => pid))
  const writes = Math.max(0, ...(last?.rows.filter((row) => pids.has(row.pid) && row.name === 'write').map((row) => row.calls) ?? []))
  if (writes < COUNT || writes > COUNT + 20) throw new Error(`${writes} writes were counted, not ${COUNT}`)
  return nsPerCall
}
