import { GROUP_KIND } from './call-tree.ts'
import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** Functions that are told apart, those with the most samples; the rest are one. */
export const MAX_FUNCTIONS = 2_000
/** Slices of time: enough to see what comes in bursts, few enough that each holds samples. */
export const TIME_SLICES = 20

/**
 * What each host spent its samples on: function by function, in slices of time.
 *
 * A "function" is a row of the profile's frame table (name, module and kind), or a process by its name: two hosts that call the same from
 * different processes differ. The last one stands for all that found no room.
 */
export type HostFunctions = {
  functions: ComparedFunctions
  /** How many functions the last one stands for. */
  leftOut: number
  /** Hosts with a sample in the selection, in the order of the profile's table. */
  hosts: HostFunctionShares[]
}
/** `kind`: FRAME_KIND, GROUP_KIND.process, or GROUP_KIND.root for the last one. */
export type ComparedFunctions = { length: number; name: string[]; module: string[]; kind: Uint8Array }
export type HostFunctionShares = {
  id: string
  name: string
  /** Samples that were taken: rows of the sample table, or what their weights count. */
  samples: number
  weight: number
  /** The selected time in TIME_SLICES equal slices, the same for all hosts; null where the host has no sample. */
  slices: (FunctionSlice | null)[]
}
/**
 * Sparse: `weight[k]` of category `index[k]`. Category f is function f by its own samples (self); category `functions.length` + f is
 * function f by all samples that have it anywhere in the stack, recursion counted once (total). A process is in all of its samples.
 */
export type FunctionSlice = { samples: number; index: Uint32Array; weight: Float64Array }

/** Time is that of the samples plus, for each host and slice, that of the distinct stacks × their depth. */
export function hostFunctions(profile: Profile, selection: Pick<SampleSelection, 'window'>): HostFunctions {
  const { hosts, samples, meta } = profile
  const { window } = selection
  const { from, to } = selectSamples(profile, { window })
  const processes = processesByName(profile)
  const slices = sliceRows(profile, from, to).map((rows) => (rows.length === 0 ? null : addUpSlice(profile, processes.ofThread, rows)))
  const { functions, placeOf, leftOut } = chooseFunctions(profile, processes.names, slices)

  const shares = hosts.id.map((id, h): HostFunctionShares => {
    const own = slices.slice(h * TIME_SLICES, (h + 1) * TIME_SLICES)
    const samplesIn = ({ rows }: AddedSlice) =>
      meta.unit === 'samples' ? rows.reduce((sum, row) => sum + (samples.weight[row] ?? 0), 0) : rows.length
    const placed = own.map((slice) => slice && placeSlice(slice, placeOf, functions.length, samplesIn(slice)))
    return {
      id,
      name: hosts.name[h] ?? '',
      samples: placed.reduce((sum, slice) => sum + (slice?.samples ?? 0), 0),
      weight: own.reduce((sum, slice) => sum + (slice?.rows.reduce((s, row) => s + (samples.weight[row] ?? 0), 0) ?? 0), 0),
      slices: placed,
    }
  })
  return { functions, leftOut, hosts: shares.filter((host) => host.slices.some((slice) => slice !== null)) }
}

/** Process names, and for each thread row which of them it belongs to: a process is called as its main thread, else as any of its threads. */
function processesByName({ threads }: Profile): { names: Uint32Array; ofThread: Uint32Array } {
  const comms = new Map<string, number>()
  const keyOf = (thread: number) => `${threads.host[thread]} ${threads.pid[thread]}`
  for (let i = 0; i < threads.length; i++) {
    if (!comms.has(keyOf(i)) || threads.pid[i] === threads.tid[i]) comms.set(keyOf(i), threads.comm[i] ?? 0)
  }
  const places = new Map<number, number>()
  const ofThread = new Uint32Array(threads.length)
  for (let i = 0; i < threads.length; i++) {
    const comm = comms.get(keyOf(i)) ?? 0
    if (!places.has(comm)) places.set(comm, places.size)
    ofThread[i] = places.get(comm) ?? 0
  }
  return { names: Uint32Array.from(places.keys()), ofThread }
}

/** Sample rows by host, and for each host by slice of time. */
function sliceRows({ hosts, threads, samples }: Profile, from: number, to: number): number[][] {
  const buckets = Array.from({ length: hosts.length * TIME_SLICES }, (): number[] => [])
  const startUs = samples.timeUs[from] ?? 0
  const spanUs = Math.max(1, (samples.timeUs[to - 1] ?? 0) - startUs + 1)
  for (let row = from; row < to; row++) {
    const slice = Math.min(TIME_SLICES - 1, Math.floor((((samples.timeUs[row] ?? 0) - startUs) / spanUs) * TIME_SLICES))
    buckets[(threads.host[samples.thread[row] ?? 0] ?? 0) * TIME_SLICES + slice]?.push(row)
  }
  return buckets
}

/** Sparse sums: function rows (frame rows, then processes), each with self and total. */
type AddedSlice = { rows: number[]; functions: number[]; self: number[]; total: number[] }

function addUpSlice({ stacks, frames, samples }: Profile, processOf: Uint32Array, rows: number[]): AddedSlice {
  const byStack = new Map<number, number>()
  const self = new Map<number, number>()
  const total = new Map<number, number>()
  const add = (sums: Map<number, number>, key: number, weight: number) => sums.set(key, (sums.get(key) ?? 0) + weight)
  for (const row of rows) {
    const weight = samples.weight[row] ?? 0
    const stack = samples.stack[row] ?? -1
    const process = frames.length + (processOf[samples.thread[row] ?? 0] ?? 0)
    add(total, process, weight)
    if (stack < 0) add(self, process, weight)
    else add(byStack, stack, weight)
  }
  const seen = new Set<number>()
  for (const [stack, weight] of byStack) {
    add(self, stacks.frame[stack] ?? 0, weight)
    seen.clear()
    for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      if (seen.has(frame)) continue
      seen.add(frame)
      add(total, frame, weight)
    }
  }
  const functions = [...total.keys()]
  return { rows, functions, self: functions.map((row) => self.get(row) ?? 0), total: [...total.values()] }
}

/** The functions with the most samples, in that order, and where each row went. */
function chooseFunctions(
  { frames, strings }: Profile,
  processNames: Uint32Array,
  slices: readonly (AddedSlice | null)[],
): { functions: ComparedFunctions; placeOf: Uint32Array; leftOut: number } {
  const all = new Float64Array(frames.length + processNames.length)
  for (const slice of slices) {
    slice?.functions.forEach((row, k) => {
      all[row] = (all[row] ?? 0) + (slice.total[k] ?? 0)
    })
  }
  const used = Array.from(all.keys()).filter((row) => (all[row] ?? 0) > 0)
  const kept = used.sort((a, b) => (all[b] ?? 0) - (all[a] ?? 0) || a - b).slice(0, MAX_FUNCTIONS)
  const placeOf = new Uint32Array(all.length).fill(kept.length)
  kept.forEach((row, place) => {
    placeOf[row] = place
  })
  const text = (index: number | undefined) => strings[index ?? 0] ?? ''
  const isFrame = (row: number) => row < frames.length
  return {
    functions: {
      length: kept.length + 1,
      name: [...kept.map((row) => text(isFrame(row) ? frames.name[row] : processNames[row - frames.length])), ''],
      module: [...kept.map((row) => (isFrame(row) ? text(frames.module[row]) : '')), ''],
      kind: Uint8Array.from([...kept.map((row) => (isFrame(row) ? (frames.kind[row] ?? 0) : GROUP_KIND.process)), GROUP_KIND.root]),
    },
    placeOf,
    leftOut: used.length - kept.length,
  }
}

function placeSlice({ functions, self, total }: AddedSlice, placeOf: Uint32Array, length: number, samples: number): FunctionSlice {
  const sums = new Map<number, number>()
  functions.forEach((row, k) => {
    const place = placeOf[row] ?? 0
    const own = self[k] ?? 0
    if (own !== 0) sums.set(place, (sums.get(place) ?? 0) + own)
    sums.set(length + place, (sums.get(length + place) ?? 0) + (total[k] ?? 0))
  })
  return { samples, index: Uint32Array.from(sums.keys()), weight: Float64Array.from(sums.values()) }
}
