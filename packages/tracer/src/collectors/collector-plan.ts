import type { CaptureSpec, CollectorId, HostCommand, HostFacts, InstrumentOf } from '@sonde/contract'
import type { ResolvedScope } from '../capture-plan.ts'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'

/** One instrument of a spec, compiled for this host: all that its collector will start, word for word. */
export type CollectorPlanOf<C extends CollectorId> = {
  id: C
  instrument: InstrumentOf<C>
  probes: InstrumentProbes
  /** With argv as given to exec (the guards `setpriv` and `timeout` included). */
  commands: HostCommand[]
  /** Sentences for the result's quality notes: known limits of this plan. */
  notes: string[]
}

/** What the probes of an instrument came down to on this host, wildcards resolved, in the order of the instrument. */
export type InstrumentProbes = {
  /** Those that fire the instrument; empty where it brings its own (`syscalls`, `offcpu`). */
  fire: readonly ResolvedProbe[]
  /** Those that begin a span (`latency`, `events` with a start). */
  start: readonly ResolvedProbe[]
}

/** All that one instrument is compiled from. Nothing is looked up on the host any more. */
export type PlanContext<C extends CollectorId> = {
  spec: CaptureSpec
  facts: HostFacts
  instrument: InstrumentOf<C>
  resolved: ResolvedScope
  probes: InstrumentProbes
  /** Record one in so many events, to stay within the host's budget; 1: all. */
  every: number
}
