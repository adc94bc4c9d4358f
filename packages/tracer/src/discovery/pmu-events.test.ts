import { pmuEventNameSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { KNOWN_PMU_EVENTS } from './pmu-event-table.ts'
import { parsePerfList, parseSupported } from './pmu-events.ts'

describe('the table of events', () => {
  it('holds each name once, as a spec may ask for it, with a sentence', () => {
    expect(new Set(KNOWN_PMU_EVENTS.map((event) => event.name)).size).toBe(KNOWN_PMU_EVENTS.length)
    for (const { name, description } of KNOWN_PMU_EVENTS) {
      expect(pmuEventNameSchema.safeParse(name).success).toBe(true)
      expect(description).toMatch(/^[A-Z].*\.$/)
    }
    expect(KNOWN_PMU_EVENTS.map((event) => event.name)).toEqual(expect.arrayContaining(['LLC-load-misses', 'dTLB-store-misses', 'cycles']))
  })
})

describe('parseSupported', () => {
  it('takes what has a value, or had no turn', () => {
    const text = `# started on Wed Nov 25

<not supported>,,cycles,0,100.00,,
0.51,msec,cpu-clock,512300,100.00,0.471,CPUs utilized
<not counted>,,LLC-loads,0,0.00,,
48,,page-faults:u,512300,100.00,94.100,K/sec
1234,,cpu_core/instructions/,100,100.00,,
<not supported>,,cpu_atom/branches/,0,100.00,,
`
    expect([...parseSupported(text)]).toEqual(['cpu-clock', 'LLC-loads', 'page-faults', 'instructions'])
  })
})

describe('parsePerfList', () => {
  it('takes events with descriptions, and neither metrics nor tracepoints', () => {
    const text = `
List of pre-defined events (to be used in -e or -M):

  cpu-clock                                          [Software event]
  msr/tsc/                                           [Kernel PMU event]

cache:
  l1d.replacement
       [Counts the number of cache lines replaced in the L1 data cache]
  longest_lat_cache.miss
       [Counts core-originated cacheable requests that miss the L3
        (except [sic] hardware prefetches)]

  sched:sched_switch                                 [Tracepoint event]

Metric Groups:

tlb:
  l1_itlb_misses
       [L1 ITLB Misses]
`
    expect(parsePerfList(text)).toEqual([
      { name: 'l1d.replacement', group: 'cpu', description: 'Counts the number of cache lines replaced in the L1 data cache' },
      {
        name: 'longest_lat_cache.miss',
        group: 'cpu',
        description: 'Counts core-originated cacheable requests that miss the L3 (except [sic] hardware prefetches)',
      },
    ])
    expect(parsePerfList('')).toEqual([])
  })
})
