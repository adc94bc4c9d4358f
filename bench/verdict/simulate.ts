import { judgeSides, type SidesShape } from '@sonde/stats'

/**
 * How often the statistics err on made-up samples whose truth is known, without the effect floor, which would hide it.
 *
 *   node --import tsx bench/verdict/simulate.ts [SEED 991001] [PAIRS 200]
 *
 * False alarms: pairs of nothing different in which anything is found, of 60 functions. Found: pairs in which a function of a fifth of all samples
 * that takes 20 % longer is; covered: the truth lies in its 95 % interval.
 */
const [seed = 991_001, pairs = 200] = process.argv.slice(2).map(Number)

const KINDS: [string, Pick<SidesShape, 'kind' | 'burst' | 'likeness' | 'others'>][] = [
  ['alike', { kind: 'alike' }],
  ['bursts of 2 slices', { kind: 'bursts', burst: 2 }],
  ['bursts of 6 slices', { kind: 'bursts', burst: 6 }],
  ['various hosts, the same on both sides', { kind: 'various' }],
  ['various hosts, others on each side', { kind: 'various', others: true }],
  ['various hosts, each with its day', { kind: 'days' }],
]
const SIZES = [
  { hosts: 1, slices: 10 },
  { hosts: 1, slices: 24 },
  { hosts: 3, slices: 24 },
  { hosts: 8, slices: 24 },
]
const percent = (count: number) => `${((100 * count) / pairs).toFixed(0)} %`

const head = SIZES.map(({ hosts, slices }) => `${hosts} × ${slices}`)
console.log(`10,000 samples a side; ${pairs} pairs a cell, seed ${seed}. False alarms, then found (covered).\n`)
console.log(`| hosts × slices | ${head.join(' | ')} |`)
console.log(`|---|${head.map(() => '---|').join('')}`)
for (const [name, kind] of KINDS) {
  const cells = SIZES.map(({ hosts, slices }) => {
    const shape: SidesShape = { hosts, slices, samples: 10_000 / hosts, ...kind }
    let [alarms, found, covered] = [0, 0, 0]
    for (let pair = 0; pair < pairs; pair++) {
      if (judgeSides(shape, seed + pair).found.length > 0) alarms++
      const { found: slow, changes, truth } = judgeSides({ ...shape, slower: 1.2 }, seed + 100_000 + pair)
      if (slow.includes(0)) found++
      const [one] = changes
      if ((one?.low ?? 1) <= truth && truth <= (one?.high ?? -1)) covered++
    }
    return `${percent(alarms)}, ${percent(found)} (${percent(covered)})`
  })
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
