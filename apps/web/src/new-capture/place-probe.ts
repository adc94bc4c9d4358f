import type { CollectorId, EventProbe, Probe } from '@sonde/contract'
import { type DraftOf, emptyDraft, type InstrumentDraft } from './instrument-draft.ts'
import { automaticSpan } from './span-pair.ts'

const FOR_EVENTS = ['counts', 'latency', 'events', 'stacks'] as const satisfies readonly CollectorId[]
const FOR_COUNTERS = ['stacks', 'pmu'] as const satisfies readonly CollectorId[]

export const MAX_COUNTED_PROBES = 8
export const MAX_COUNTERS = 16

/** The collectors that make sense for a probe, the usual one first. */
export function collectorsFor(probe: Probe): readonly CollectorId[] {
  return probe.kind === 'pmu' ? FOR_COUNTERS : FOR_EVENTS
}

const isEventProbe = (probe: Probe): probe is EventProbe => probe.kind !== 'pmu'

/** Whether a card of this collector takes one more probe. */
function hasRoom(draft: InstrumentDraft): boolean {
  if (draft.collector === 'counts') return draft.probes.length < MAX_COUNTED_PROBES
  if (draft.collector === 'pmu') return draft.events.length < MAX_COUNTERS
  return false
}

/**
 * The collectors that a probe can still be picked for: a capture has one instrument of each, but counts and counters take several
 * probes.
 */
export function freeCollectors(own: readonly InstrumentDraft[], probe: Probe): CollectorId[] {
  return collectorsFor(probe).filter((collector) => {
    const used = own.find((draft) => draft.collector === collector)
    return used === undefined || hasRoom(used)
  })
}

/** The capture with the probe recorded by this collector, in a card of its own or beside those that the card has. */
export function placeProbe(own: readonly InstrumentDraft[], probe: Probe, collector: CollectorId): InstrumentDraft[] {
  const index = own.findIndex((draft) => draft.collector === collector)
  if (index < 0) return [...own, withProbe(emptyDraft(collector), probe)]
  return own.map((draft, i) => (i === index ? withProbe(draft, probe) : draft))
}

/** The draft with the probe in its place: added where a card has several, else instead of the one it has. */
export function withProbe(draft: InstrumentDraft, probe: Probe): InstrumentDraft {
  switch (draft.collector) {
    case 'stacks':
      return { ...draft, probe }
    case 'counts':
      if (!isEventProbe(probe) || draft.probes.some((p) => JSON.stringify(p) === JSON.stringify(probe))) return draft
      return { ...draft, probes: [...draft.probes, probe].slice(0, MAX_COUNTED_PROBES) }
    case 'latency':
      return isEventProbe(probe) ? { ...draft, probe, start: emptySpan() } : draft
    case 'events':
      return isEventProbe(probe) ? { ...draft, probe, fields: [], start: draft.start === null ? null : emptySpan() } : draft
    case 'pmu':
      if (probe.kind !== 'pmu' || draft.events.includes(probe.event)) return draft
      return { ...draft, events: [...draft.events, probe.event].slice(0, MAX_COUNTERS) }
    case 'syscalls':
    case 'offcpu':
      return draft
  }
}

export const emptySpan = (): DraftOf<'latency'>['start'] => ({ probe: null, match: [], when: '' })

/** The same probe, recorded in another way; conditions stay with the probe, which for a function's latency is the start of the span. */
export function withCollector(draft: InstrumentDraft, probe: Probe, collector: CollectorId): InstrumentDraft {
  const next = withProbe(emptyDraft(collector), probe)
  const when = conditionsOf(draft)
  if (next.collector === 'latency' && isEventProbe(probe) && automaticSpan(probe) !== null)
    return { ...next, start: { ...next.start, when } }
  return 'when' in next ? { ...next, when } : next
}

function conditionsOf(draft: InstrumentDraft): string {
  if (draft.collector === 'latency' && draft.start.probe === null) return draft.start.when
  return 'when' in draft ? draft.when : ''
}
