import type { CaptureCounters, CounterSeries } from '@sonde/contract'

/**
 * Counters that say something together. `per`: the other one of the pair; `scale`: what 1 is shown as. Names as perf has them; what
 * stands before the first name that the host has counts.
 */
type Pair = {
  id: string
  title: string
  of: readonly string[]
  per: readonly string[]
  show: 'number' | 'share' | 'perThousand'
  reading: string
}

const PAIRS: readonly Pair[] = [
  {
    id: 'ipc',
    title: 'Instructions per cycle',
    of: ['instructions'],
    per: ['cycles', 'cpu-cycles'],
    show: 'number',
    reading: 'Well below 1: the CPU waits, mostly for memory. Above 2: it computes.',
  },
  {
    id: 'cache',
    title: 'Cache misses',
    of: ['cache-misses'],
    per: ['cache-references'],
    show: 'share',
    reading: 'Share of the accesses to the last cache that went to memory.',
  },
  {
    id: 'llc',
    title: 'Last-level cache load misses',
    of: ['LLC-load-misses'],
    per: ['LLC-loads'],
    show: 'share',
    reading: 'Share of the loads that reached the last cache and went to memory.',
  },
  {
    id: 'l1d',
    title: 'L1 data cache load misses',
    of: ['L1-dcache-load-misses'],
    per: ['L1-dcache-loads'],
    show: 'share',
    reading: 'Share of all loads that missed the first cache.',
  },
  {
    id: 'dtlb',
    title: 'Data TLB load misses',
    of: ['dTLB-load-misses'],
    per: ['dTLB-loads'],
    show: 'share',
    reading: 'Share of loads whose page had to be looked up; huge pages lower it.',
  },
  {
    id: 'itlb',
    title: 'Instruction TLB load misses',
    of: ['iTLB-load-misses'],
    per: ['iTLB-loads'],
    show: 'share',
    reading: 'Share of instruction fetches whose page had to be looked up.',
  },
  {
    id: 'branch',
    title: 'Branch misses',
    of: ['branch-misses'],
    per: ['branches', 'branch-instructions'],
    show: 'share',
    reading: 'Share of branches that were guessed wrongly.',
  },
  {
    id: 'frontend',
    title: 'Stalled in the front end',
    of: ['stalled-cycles-frontend'],
    per: ['cycles', 'cpu-cycles'],
    show: 'share',
    reading: 'Cycles in which no instruction was ready.',
  },
  {
    id: 'backend',
    title: 'Stalled in the back end',
    of: ['stalled-cycles-backend'],
    per: ['cycles', 'cpu-cycles'],
    show: 'share',
    reading: 'Cycles in which instructions waited for data or for a unit.',
  },
  {
    id: 'mpki',
    title: 'Cache misses per 1,000 instructions',
    of: ['cache-misses', 'LLC-load-misses'],
    per: ['instructions'],
    show: 'perThousand',
    reading: 'Above 10 the work is bound by memory.',
  },
]

export type CounterRatio = {
  id: string
  title: string
  reading: string
  show: Pair['show']
  hostId: string
  hostName: string
  /** `cache-misses / cache-references`. */
  from: string
  /** Null where the divisor is 0 or was not counted. */
  value: number | null
  /** The smaller share in which one of the two really ran. */
  runningShare: number
  values: (number | null)[]
}

/** `cycles:u` and `cycles` are the same counter, seen in another mode. */
const plainName = (event: string): string => event.replace(/:.*$/, '')

/** Ratios of the counters that are there, host by host, all CPUs together. Nothing is divided that does not count the same time. */
export function counterRatios(data: CaptureCounters): CounterRatio[] {
  const ratios: CounterRatio[] = []
  const hosts = byHost(data.series)
  for (const pair of PAIRS) {
    for (const [hostId, series] of hosts) {
      const find = (names: readonly string[]) => names.map((name) => series.get(name)).find((one) => one !== undefined)
      const [of, per] = [find(pair.of), find(pair.per)]
      if (!of || !per) continue
      const { id, title, reading, show } = pair
      ratios.push({
        id: `${id} ${hostId}`,
        title,
        reading,
        show,
        hostId,
        hostName: of.hostName,
        from: `${of.event} / ${per.event}`,
        value: divide(of.value, per.value),
        runningShare: Math.min(of.runningShare, per.runningShare),
        values: of.values.map((value, bin) => divide(value, per.values[bin] ?? null)),
      })
    }
  }
  return ratios
}

/** What one number of another is; null where nothing can be said. */
function divide(of: number | null, per: number | null): number | null {
  return of === null || per === null || per === 0 ? null : of / per
}

/** Series by host and name of the event, all CPUs added up. */
function byHost(series: readonly CounterSeries[]): Map<string, Map<string, CounterSeries>> {
  const hosts = new Map<string, Map<string, CounterSeries>>()
  for (const one of mergeCpus(series)) {
    const known = hosts.get(one.hostId) ?? new Map<string, CounterSeries>()
    hosts.set(one.hostId, known)
    // The first one of a name counts: `cycles` before `cycles:u` in the order of the server.
    if (!known.has(plainName(one.event))) known.set(plainName(one.event), one)
  }
  return hosts
}

/** One series for each event of a host: those of its CPUs added up. */
export function mergeCpus(series: readonly CounterSeries[]): CounterSeries[] {
  const merged = new Map<string, { cpus: number; sum: CounterSeries; runningMs: number }>()
  for (const one of series) {
    const id = JSON.stringify([one.hostId, one.event, one.unit])
    const known = merged.get(id)
    const runningMs = one.runningShare * one.countedMs
    if (!known) {
      merged.set(id, { cpus: 1, sum: { ...one, values: [...one.values] }, runningMs })
      continue
    }
    const { sum } = known
    known.cpus++
    known.runningMs += runningMs
    sum.cpu = null
    sum.value = sum.value === null ? one.value : sum.value + (one.value ?? 0)
    sum.countedMs += one.countedMs
    sum.values = sum.values.map((value, bin) => {
      const other = one.values[bin] ?? null
      return value === null ? other : value + (other ?? 0)
    })
  }
  // CPU time of all together, as wall time again: a rate is of the time that passed.
  return [...merged.values()].map(({ cpus, sum, runningMs }) => ({
    ...sum,
    countedMs: sum.countedMs / cpus,
    runningShare: sum.countedMs > 0 ? runningMs / sum.countedMs : 0,
  }))
}
