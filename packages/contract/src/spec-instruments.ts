import type { CaptureSpec } from './capture-spec.ts'
import type { CaptureView } from './capture-view.ts'
import type { CollectorId, Instrument, InstrumentOf } from './instrument.ts'

/** The instrument of a collector, where the capture has one. */
export function instrumentOf<C extends CollectorId>(spec: Pick<CaptureSpec, 'instruments'>, collector: C): InstrumentOf<C> | undefined {
  return spec.instruments.find((i): i is InstrumentOf<C> => i.collector === collector)
}

export function collectorsOf(spec: { instruments: readonly Instrument[] }): CollectorId[] {
  return spec.instruments.map((instrument) => instrument.collector)
}

/** Whether a capture has, or will have, what this collector makes: it was asked for, or, for stacks, a file was imported. */
export function hasResultsOf({ spec, source }: Pick<CaptureView, 'spec' | 'source'>, collector: CollectorId): boolean {
  return instrumentOf(spec, collector) !== undefined || (collector === 'stacks' && source !== null)
}
