import { idleOf } from './idle-samples.ts'
import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

export type HeatQuestion = {
  /** A whole map: it is what windows are picked from, so none narrows it. */
  selection: Omit<SampleSelection, 'window'>
  /** Cells of a second; a whole number of µs each. */
  rowsPerSecond: number
  /** `each`: a map for every host, the one with most weight first. */
  hosts: 'together' | 'each'
  /** Count the samples of the kernel's idle task too. */
  withIdle: boolean
}

/** Samples and what they weigh, in the profile's unit. */
export type HeatSum = { weight: number; count: number }

/** One map: a value for each stretch of 1 s / rowsPerSecond, in order of time, so that cell = second × rowsPerSecond + row. */
export type HeatLayer = {
  /** '' where hosts are together. */
  hostId: string
  hostName: string
  weight: Float64Array
  /** Events by cell; null where weights count them already. */
  count: Float64Array | null
  total: HeatSum
  /** The largest weight of a cell. */
  most: number
}

export type HeatAnswer = {
  /** The samples carry times. Without, there is no map. */
  timed: boolean
  unit: Profile['meta']['unit']
  rowsPerSecond: number
  /** Whole seconds that the maps cover, from the profile's start. */
  seconds: number
  /** Where the recording ends within them, ms. */
  endMs: number
  layers: HeatLayer[]
  /** Samples of the idle task among the selected ones, in no map unless they were asked for. */
  idle: HeatSum
  /** Selected samples before the start or after the last second: in no map. */
  beyond: HeatSum
  /** Hosts that got no map for want of room, and their samples. */
  leftOut: HeatSum & { hosts: number }
}

/** The longest map, 2 h 46 min. A longer profile has its rest in `beyond`. */
export const MAX_HEAT_SECONDS = 9_999
/** Cells of all maps together: 64 MB with their counts. */
const MAX_CELLS = 4_000_000
const SECOND_US = 1_000_000

/** In place of a map's number: samples that are not selected, and those whose host has no map. */
const NOT_KEPT = -2
const NO_ROOM = -1

/**
 * The sub-second offset heat map of FlameScope (Gregg, Spier 2018): time goes up each column of one second, then on to the next, so that
 * what happens every second stands in a row and what happens once in a cell. One pass over the samples.
 *
 * Its length is the profile's duration in whole seconds, begun ones included; where that is unknown, up to the last sample.
 * Throws RangeError where a second does not divide into `rowsPerSecond` whole µs.
 */
export function heatMap(profile: Profile, { selection, rowsPerSecond, hosts, withIdle }: HeatQuestion): HeatAnswer {
  const rowUs = SECOND_US / rowsPerSecond
  if (!Number.isInteger(rowUs) || rowUs < 1) throw new RangeError(`a second does not divide into ${rowsPerSecond} rows of whole µs`)
  const { meta, samples } = profile
  const none = (): HeatSum => ({ weight: 0, count: 0 })
  const answer: HeatAnswer = {
    timed: meta.timed,
    unit: meta.unit,
    rowsPerSecond,
    seconds: 0,
    endMs: 0,
    layers: [],
    idle: none(),
    beyond: none(),
    leftOut: { ...none(), hosts: 0 },
  }
  if (!meta.timed) return answer

  answer.seconds = secondsOf(profile)
  answer.endMs = Math.min(answer.seconds * 1_000, meta.durationMs > 0 ? meta.durationMs : answer.seconds * 1_000)
  const cells = answer.seconds * rowsPerSecond
  const { keptThreads } = selectSamples(profile, selection)
  const { layers, layerOfHost } = layersOf(profile, keptThreads, hosts, cells)
  answer.layers = layers
  const idle = idleOf(profile)
  const layerOfThread = Int32Array.from(keptThreads, (kept, row) =>
    kept === 0 ? NOT_KEPT : (layerOfHost[profile.threads.host[row] ?? 0] ?? NO_ROOM),
  )
  const { stack, thread, timeUs, weight, count } = samples
  const add = (sum: HeatSum, i: number) => {
    sum.weight += weight[i] ?? 0
    sum.count += count[i] ?? 1
  }
  const leftOutHosts = new Set<number>()
  for (let i = 0; i < samples.length; i++) {
    const row = thread[i] ?? 0
    const at = layerOfThread[row] ?? NOT_KEPT
    if (at === NOT_KEPT) continue
    if (idle !== null && idle.threads[row] === 1 && idle.stacks[stack[i] ?? -1] === 1) {
      add(answer.idle, i)
      if (!withIdle) continue
    }
    const cell = Math.floor((timeUs[i] ?? 0) / rowUs)
    const layer = layers[at]
    if (cell < 0 || cell >= cells) add(answer.beyond, i)
    else if (layer === undefined) {
      add(answer.leftOut, i)
      leftOutHosts.add(profile.threads.host[row] ?? 0)
    } else {
      layer.weight[cell] = (layer.weight[cell] ?? 0) + (weight[i] ?? 0)
      if (layer.count !== null) layer.count[cell] = (layer.count[cell] ?? 0) + (count[i] ?? 1)
      layer.total.weight += weight[i] ?? 0
      layer.total.count += count[i] ?? 1
    }
  }
  answer.leftOut.hosts = leftOutHosts.size
  for (const layer of layers) layer.most = layer.weight.reduce((most, value) => Math.max(most, value), 0)
  return answer
}

function secondsOf({ meta, samples }: Profile): number {
  const lastUs = samples.timeUs[samples.length - 1] ?? 0
  const seconds = meta.durationMs > 0 ? Math.ceil(meta.durationMs / 1_000) : Math.floor(lastUs / SECOND_US) + 1
  return Math.min(MAX_HEAT_SECONDS, Math.max(1, Number.isFinite(seconds) ? seconds : 1))
}

/** Empty maps, and which of them each host row's samples go to. */
function layersOf(
  { meta, hosts, threads, samples }: Profile,
  keptThreads: Uint8Array,
  split: HeatQuestion['hosts'],
  cells: number,
): { layers: HeatLayer[]; layerOfHost: Int32Array } {
  const layer = (hostId: string, hostName: string): HeatLayer => ({
    hostId,
    hostName,
    weight: new Float64Array(cells),
    count: meta.unit === 'samples' ? null : new Float64Array(cells),
    total: { weight: 0, count: 0 },
    most: 0,
  })
  if (split === 'together') return { layers: [layer('', '')], layerOfHost: new Int32Array(hosts.length) }
  const weightOfHost = new Float64Array(hosts.length)
  const isKept = new Uint8Array(hosts.length)
  for (let i = 0; i < threads.length; i++) if (keptThreads[i] === 1) isKept[threads.host[i] ?? 0] = 1
  for (let i = 0; i < samples.length; i++) {
    const row = samples.thread[i] ?? 0
    const host = threads.host[row] ?? 0
    if (keptThreads[row] === 1) weightOfHost[host] = (weightOfHost[host] ?? 0) + (samples.weight[i] ?? 0)
  }
  const order = Array.from({ length: hosts.length }, (_, host) => host)
    .filter((host) => isKept[host] === 1)
    .sort((a, b) => (weightOfHost[b] ?? 0) - (weightOfHost[a] ?? 0) || a - b)
    .slice(0, Math.max(1, Math.floor(MAX_CELLS / cells)))
  const layerOfHost = new Int32Array(hosts.length).fill(NO_ROOM)
  for (const [i, host] of order.entries()) layerOfHost[host] = i
  return { layers: order.map((host) => layer(hosts.id[host] ?? '', hosts.name[host] ?? '')), layerOfHost }
}
