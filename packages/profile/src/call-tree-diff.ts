import { buildCallTree } from './build-call-tree.ts'
import { type CallTree, type CallTreeOptions, GROUP_KIND, type WeightColumn } from './call-tree.ts'
import { frameKey } from './frame-keys.ts'
import type { Profile, SampleTable } from './profile.ts'
import { selectSamples } from './sample-selection.ts'
import { CLEAR_ERRORS, standardErrors } from './sampling-error.ts'

/**
 * A call tree that compares one host (`here`) with all the others of the selection together (`rest`), or B (`here`) with A (`rest`) of a
 * profile of two sides (`twoSides`). Both are scaled to the same width: `total`, `self` and `start` of a node are its share of all that its
 * side recorded, here and in the rest, added up, so that the root is 2 wide, and what only one of them does is as wide as it is there.
 * (Share of the total, not seconds of a host: hosts that were watched for longer, or are busier, do not weigh more.) `count` is that of
 * both sides, as they are. `compared` may ask for other divisors, and for the widths of one side alone.
 */
export type DiffTree = CallTree & { diff: TreeDiff }

/** How two sides are compared where it is not one host against the rest by its share, each frame judged by itself. */
export type ComparedSides = {
  /** What the sides are called. */
  names: { here: string; rest: string }
  /** What each side's weight is divided by; null: by all that it recorded, so that shares are compared. */
  per: { here: number; rest: number } | null
  /** Of the values after that: `share`, `samples/s`. */
  unit: string
  /** Whose values are the widths of the frames. */
  widths: 'both' | 'here' | 'rest'
  /**
   * Functions (`frameKey`) whose change somebody has judged significant: frames of these are clear, and no others. Null: nobody has, and
   * each frame is judged by what chance explains of it.
   */
  significant: readonly string[] | null
}

export type TreeDiff = {
  /** Totals by node, in the profile's unit and in events, not scaled. `hereCount` is `here` itself where weights are samples. */
  here: WeightColumn
  rest: WeightColumn
  hereCount: WeightColumn
  restCount: WeightColumn
  /** Share here minus share in the rest, −1 to 1; or value minus value, where `compared` says what they are divided by. */
  change: Float32Array
  /** 1: the change is larger than chance explains (`standardErrors`), or was judged to be (`significant`). 0: it may be noise. */
  clear: Uint8Array
  /** Hosts that the rest is made of, in this selection. */
  restHosts: number
  /** Absent for one host against the rest. The list of significant functions stays behind: `isJudged` says whether there was one. */
  compared?: (Omit<ComparedSides, 'significant'> & { isJudged: boolean }) | undefined
}

export type DiffTreeOptions = Pick<CallTreeOptions, 'window' | 'invert'> & {
  hostId: string
  /** Processes and threads of different hosts are never the same, so there are no rows for them; libraries and cgroups may be. */
  group?: CallTreeOptions['group']
  order?: CallTreeOptions['order']
  compared?: ComparedSides | undefined
}

/** Built as `buildCallTree` is, with its errors. A side without a sample has no share of anything. */
export function buildDiffTree(profile: Profile, { hostId, window, invert, group, order, compared }: DiffTreeOptions): DiffTree {
  const sides = sidesOf(profile, hostId, window)
  const options: CallTreeOptions = {
    window,
    invert,
    group: group === 'module' || group === 'cgroup' ? group : 'merged',
    order: order === 'name' ? 'name' : 'weight',
  }
  const { here, rest } = sides
  const divisor = compared?.per ?? { here: here.weight, rest: rest.weight }
  const [hereWidth, restWidth] = [compared?.widths === 'rest' ? 0 : 1, compared?.widths === 'here' ? 0 : 1]
  const share = (i: number) =>
    sides.isHere(i) ? hereWidth * per(divisor.here, sides.weight(i)) : restWidth * per(divisor.rest, sides.weight(i))
  // The same weights, so the same nodes in the same order: each pass has another column where events stand.
  const pass = (column: (sample: number) => number) => buildCallTree(withColumns(profile, share, column), options)
  const hereTree = pass((i) => (sides.isHere(i) ? sides.weight(i) : 0))
  const restWeight = pass((i) => (sides.isHere(i) ? 0 : sides.weight(i))).count
  const isSamples = profile.meta.unit === 'samples'
  const hereCount = isSamples ? hereTree.count : pass((i) => (sides.isHere(i) ? sides.count(i) : 0)).count
  const restCount = isSamples ? restWeight : pass((i) => (sides.isHere(i) ? 0 : sides.count(i))).count

  const { length } = hereTree
  const isSignificant = compared?.significant ? significance(hereTree, compared.significant) : null
  const change = new Float32Array(length)
  const clear = new Uint8Array(length)
  for (let node = 0; node < length; node++) {
    const sideHere = { weight: hereTree.count[node] ?? 0, count: hereCount[node] ?? 0, allWeight: here.weight, allCount: here.count }
    const sideRest = { weight: restWeight[node] ?? 0, count: restCount[node] ?? 0, allWeight: rest.weight, allCount: rest.count }
    change[node] = per(divisor.here, sideHere.weight) - per(divisor.rest, sideRest.weight)
    const isClear = isSignificant ? isSignificant(node) : Math.abs(standardErrors(sideHere, sideRest, profile.meta.unit)) >= CLEAR_ERRORS
    clear[node] = isClear ? 1 : 0
  }
  const diff: TreeDiff = { here: hereTree.count, rest: restWeight, hereCount, restCount, change, clear, restHosts: rest.hosts }
  if (compared) {
    const { significant, ...how } = compared
    diff.compared = { ...how, isJudged: significant !== null }
  }
  return { ...hereTree, count: Float64Array.from(hereCount, (count, node) => count + (restCount[node] ?? 0)), diff }
}

/** Whether a node's function is one of those. A key is made once for each function, not for each node. */
function significance({ labels, modules, label, module, kind }: CallTree, keys: readonly string[]): (node: number) => boolean {
  const wanted = new Set(keys)
  const known = new Map<string, boolean>()
  return (node) => {
    const [name, library, of] = [label[node] ?? 0, module[node] ?? 0, kind[node] ?? 0]
    if (of >= GROUP_KIND.root) return false
    const at = `${name} ${library} ${of}`
    let found = known.get(at)
    if (found === undefined) {
      found = wanted.has(frameKey(labels[name] ?? '', modules[library] ?? '', of))
      known.set(at, found)
    }
    return found
  }
}

const per = (all: number, part: number): number => (all > 0 ? part / all : 0)

type Totals = { weight: number; count: number; hosts: number }

function sidesOf(profile: Profile, hostId: string, window: CallTreeOptions['window']) {
  const { hosts, threads, samples, meta } = profile
  const { from, to } = selectSamples(profile, { window })
  const hereThreads = threads.host.map((host) => (hosts.id[host] === hostId ? 1 : 0))
  const isHere = (sample: number) => hereThreads[samples.thread[sample] ?? 0] === 1
  const weight = (sample: number) => samples.weight[sample] ?? 0
  const count = (sample: number) => (meta.unit === 'samples' ? weight(sample) : (samples.count[sample] ?? 1))
  const here: Totals = { weight: 0, count: 0, hosts: 1 }
  const rest: Totals = { weight: 0, count: 0, hosts: 0 }
  const seen = new Set<number>()
  for (let i = from; i < to; i++) {
    const side = isHere(i) ? here : rest
    side.weight += weight(i)
    side.count += count(i)
    if (side === rest) seen.add(threads.host[samples.thread[i] ?? 0] ?? 0)
  }
  rest.hosts = seen.size
  return { here, rest, isHere, weight, count }
}

/** The same samples with other weights, and with something else where their events stand. */
function withColumns(profile: Profile, weight: (sample: number) => number, count: (sample: number) => number): Profile {
  const { samples } = profile
  const columns: Pick<SampleTable, 'weight' | 'count'> = {
    weight: Float64Array.from(samples.weight, (_, i) => weight(i)),
    count: Float64Array.from(samples.weight, (_, i) => count(i)),
  }
  // Of another unit than samples, so that events have a column of their own.
  return { ...profile, meta: { ...profile.meta, unit: 'count' }, samples: { ...samples, ...columns } }
}
