import { outermostCalls } from './outermost-calls.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/**
 * What each function took on each host in each slice of time: a sparse matrix, a row for each function that a selected sample touches.
 * A function is a row of the profile's frame table; a unit is a host × slice that has a sample. Weights are in `meta.unit`.
 */
export type FunctionUnits = {
  /** By unit: row of the profile's host table, slice, weight and events of its samples, those without frames included. */
  host: Uint32Array
  slice: Uint32Array
  weight: Float64Array
  events: Float64Array
  /** By unit: weight of samples whose innermost frame has no name, or that have no frame. */
  unknown: Float64Array
  /** Row of the frame table of each function. */
  frame: Uint32Array
  self: SparseRows
  total: SparseRows
  /** Where the slices begin, µs, and how long each is. */
  fromUs: number
  sliceUs: number
}

/** Row r holds `value[k]` at unit `unit[k]`, for k in [start[r], start[r + 1]). */
export type SparseRows = { start: Uint32Array; unit: Uint32Array; value: Float64Array }

export type FunctionUnitsOptions = Pick<SampleSelection, 'window' | 'process'> & {
  /** Which hosts; all without it. */
  keepHost?: (id: string) => boolean
  /** Equal slices that the selected time is divided into. One for a profile without times. */
  slices: number
}

/** Time is that of the samples plus, for each unit, that of its distinct stacks × their depth. */
export function functionUnits(profile: Profile, { window, process, keepHost, slices }: FunctionUnitsOptions): FunctionUnits {
  const { stacks, frames, samples, hosts, meta } = profile
  const { keptThreads, from, to } = selectSamples(profile, { window, process })
  if (keepHost) {
    const kept = hosts.id.map((id) => keepHost(id))
    for (let i = 0; i < keptThreads.length; i++) if (!kept[profile.threads.host[i] ?? 0]) keptThreads[i] = 0
  }
  const fromUs = window?.fromUs ?? samples.timeUs[0] ?? 0
  const toUs = window?.toUs ?? Math.max(meta.durationMs * 1_000, (samples.timeUs[samples.length - 1] ?? 0) + 1)
  const count = meta.timed ? slices : 1
  const sliceUs = Math.max(1, (toUs - fromUs) / count)
  const units = groupByUnit(profile, keptThreads, from, to, count, (timeUs) =>
    Math.min(count - 1, Math.max(0, Math.floor((timeUs - fromUs) / sliceUs))),
  )

  const outermost = outermostCalls(stacks, frames.length)
  const isSamples = meta.unit === 'samples'
  const stackWeight = new Float64Array(stacks.length)
  const [self, total] = [new RowSums(frames.length), new RowSums(frames.length)]
  const weight = new Float64Array(units.length)
  const events = new Float64Array(units.length)
  const unknown = new Float64Array(units.length)
  const touched: number[] = []
  units.forEach(({ rows }, u) => {
    for (const row of rows) {
      const own = samples.weight[row] ?? 0
      const stack = samples.stack[row] ?? -1
      weight[u] = (weight[u] ?? 0) + own
      events[u] = (events[u] ?? 0) + (isSamples ? own : (samples.count[row] ?? 1))
      if (stack < 0 || frames.kind[stacks.frame[stack] ?? 0] === UNKNOWN) unknown[u] = (unknown[u] ?? 0) + own
      if (stack < 0) continue
      if (stackWeight[stack] === 0) touched.push(stack)
      stackWeight[stack] = (stackWeight[stack] ?? 0) + own
    }
    for (const stack of touched) {
      const own = stackWeight[stack] ?? 0
      stackWeight[stack] = 0
      self.add(stacks.frame[stack] ?? 0, own)
      for (let at = stack; at >= 0; at = stacks.parent[at] ?? -1) {
        // What calls itself is counted where it was called first.
        if (outermost[at] === 1) total.add(stacks.frame[at] ?? 0, own)
      }
    }
    touched.length = 0
    self.endUnit(u)
    total.endUnit(u)
  })
  const frame = total.rows()
  return {
    host: Uint32Array.from(units, (unit) => unit.host),
    slice: Uint32Array.from(units, (unit) => unit.slice),
    weight,
    events,
    unknown,
    frame,
    self: self.byRow(frame),
    total: total.byRow(frame),
    fromUs,
    sliceUs,
  }
}

const UNKNOWN: number = FRAME_KIND.unknown

/** Sample rows by host × slice, those without a sample left out; by host, then slice. */
function groupByUnit(
  { threads, samples, hosts }: Profile,
  keptThreads: Uint8Array,
  from: number,
  to: number,
  slices: number,
  sliceOf: (timeUs: number) => number,
): { host: number; slice: number; rows: number[] }[] {
  const rows: number[][] = []
  for (let row = from; row < to; row++) {
    const thread = samples.thread[row] ?? 0
    if (keptThreads[thread] === 0) continue
    const at = (threads.host[thread] ?? 0) * slices + sliceOf(samples.timeUs[row] ?? 0)
    const known = rows[at]
    if (known) known.push(row)
    else rows[at] = [row]
  }
  const units: { host: number; slice: number; rows: number[] }[] = []
  for (let at = 0; at < hosts.length * slices; at++) {
    const own = rows[at]
    if (own) units.push({ host: Math.floor(at / slices), slice: at % slices, rows: own })
  }
  return units
}

/** Sums by function within a unit, then kept as triples. */
class RowSums {
  private readonly sums: Float64Array
  private touched: number[] = []
  private readonly rowOf: number[] = []
  private readonly unitOf: number[] = []
  private readonly values: number[] = []

  constructor(private readonly length: number) {
    this.sums = new Float64Array(length)
  }

  add(row: number, value: number): void {
    const known = this.sums[row] ?? 0
    if (known === 0) this.touched.push(row)
    this.sums[row] = known + value
  }

  endUnit(unit: number): void {
    for (const row of this.touched) {
      const value = this.sums[row] ?? 0
      // A row that was back at 0 in between is there twice.
      if (value === 0) continue
      this.rowOf.push(row)
      this.unitOf.push(unit)
      this.values.push(value)
      this.sums[row] = 0
    }
    this.touched = []
  }

  /** Rows that have any entry, ascending. */
  rows(): Uint32Array {
    const used = new Uint8Array(this.length)
    for (const row of this.rowOf) used[row] = 1
    return Uint32Array.from(used.keys()).filter((row) => used[row] === 1)
  }

  byRow(rows: Uint32Array): SparseRows {
    const place = new Uint32Array(this.length)
    rows.forEach((row, at) => {
      place[row] = at
    })
    const start = new Uint32Array(rows.length + 1)
    for (const row of this.rowOf) start[(place[row] ?? 0) + 1] = (start[(place[row] ?? 0) + 1] ?? 0) + 1
    for (let at = 0; at < rows.length; at++) start[at + 1] = (start[at + 1] ?? 0) + (start[at] ?? 0)
    const next = start.slice()
    const unit = new Uint32Array(this.rowOf.length)
    const value = new Float64Array(this.rowOf.length)
    this.rowOf.forEach((row, k) => {
      const to = next[place[row] ?? 0] ?? 0
      next[place[row] ?? 0] = to + 1
      unit[to] = this.unitOf[k] ?? 0
      value[to] = this.values[k] ?? 0
    })
    return { start, unit, value }
  }
}
