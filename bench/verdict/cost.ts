import { functionUnits, syntheticProfile } from '@sonde/profile'
import type { ComparisonSide } from '../../packages/domain/src/comparison-side.ts'
import { machineFacts } from '../machine-facts.ts'
import { median, spread } from '../median.ts'
import { compareRecordings } from './compare-recordings.ts'

/**
 * What a verdict costs the server's one thread, once both profiles are merged: laying 100,000 samples a side on hosts × slices, and judging.
 *
 *   node --import tsx bench/verdict/cost.ts
 */
const SAMPLES = 100_000
console.log(machineFacts())
console.log('\n| hosts | functions | lay one side on units, ms | compare, ms |')
console.log('|---|---|---|---|')
for (const hosts of [1, 8, 40]) {
  const profiles = [1, 2].map((seed) => syntheticProfile({ samples: SAMPLES, hosts, seed, nodes: 100_000 }))
  const times = { units: [] as number[], compare: [] as number[] }
  let functions = 0
  for (let run = 0; run < 7; run++) {
    const sides = profiles.map((profile): ComparisonSide => {
      const from = performance.now()
      const units = functionUnits(profile, { slices: 24 })
      times.units.push(performance.now() - from)
      functions = units.frame.length
      const syscalls: ComparisonSide['syscalls'] = { host: [], slice: [], fromMs: [], toMs: [], calls: new Map() }
      return Object.assign(Object.create({ targets: [] }), { profile, functions: units, syscalls, offsetMs: () => 0 })
    })
    const [a, b] = sides
    if (!a || !b) throw new Error('two sides')
    const from = performance.now()
    compareRecordings(a, b)
    times.compare.push(performance.now() - from)
  }
  const figure = (values: number[]) => `${median(values).toFixed(0)} (${spread(values, 0)})`
  console.log(`| ${hosts} | ${functions} | ${figure(times.units)} | ${figure(times.compare)} |`)
}
