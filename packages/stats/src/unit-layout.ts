/**
 * The units of evidence of one side of a comparison: unit u is what host `host[u]` did in slice of time `slice[u]`. Hosts have numbers
 * from 0 on, the same number on both sides for the same host. No two units are of the same host and slice.
 */
export type SideUnits = { host: ArrayLike<number>; slice: ArrayLike<number> }

/** Which group each unit is in, and which host each group is of. */
export type Grouping = { groupOf: Int32Array; hostOf: Int32Array; groups: number }

/**
 * Two sides, and the sizes at which their units are looked at: each by itself, runs of 2, 4 … slices of a host together (what comes in bursts
 * varies more from run to run than its slices say), hosts as a whole (what differs from host to host varies more than all of its slices).
 */
export type UnitLayout = {
  hosts: number
  a: SideLayout
  b: SideLayout
  /** Slices a run, of each level that has at least as many runs as it takes to see how much they vary. */
  runs: number[]
  /** The same hosts, several, are on both sides: what differs between hosts is taken out. */
  paired: boolean
}
export type SideLayout = { units: number; host: Int32Array; levels: Grouping[] }

const RUNS = [1, 2, 4, 8, 16]
/** Degrees of freedom, over both sides, that a level must have. */
const FEWEST = 4

export function unitLayout(a: SideUnits, b: SideUnits): UnitLayout {
  const hostsOf = (side: SideUnits) => new Set(Array.from(side.host))
  const [inA, inB] = [hostsOf(a), hostsOf(b)]
  const hosts = Math.max(-1, ...inA, ...inB) + 1
  const runs = RUNS.filter((run) => run === 1 || freedom(groupUnits(a, run)) + freedom(groupUnits(b, run)) >= FEWEST)
  const side = (units: SideUnits): SideLayout => ({
    units: units.host.length,
    host: Int32Array.from(units.host),
    levels: runs.map((run) => groupUnits(units, run)),
  })
  return { hosts, a: side(a), b: side(b), runs, paired: inA.size >= 2 && inA.size === inB.size && [...inA].every((host) => inB.has(host)) }
}

function groupUnits({ host, slice }: SideUnits, run: number): Grouping {
  const groups = new Map<string, number>()
  const hostOf: number[] = []
  const groupOf = Int32Array.from(host, (own, u) => {
    const key = `${own} ${Math.floor((slice[u] ?? 0) / run)}`
    const known = groups.get(key)
    if (known !== undefined) return known
    groups.set(key, hostOf.length)
    return hostOf.push(own) - 1
  })
  return { groupOf, hostOf: Int32Array.from(hostOf), groups: hostOf.length }
}

const freedom = ({ hostOf }: Grouping): number => hostOf.length - new Set(hostOf).size
