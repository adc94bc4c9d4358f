/**
 * How often the odd host out is a false alarm, and how often it is found, on made-up fleets:
 *
 *   node --import tsx bench/odd-hosts.ts [first seed] [fleets of each kind]
 *
 * A line for each kind of fleet: the share of fleets in which a host that is not odd is called so, and the share of odd hosts found.
 */
import { FLEET_PARTS, type FleetShape, oddOnesOut, syntheticFleet } from '@sonde/stats'

const firstSeed = Number(process.argv[2] ?? 1)
const fleets = Number(process.argv[3] ?? 100)

const SHAPES: FleetShape[] = [3, 5, 10, 40].flatMap((hosts): FleetShape[] => [
  { hosts, samples: 2_000, kind: 'alike' },
  { hosts, samples: 2_000, kind: 'together' },
  { hosts, samples: 2_000, kind: 'bursts' },
  { hosts, samples: 2_000, kind: 'various', likeness: 50 },
  { hosts, samples: 2_000, kind: 'various', likeness: 10 },
  { hosts, samples: 2_000, kind: 'alike', odd: 1, oddShare: 0.05 },
  { hosts, samples: 2_000, kind: 'alike', odd: 1, oddShare: 0.1 },
  { hosts, samples: 2_000, kind: 'bursts', odd: 1, oddShare: 0.2 },
  { hosts, samples: 2_000, kind: 'various', likeness: 50, odd: 1, oddShare: 0.2 },
])
SHAPES.push({ hosts: 40, samples: 2_000, kind: 'various', likeness: 50, odd: 3, oddShare: 0.2 })
SHAPES.push({ hosts: 10, samples: 500, kind: 'alike' }, { hosts: 10, samples: 500, kind: 'alike', odd: 1, oddShare: 0.2 })
SHAPES.push({ hosts: 10, samples: 20_000, kind: 'alike' }, { hosts: 10, samples: 20_000, kind: 'alike', odd: 1, oddShare: 0.02 })

console.log(`seeds ${firstSeed} to ${firstSeed + fleets - 1}\nfalse alarm  found  fleet`)
for (const shape of SHAPES) {
  const odd = shape.odd ?? 0
  let [alarms, found] = [0, 0]
  for (let seed = firstSeed; seed < firstSeed + fleets; seed++) {
    const result = oddOnesOut(syntheticFleet(shape, seed), { parts: FLEET_PARTS, seed })
    if (result.slice(odd).some((host) => host.odd)) alarms++
    found += result.slice(0, odd).filter((host) => host.odd).length
  }
  const share = (count: number) => `${((count / fleets) * 100).toFixed(0)} %`
  console.log(`${share(alarms).padStart(11)}  ${(odd === 0 ? '' : share(found / odd)).padStart(5)}  ${JSON.stringify(shape)}`)
}
