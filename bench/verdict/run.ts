import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { machineFacts } from '../machine-facts.ts'
import { median, spread } from '../median.ts'
import { evaluatePairs, type PairsOf, PLANTED, wilson } from './evaluate.ts'
import { type Recording, readRecording, record } from './record.ts'

/**
 * How often a verdict errs, on real captures: of one steady program, of the same with one function 20 % slower, and with one call's waits 20 %
 * longer. Records what is not in the folder yet (stacks at 999 Hz and system calls, through what the agent records with), compares pairs, and
 * writes results.json beside this file (biome formats it).
 *
 *   node --import tsx bench/verdict/run.ts [--folder /tmp/sonde-verdict] [--captures 72] [--seconds 20] [--pairs 200] [--seed 5005]
 *
 * Needs root, perf, gcc, chrt and `npm run build:native`. 72 captures take half an hour.
 */
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '/tmp/sonde-verdict' },
    captures: { type: 'string', default: '72' },
    seconds: { type: 'string', default: '20' },
    pairs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '5005' },
  },
})
const [captures, seconds, pairs, seed] = [values.captures, values.seconds, values.pairs, values.seed].map(Number)
if (!captures || !seconds || !pairs || !seed) throw new Error('--captures, --seconds, --pairs and --seed take numbers')

await record(values.folder, { from: 0, to: captures, seconds })
const recordings: Recording[] = []
for (let index = 0; index < captures; index++) {
  const recording = readRecording(values.folder, index)
  if (recording) recordings.push(recording)
}

const table = [
  evaluatePairs(recordings, 'same', { count: pairs, seed }),
  evaluatePairs(recordings, 'slower', { count: pairs, seed }),
  evaluatePairs(recordings, 'waits', { count: pairs, seed }),
]
const of = (pick: (recording: Recording) => number, variant?: string) =>
  recordings.filter((one) => !variant || one.variant === variant).map(pick)
const nsOf = (variant: string) => median(of(({ facts }) => facts.calls[PLANTED.function]?.ns ?? 0, variant))

console.log(machineFacts())
console.log(
  `\n${recordings.length} captures of ${seconds} s: ${median(of(({ facts }) => facts.quality.samples))} (${spread(
    of(({ facts }) => facts.quality.samples),
    0,
  )}) samples, ` +
    `load of the machine ${median(of(({ facts }) => facts.load1)).toFixed(0)} (${spread(
      of(({ facts }) => facts.load1),
      0,
    )}). ` +
    `A call of ${PLANTED.function} by the program's own clock: ${nsOf('same')} ns, slower ${nsOf('slower')} ns (+${((nsOf('slower') / nsOf('same') - 1) * 100).toFixed(1)} %). Seed ${seed}.\n`,
)
console.log(
  '| B, against the program as it is | captures A, B | pairs | anything reported | what was planted found | something else reported |',
)
console.log('|---|---|---|---|---|---|')
const NAMES = { same: 'the same (A/A)', slower: `\`${PLANTED.function}\` 20 % slower`, waits: `\`${PLANTED.call}\` waits 20 % longer` }
for (const row of table) console.log(rowOf(row))
for (const row of table) {
  console.log(
    `\n${row.variant}: \`${PLANTED.function}\` changed by ${percent(row.change, 2)} of CPU on average (half-width ${percent(row.halfWidth, 2)}), by the program's own clock ${percent(row.truth, 2)}, which lies in ${percent(row.covered / row.pairs, 1)} of the 95 % intervals. Else reported: ${JSON.stringify(row.otherNames)}`,
  )
}
const summary = {
  seed,
  seconds,
  captures: recordings.map(({ index, variant, facts: { seed: own, load1, quality, calls } }) => ({
    index,
    variant,
    seed: own,
    load1,
    samples: quality.samples,
    syscalls: quality.syscalls,
    plantedNs: calls[PLANTED.function]?.ns,
  })),
  table,
}
writeFileSync(path.join(import.meta.dirname, 'results.json'), `${JSON.stringify(summary)}\n`)

function rowOf({ variant, captures: from, pairs: all, any, found, others }: PairsOf): string {
  return `| ${NAMES[variant]} | ${from.a}, ${from.b} | ${all} | ${share(any, all)} | ${variant === 'same' ? '' : share(found, all)} | ${variant === 'same' ? '' : share(others, all)} |`
}

function share(count: number, all: number): string {
  const [low, high] = wilson(count, all)
  return `${count}: ${percent(count / all, 1)} (${percent(low, 1)}–${percent(high, 1)})`
}

function percent(value: number, digits: number): string {
  return `${(value * 100).toFixed(digits)} %`
}
