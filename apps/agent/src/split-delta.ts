import type { CountersDelta, CountsDelta, EventsDelta, LatencyDelta } from '@sonde/contract'

/**
 * The JSON deltas of a result, and how one is cut in two that say the same together: by time where there are several slices (rows,
 * intervals), else within the one slice, whose halves then have the same `atMs` and `lengthMs`. What counts once (losses) goes with the
 * first half. Null where there is nothing left to cut.
 */
export type JsonDelta =
  | { kind: 'counts'; delta: CountsDelta }
  | { kind: 'latency'; delta: LatencyDelta }
  | { kind: 'events'; delta: EventsDelta }
  | { kind: 'counters'; delta: CountersDelta }

export function splitDelta(result: JsonDelta): [JsonDelta, JsonDelta] | null {
  switch (result.kind) {
    case 'counts': {
      const { delta } = result
      const halves = halve(delta.slices)
      if (halves === null) return null
      const [first, second] = halves
      return [
        { kind: 'counts', delta: { ...delta, slices: first, processes: processesOf(delta, first) } },
        { kind: 'counts', delta: { ...delta, slices: second, processes: processesOf(delta, second), lost: 0 } },
      ]
    }
    case 'latency': {
      const { delta } = result
      const halves = halve(delta.slices)
      if (halves === null) return null
      const [first, second] = halves
      return [
        { kind: 'latency', delta: { ...delta, slices: first, processes: processesOf(delta, first) } },
        { kind: 'latency', delta: { ...delta, slices: second, processes: processesOf(delta, second), lost: 0, unmatched: 0 } },
      ]
    }
    case 'events': {
      const { delta } = result
      const halves = cut(delta.rows)
      if (halves === null) return null
      return [
        { kind: 'events', delta: { ...delta, rows: halves[0] } },
        { kind: 'events', delta: { ...delta, rows: halves[1], overCap: 0, lost: 0 } },
      ]
    }
    case 'counters': {
      const { delta } = result
      const byTime = cut(delta.intervals)
      if (byTime !== null) {
        return [
          { kind: 'counters', delta: { ...delta, intervals: byTime[0] } },
          { kind: 'counters', delta: { ...delta, intervals: byTime[1] } },
        ]
      }
      const [interval] = delta.intervals
      const counters = interval && cut(interval.counters)
      if (!counters) return null
      return [
        { kind: 'counters', delta: { ...delta, intervals: [{ ...interval, counters: counters[0] }] } },
        { kind: 'counters', delta: { ...delta, intervals: [{ ...interval, counters: counters[1] }] } },
      ]
    }
  }
}

/** How many events (values, for counters) a delta that can be cut no further stands for: what is lost with it. */
export function eventsIn(result: JsonDelta): number {
  switch (result.kind) {
    case 'counts':
    case 'latency':
      return sum(result.delta.slices.flatMap((slice) => slice.rows.map((row) => row.count)))
    case 'events':
      return result.delta.rows.length
    case 'counters':
      return sum(result.delta.intervals.map((interval) => interval.counters.length))
  }
}

function cut<T>(list: readonly T[]): [T[], T[]] | null {
  if (list.length < 2) return null
  const middle = list.length >> 1
  return [list.slice(0, middle), list.slice(middle)]
}

function halve<S extends { rows: R[] }, R>(slices: readonly S[]): [S[], S[]] | null {
  const byTime = cut(slices)
  if (byTime !== null) return byTime
  const [slice] = slices
  const rows = slice && cut(slice.rows)
  return rows ? [[{ ...slice, rows: rows[0] }], [{ ...slice, rows: rows[1] }]] : null
}

type Process = { pid: number; comm: string }
function processesOf(delta: { processes: Process[] }, slices: readonly { rows: { pid: number }[] }[]): Process[] {
  const pids = new Set(slices.flatMap((slice) => slice.rows.map((row) => row.pid)))
  return delta.processes.filter((process) => pids.has(process.pid))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
