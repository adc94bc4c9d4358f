import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { recordMixedWorkload } from './cpu-profile-workload.ts'
import { machineFacts } from './machine-facts.ts'
import { median, spread } from './median.ts'

/**
 * CPU seconds (user + system, children included) that it takes to turn a real perf.data into folded stacks:
 * our way against `perf script | stackcollapse-perf.pl`, alternating, on the same file, with equal results.
 *
 *   git clone --depth 1 https://github.com/brendangregg/FlameGraph /tmp/FlameGraph
 *   npx tsx bench/cpu-profile.ts --stackcollapse /tmp/FlameGraph/stackcollapse-perf.pl [--runs 5] [--seconds 14] [--data perf.data]
 *
 * Needs root, perf and a C compiler. `--data`: measure this file (of `perf record -g`) and record nothing.
 */
const { values } = parseArgs({
  options: {
    stackcollapse: { type: 'string' },
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '14' },
    data: { type: 'string' },
  },
})
const { stackcollapse } = values
const runs = Number(values.runs)
const seconds = Number(values.seconds)
if (stackcollapse === undefined || !existsSync(stackcollapse)) {
  throw new Error('--stackcollapse takes the path of stackcollapse-perf.pl (git clone https://github.com/brendangregg/FlameGraph)')
}
if (!(runs >= 1) || !(seconds >= 1)) throw new Error('--runs and --seconds take numbers')

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-bench-'))
try {
  await main(stackcollapse)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(collapse: string): Promise<void> {
  const data = values.data ?? (await recordMixedWorkload(folder, seconds))
  const worker = path.join(folder, 'fold-perf-data.mjs')
  // Bundled as the agent is: what is measured includes starting Node and loading the code.
  await build({
    entryPoints: [path.join(import.meta.dirname, 'cpu-profile-worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: worker,
    logLevel: 'error',
  })
  const ours = `'${process.execPath}' '${worker}' '${data}' '${folder}/ours.folded'`
  const classic = `perf script -f -i '${data}' 2>/dev/null | perl '${collapse}' > '${folder}/classic.folded' 2>/dev/null`
  const classicNoInline = `perf script -f --no-inline -i '${data}' 2>/dev/null | perl '${collapse}' > '${folder}/classic.folded' 2>/dev/null`

  const samples = checkEqual(data, worker, collapse, classicNoInline)
  const ways = [
    { name: 'Sonde: records read directly, perf resolves each address once', command: ours, cpuSeconds: [] as number[] },
    { name: '`perf script --no-inline \\| stackcollapse-perf.pl`', command: classicNoInline, cpuSeconds: [] as number[] },
    { name: '`perf script \\| stackcollapse-perf.pl`', command: classic, cpuSeconds: [] as number[] },
  ]
  for (const way of ways) cpuSecondsOf(way.command)
  for (let run = 0; run < runs; run++) for (const way of ways) way.cpuSeconds.push((cpuSecondsOf(way.command) * 100_000) / samples)

  const base = ways[0]?.cpuSeconds ?? []
  console.log(machineFacts())
  console.log(
    `\n${samples} samples in ${(statSync(data).size / 1e6).toFixed(1)} MB, ${runs} alternating runs. Folded counts of all three are equal.\n`,
  )
  console.log('| way | CPU s per 100k samples, median (min–max) | times ours, median (min–max) |')
  console.log('|---|---|---|')
  for (const way of ways) {
    // Round by round: each run against ours of the same round.
    const ratios = way.cpuSeconds.map((value, i) => value / (base[i] ?? Number.NaN))
    console.log(
      `| ${way.name} | ${median(way.cpuSeconds).toFixed(2)} (${spread(way.cpuSeconds, 2)}) | ${median(ratios).toFixed(1)} (${spread(ratios, 1)}) |`,
    )
  }
}

/** User + system seconds of a shell pipeline with all its processes (bash's `time`). */
function cpuSecondsOf(command: string): number {
  const result = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time { ${command}; }`], { encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}`)
  const [user = Number.NaN, system = Number.NaN] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return user + system
}

/**
 * Runs both ways once and compares every folded line. The classic script renames what it prints ([unknown] becomes the library's name, Java
 * and C++ signatures get shorter), so it is given our stacks too, each once, to learn what it would call them.
 * @returns samples in the file
 */
function checkEqual(data: string, worker: string, collapse: string, classic: string): number {
  cpuSecondsOf(classic)
  const raw = path.join(folder, 'raw.json')
  cpuSecondsOf(`'${process.execPath}' '${worker}' '${data}' '${folder}/ours.folded' '${raw}'`)
  const stacks: { comm: string; frames: string[]; weight: number }[] = JSON.parse(readFileSync(raw, 'utf8'))
  // The number at the end of the name leads from a folded line back to the stack that it was made of.
  const text = stacks
    .map(({ comm, frames }, i) => `${comm}#${i} 1/1 1.0: cpu-clock: \n${frames.map((frame) => `\t1 ${frame}\n`).join('')}\n`)
    .join('')
  const input = path.join(folder, 'ours.txt')
  writeFileSync(input, text)
  const named = spawnSync('perl', [collapse, input], { encoding: 'utf8', maxBuffer: 2 ** 30 }).stdout
  const ours = new Map<string, number>()
  for (const line of named.trimEnd().split('\n')) {
    const match = /^([^;]*)#(\d+)(;.*)? 1$/.exec(line)
    if (match === null) throw new Error(`an unexpected line: ${line.slice(0, 200)}`)
    const key = `${match[1]}${match[3] ?? ''}`
    ours.set(key, (ours.get(key) ?? 0) + (stacks[Number(match[2])]?.weight ?? 0))
  }
  const theirs = new Map<string, number>()
  for (const line of readFileSync(path.join(folder, 'classic.folded'), 'utf8').trimEnd().split('\n')) {
    const at = line.lastIndexOf(' ')
    // Idle tasks are no CPU time; ours leaves them out.
    if (/^swapper(;|$)/.test(line)) continue
    // Of a task that has lost its pid (-1) the script takes CPU and time for part of the name.
    const key = line.slice(0, at).replace(/^:-1_[^;]*/, ':-1')
    theirs.set(key, (theirs.get(key) ?? 0) + Number(line.slice(at + 1)))
  }
  // The script adds up periods: ns of CPU time, the same for every sample.
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0)
  const [some = ''] = ours.keys()
  const period = (theirs.get(some) ?? Number.NaN) / (ours.get(some) ?? Number.NaN)
  const different = [...new Set([...ours.keys(), ...theirs.keys()])].filter((key) => (ours.get(key) ?? 0) * period !== theirs.get(key))
  if (different.length > 0) {
    const show = different.slice(0, 5).map((key) => `  ours ${ours.get(key)}, classic ${theirs.get(key)}: ${key.slice(0, 300)}`)
    throw new Error(`${different.length} folded lines differ:\n${show.join('\n')}`)
  }
  return sum(ours)
}
