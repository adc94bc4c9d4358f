import type { Comparison } from '@sonde/contract'
import { FRAME_KIND, type FunctionUnits, type Profile } from '@sonde/profile'
import type { ComparisonSide } from './comparison-side.ts'
import {
  type MeasuredFunctions,
  moveUnits,
  recordedUnits,
  requestsBy,
  secondsOfWeight,
  sumOf,
  type TimedUnits,
} from './comparison-units.ts'

/** What a side's functions are told in: `share` by samples or CPU seconds, else their seconds (or samples) per second or request. */
export function functionUnit({ by }: Comparison, meta: Profile['meta'] | undefined): string {
  if (by === 'samples' || by === 'cpu') return 'share'
  const amount = !meta || secondsOfWeight(meta) === null ? (meta?.unit ?? 'samples') : meta.unit === 'ns' ? 'wait-seconds' : 'cpu-seconds'
  return `${amount}/${by === 'wall' ? 's' : 'request'}`
}

/** Lays a side's samples on its units. Null where there are none, or where what they are divided by cannot be known. */
export function measureFunctions(side: ComparisonSide, which: 'a' | 'b', comparison: Comparison): MeasuredFunctions | null {
  const { profile, functions } = side
  if (!profile || !functions || functions.weight.length === 0) return null
  const own = unitsOf(profile, functions)
  const rows = Array.from(functions.frame, (frame, at) => {
    const text = (index: number | undefined) => profile.strings[index ?? 0] ?? ''
    const [name, module] = [text(profile.frames.name[frame]), text(profile.frames.module[frame])]
    const kind = profile.frames.kind[frame] ?? FRAME_KIND.unknown
    return { key: `${name}\0${module}\0${kind}`, name, module, kind, at, frame }
  })
  const facts = {
    rows,
    event: eventWeight(profile, functions),
    samples: sumOf(functions.events),
    weight: sumOf(functions.weight),
    unknown: sumOf(functions.unknown),
  }
  if (comparison.by === 'samples' || comparison.by === 'cpu') {
    return { ...facts, units: own, divisor: functions.weight, self: functions.self, total: functions.total }
  }
  const lengthMs = functions.sliceUs / 1_000
  const count = Math.max(...functions.slice) + 1
  const units = recordedUnits(side, { fromMs: functions.fromUs / 1_000, lengthMs, count })
  const divisor =
    comparison.by === 'wall'
      ? Float64Array.from(units.fromMs, (from, u) => ((units.toMs[u] ?? 0) - from) / 1_000)
      : requestsBy(side, which, comparison, units)
  if (!divisor || sumOf(divisor) <= 0) return null
  const scale = secondsOfWeight(profile.meta) ?? 1
  const places = new Map(units.host.map((host, u) => [`${units.slice[u]} ${host}`, u]))
  const to = Int32Array.from(own.host, (host, u) => places.get(`${own.slice[u]} ${host}`) ?? -1)
  return {
    ...facts,
    units,
    divisor: divisor.map((value) => value / scale),
    self: moveUnits(functions.self, to),
    total: moveUnits(functions.total, to),
  }
}

export function unitsOf(profile: Profile, { host, slice, fromUs, sliceUs }: FunctionUnits): TimedUnits {
  return {
    host: Array.from(host, (row) => profile.hosts.id[row] ?? ''),
    slice: Array.from(slice),
    fromMs: Array.from(slice, (at) => (fromUs + at * sliceUs) / 1_000),
    toMs: Array.from(slice, (at) => (fromUs + (at + 1) * sliceUs) / 1_000),
  }
}

/** A sample is an event. Of waits or bytes, which vary, an event counts for as much as Σx² / Σx: few long ones are as unsure as few samples. */
function eventWeight({ meta, samples }: Profile, { weight, events }: FunctionUnits): number {
  if (meta.unit === 'samples') return 1
  let [squares, sum] = [0, 0]
  for (let i = 0; i < samples.length; i++) {
    const own = samples.weight[i] ?? 0
    // Several events that were added up: as if their lengths were exponentially distributed.
    const count = Math.max(1, samples.count[i] ?? 1)
    squares += (own * own * (count > 1 ? 2 : 1)) / count
    sum += own
  }
  return sum > 0 ? squares / sum : sumOf(weight) / Math.max(1, sumOf(events))
}
