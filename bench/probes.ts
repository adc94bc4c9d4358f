import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type CaptureSpecInput, captureSpecSchema, type HostFacts } from '@sonde/contract'
import { type CollectorResult, detectFacts, planCapture, runCapture } from '@sonde/tracer'
import { machineFacts } from './machine-facts.ts'
import { median, spread } from './median.ts'

/**
 * What a hit of a probe costs the program that hits it: counts, latencies and events at a tracepoint, a function's entry, its return and
 * USDT probes. Through runCapture, the exact programs of a real capture of the whole host; beside them the shortest bpftrace script
 * that a person would write for the same answer, and perf where it has one. CPU time of the program itself, above what it takes untraced;
 * what the tools use beside it is not in there. Fails where a way does not count every hit.
 *
 *   npx tsx bench/probes.ts [--runs 5] [--only latency]
 *
 * Needs root, perf, bpftrace and gcc.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, only: { type: 'string', default: '' } } })
const runs = Number(values.runs)
if (!(runs >= 1)) throw new Error('--runs takes a number')

const HITS = 100_000
/** Rows that may come in a second, with a margin: each of them is kept. */
const ROWS = 4_500
/** Times that the program runs under a tool before the tool is stopped: the cheapest counts, since other work only ever adds to it. */
const REPEATS = { quick: 7, paused: 3 } as const
/** Limits of rows are by the second. */
const SECOND_MS = 1_100
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))
const program = path.join(folder, 'probes-workload')
/** perf finds functions through events that someone makes first. (An agent that starts would remove a group of Sonde's own.) */
const GROUP = `bench_probes_${process.pid}`

type Mode = 'calls' | 'function' | 'usdt'
type Instrument = CaptureSpecInput['instruments'][number]
/** A tool at work: `stop` ends it and says how many hits it has counted, null where it does not say. */
type Running = { stop(): Promise<number | null> }
type Way = { name: string; start(): Promise<Running>; costs: number[] }
type Row = {
  probe: string
  collector: string
  mode: Mode
  hits: number
  pauseMs: number
  ours: Instrument
  byHand: string
  perf: [string, string[]][]
}

try {
  await main()
} finally {
  removeEvents()
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  execFileSync('gcc', ['-O2', '-fcf-protection=none', '-o', program, path.join(import.meta.dirname, 'probes-workload.c')])
  makeEvents()
  const facts = await detectFacts()
  const rows = rowsToMeasure().filter(({ probe, collector }) => `${collector} ${probe}`.includes(values.only))
  const waysOf = new Map(rows.map((row) => [row, waysFor(row, facts)]))
  const untraced = new Map(rows.map((row) => [row, [] as number[]]))
  for (let run = 0; run < runs; run++) {
    for (const [row, ways] of waysOf) {
      untraced.get(row)?.push(await cheapest(row))
      for (const way of ways) {
        way.costs.push(await costUnder(way, row))
        console.error(`${run + 1}/${runs} ${row.collector} ${row.probe}, ${way.name}: ${way.costs.at(-1)?.toFixed(0)}`)
      }
    }
  }
  console.log(machineFacts())
  console.log(`\nCPU ns per hit on top of the untraced program, n = ${runs} alternating rounds, median (min–max).\n`)
  console.log('| collector | hit | way | CPU ns | times bpftrace by hand |')
  console.log('|---|---|---|---|---|')
  for (const [row, ways] of waysOf) {
    const base = untraced.get(row) ?? []
    const added = (way: Way) => way.costs.map((cost, i) => cost - (base[i] ?? Number.NaN))
    const [, byHand] = ways
    for (const [i, way] of ways.entries()) {
      const times = byHand === undefined ? [] : added(way).map((cost, at) => cost / (added(byHand)[at] ?? Number.NaN))
      const first = i === 0 ? `${row.collector} | ${row.probe} (${median(base).toFixed(0)} ns untraced)` : ' | '
      console.log(
        `| ${first} | ${way.name} | ${median(added(way)).toFixed(0)} (${spread(added(way), 0)}) | ${median(times).toFixed(2)} (${spread(times, 2)}) |`,
      )
    }
  }
}

function rowsToMeasure(): Row[] {
  const binary = { of: 'path', path: program } as const
  const enter = { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_getppid' } as const
  const exit = { ...enter, name: 'sys_exit_getppid' } as const
  const entry = { kind: 'uprobe', binary, function: 'leaf', at: 'entry' } as const
  const leaving = { ...entry, at: 'return' } as const
  const begin = { kind: 'usdt', binary, provider: 'bench', name: 'begin' } as const
  const end = { ...begin, name: 'end' } as const
  const places = {
    tracepoint: {
      at: 'tracepoint:syscalls:sys_enter_getppid',
      mode: 'calls',
      probe: enter,
      argument: 'args->__syscall_nr',
      field: 'args.__syscall_nr',
    },
    uprobe: { at: `uprobe:${program}:leaf`, mode: 'function', probe: entry, argument: 'arg0', field: 'args.arg0' },
    uretprobe: { at: `uretprobe:${program}:leaf`, mode: 'function', probe: leaving, argument: 'retval', field: 'ret' },
    usdt: { at: `usdt:${program}:bench:begin`, mode: 'usdt', probe: begin, argument: 'arg0', field: 'args.arg0' },
  } as const
  const perfEvent = {
    tracepoint: 'syscalls:sys_enter_getppid',
    uprobe: `${GROUP}:entry`,
    uretprobe: `${GROUP}:leaving`,
    usdt: null,
  } as const
  const rows: Row[] = []
  for (const [name, { at, mode, probe }] of entriesOf(places)) {
    const event = perfEvent[name]
    rows.push({
      probe: name,
      collector: 'counts',
      mode,
      hits: HITS,
      pauseMs: 0,
      ours: { collector: 'counts', probes: [probe] },
      byHand: `${at} { @[pid] = count(); }`,
      perf: event === null ? [] : [['`perf stat -a` (no process)', ['stat', '-a', '-e', event]]],
    })
  }
  const span = (from: string, to: string) =>
    `${from} { @s[tid] = nsecs; } ${to} /@s[tid]/ { $l = nsecs - @s[tid]; @h[pid] = hist($l); @t[pid] = sum($l); @m[pid] = max($l); delete(@s[tid]); }`
  const spans: [string, Mode, Instrument, string][] = [
    [
      'tracepoint → tracepoint',
      'calls',
      { collector: 'latency', start: { probe: enter }, probe: exit },
      span('tracepoint:syscalls:sys_enter_getppid', 'tracepoint:syscalls:sys_exit_getppid'),
    ],
    [
      'uprobe → uretprobe',
      'function',
      { collector: 'latency', start: { probe: entry }, probe: leaving },
      span(`uprobe:${program}:leaf`, `uretprobe:${program}:leaf`),
    ],
    [
      'usdt → usdt',
      'usdt',
      { collector: 'latency', start: { probe: begin }, probe: end },
      span(`usdt:${program}:bench:begin`, `usdt:${program}:bench:end`),
    ],
  ]
  for (const [name, mode, ours, byHand] of spans)
    rows.push({ probe: name, collector: 'latency', mode, hits: HITS, pauseMs: 0, ours, byHand, perf: [] })
  for (const [name, { at, mode, probe, argument, field }] of entriesOf(places)) {
    const event = perfEvent[name]
    rows.push({
      probe: name,
      collector: 'events, each kept',
      mode,
      hits: ROWS,
      pauseMs: SECOND_MS,
      ours: { collector: 'events', probe, fields: [field], maxRows: 100_000, maxPerSecond: 5_000 },
      byHand: `${at} { printf("%llu %d %d %d %s %d\\n", nsecs, cpu, pid, tid, comm, ${argument}); @n = count(); }`,
      perf: event === null ? [] : [['`perf record -a`', ['record', '-q', '-a', '-e', event, '-o', '/dev/null']]],
    })
  }
  const { at, mode, probe, field } = places.tracepoint
  rows.push({
    probe: 'tracepoint',
    collector: 'events, beyond the cap',
    mode,
    hits: HITS,

    pauseMs: 0,
    ours: { collector: 'events', probe, fields: [field], maxRows: 100, maxPerSecond: 100 },
    byHand: `${at} { if (@b < 100) { @b++; printf("%llu %d %d %d %s %d\\n", nsecs, cpu, pid, tid, comm, args->__syscall_nr); } else { @o = count(); } }`,
    perf: [],
  })
  return rows
}

function entriesOf<T extends object>(table: T): [keyof T & string, T[keyof T]][] {
  return Object.entries(table) as [keyof T & string, T[keyof T]][]
}

function waysFor(row: Row, facts: HostFacts): Way[] {
  return [
    { name: 'Sonde', start: () => startSonde(row.ours, facts), costs: [] },
    { name: 'bpftrace by hand', start: () => startBpftrace(row.byHand), costs: [] },
    ...row.perf.map(([name, args]): Way => ({ name, start: () => startPerf(args), costs: [] })),
  ]
}

function repeatsOf({ pauseMs }: Row): number {
  return pauseMs > 0 ? REPEATS.paused : REPEATS.quick
}

async function costUnder(way: Way, row: Row): Promise<number> {
  const tool = await way.start()
  const cost = await cheapest(row)
  const counted = await tool.stop()
  const wanted = repeatsOf(row) * row.hits
  // Others may make the same system call; nobody else runs this program.
  const isWrong = counted !== null && (row.mode === 'calls' ? counted < wanted || counted > wanted * 1.02 + 500 : counted !== wanted)
  if (isWrong) throw new Error(`${way.name} counted ${counted} of ${wanted} hits: ${row.collector} ${row.probe}`)
  return cost
}

async function cheapest(row: Row): Promise<number> {
  const costs: number[] = []
  for (let i = 0; i < repeatsOf(row); i++) {
    if (row.pauseMs > 0) await sleep(row.pauseMs)
    costs.push(await costOf(row))
  }
  return Math.min(...costs)
}

async function costOf({ mode, hits }: Row): Promise<number> {
  const child = spawn(program, [mode, String(hits)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const text = await outputOf(child)
  const cost = Number(text)
  if (!(cost > 0)) throw new Error(`the program printed ${JSON.stringify(text)}`)
  return cost
}

async function startSonde(instrument: Instrument, facts: HostFacts): Promise<Running> {
  const spec = captureSpecSchema.parse({ version: 2, recipe: null, instruments: [instrument], durationMs: 120_000 })
  const results: CollectorResult[] = []
  let stop: () => void = () => {}
  let ready: () => void = () => {}
  const attached = new Promise<void>((resolve) => {
    ready = resolve
  })
  const over = runCapture(await planCapture(spec, facts), {
    hostId: 'bench',
    hostName: 'bench',
    workDir: folder,
    signal: new AbortController().signal,
    onAttached: () => {},
    brake: (view) => {
      stop = () => view.stop('measured')
      ready()
      return () => {}
    },
    onResult: (result) => {
      results.push(result)
      return 1
    },
  })
  await Promise.race([attached, over])
  return {
    stop: async () => {
      stop()
      await over
      return results.reduce((sum, result) => sum + hitsIn(result), 0)
    },
  }
}

function hitsIn(result: CollectorResult): number {
  if (result.kind === 'events') return result.delta.rows.length + result.delta.overCap + result.delta.lost
  if (result.kind !== 'counts' && result.kind !== 'latency') return 0
  return result.delta.slices.reduce((sum, { rows }) => rows.reduce((all, { count }) => all + count, sum), result.delta.lost)
}

/** Ready at the first tick of the last probe; what it prints goes nowhere but for its maps. */
async function startBpftrace(script: string): Promise<Running> {
  const tick = 'interval:ms:20 { if (@ready == 0) { @ready = 1; printf("ready\\n"); } }'
  const tool = spawn('bpftrace', ['-e', `${script} ${tick}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  const output = outputOf(tool)
  await new Promise<void>((resolve, reject) => {
    tool.stdout?.on('data', (chunk: Buffer) => (chunk.includes('ready') ? resolve() : undefined))
    void output.then((text) => reject(new Error(`bpftrace ended: ${text}`)))
  })
  return {
    stop: async () => {
      tool.kill('SIGINT')
      const text = await output
      // @[pid]: count, buckets of @h[pid], or @n and @o: whichever there is.
      const buckets = [...text.matchAll(/^\[.*\)?\s+(\d+) \|/gm)]
      const counts = buckets.length > 0 ? buckets : [...text.matchAll(/^@(?:\[\d+\]|n|o|b): (\d+)$/gm)]
      return counts.reduce((sum, match) => sum + Number(match[1]), 0)
    },
  }
}

async function startPerf(args: readonly string[]): Promise<Running> {
  const tool = spawn('perf', [...args], { stdio: 'ignore' })
  const ended = new Promise((resolve) => tool.once('close', resolve))
  await sleep(700)
  return {
    stop: async () => {
      tool.kill('SIGINT')
      await ended
      return null
    },
  }
}

async function outputOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((resolve) => child.once('close', resolve))
  return Buffer.concat(chunks).toString()
}

function makeEvents(): void {
  const offset = /^([0-9a-f]+) T leaf$/m.exec(execFileSync('nm', [program], { encoding: 'utf8' }))?.[1] ?? ''
  const events = [`p:${GROUP}/entry ${program}:0x${offset}`, `r:${GROUP}/leaving ${program}:0x${offset}`]
  for (const event of events) writeFileSync('/sys/kernel/tracing/uprobe_events', event, { flag: 'a' })
}

function removeEvents(): void {
  if (!readFileSync('/sys/kernel/tracing/uprobe_events', 'utf8').includes(`:${GROUP}/`)) return
  for (const event of ['entry', 'leaving']) writeFileSync('/sys/kernel/tracing/uprobe_events', `-:${GROUP}/${event}`, { flag: 'a' })
}
