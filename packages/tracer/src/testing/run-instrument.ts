import { readFileSync } from 'node:fs'
import {
  type CountsDelta,
  countsDeltaSchema,
  type EventsDelta,
  eventsDeltaSchema,
  type HostCommand,
  type HostFacts,
  type LatencyDelta,
  latencyDeltaSchema,
  targetQualitySchema,
} from '@sonde/contract'
import type { CapturePlan } from '../capture-plan.ts'
import type { CollectorResult } from '../collectors/collector.ts'
import { planCapture } from '../plan-capture.ts'
import { type CaptureOutcome, runCapture } from '../run-capture.ts'
import { type SpecToRun, specOf } from './run-spec.ts'

type Instrument = SpecToRun['instruments'][number]

/** Long enough for whatever a test does; it ends the capture itself. */
const LONG_MS = 60_000

export type InstrumentOptions = {
  facts: HostFacts
  spec?: Omit<SpecToRun, 'instruments'>
  onAttached?: (commands: HostCommand[]) => void | Promise<void>
  onResult?: (result: CollectorResult) => void
  change?: (plan: CapturePlan) => CapturePlan
  /** Goes on while the capture runs; the capture ends when it has ended. Without it, it runs for the time that the spec says. */
  work?: () => Promise<unknown>
}

export type InstrumentResult = {
  plan: CapturePlan
  outcome: CaptureOutcome
  counts: CountsDelta[]
  latency: LatencyDelta[]
  events: EventsDelta[]
}

/** Runs one instrument on this host. Every result is checked against the contract. */
export async function runInstrument(instrument: Instrument, options: InstrumentOptions): Promise<InstrumentResult> {
  const { work, spec = {} } = options
  const planned = await planCapture(
    specOf({ ...(work === undefined ? {} : { durationMs: LONG_MS }), ...spec, instruments: [instrument] }),
    options.facts,
  )
  const plan = options.change?.(planned) ?? planned
  const results: CollectorResult[] = []
  let failed: unknown
  const outcome = await runCapture(plan, {
    hostId: 'host-1',
    hostName: 'web-1',
    workDir: '/nonexistent',
    signal: new AbortController().signal,
    onAttached: (commands) => options.onAttached?.(commands),
    onResult: (result) => {
      results.push(result)
      options.onResult?.(result)
      return 1
    },
    // A cancel would not wait for a busy tool.
    brake: (view) => {
      work?.()
        .catch((error: unknown) => {
          failed = error
        })
        .finally(() => view.stop('the work is done'))
      return () => {}
    },
  })
  if (failed !== undefined) throw failed
  targetQualitySchema.parse(outcome.quality)
  return {
    plan,
    outcome,
    counts: results.flatMap((piece) => (piece.kind === 'counts' ? [countsDeltaSchema.parse(piece.delta)] : [])),
    latency: results.flatMap((piece) => (piece.kind === 'latency' ? [latencyDeltaSchema.parse(piece.delta)] : [])),
    events: results.flatMap((piece) => (piece.kind === 'events' ? [eventsDeltaSchema.parse(piece.delta)] : [])),
  }
}

export const countRows = (result: InstrumentResult): CountsDelta['slices'][number]['rows'] =>
  result.counts.flatMap(({ slices }) => slices.flatMap(({ rows }) => rows))
export const latencyRows = (result: InstrumentResult): LatencyDelta['slices'][number]['rows'] =>
  result.latency.flatMap(({ slices }) => slices.flatMap(({ rows }) => rows))
export const eventRows = (result: InstrumentResult): EventsDelta['rows'] => result.events.flatMap(({ rows }) => rows)

/** Sums by a text made of each row. */
export function sumBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string, numberOf: (row: Row) => number): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const row of rows) sums[keyOf(row)] = (sums[keyOf(row)] ?? 0) + numberOf(row)
  return sums
}

/** Name of a process by its pid, as the results say. */
export function commsOf(result: InstrumentResult): Map<number, string> {
  return new Map([...result.counts, ...result.latency].flatMap(({ processes }) => processes.map(({ pid, comm }) => [pid, comm] as const)))
}

/** Whether a process is there, and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
