import {
  type CollectorId,
  type Condition,
  EVENT_LIMITS,
  type EventProbe,
  eventProbeSchema,
  fieldRefSchema,
  formatConditions,
  type Instrument,
  instrumentSchema,
  type Probe,
  parseConditions,
  pmuEventNameSchema,
  probeSchema,
  RATE_HZ,
  type SpanStart,
  STACK_SIDES,
} from '@sonde/contract'
import * as z from 'zod'
import { automaticSpan, isSameProbe } from './span-pair.ts'

/**
 * An instrument while it is being put together: the probe perhaps not picked yet, conditions as the text that was typed. It is what
 * stands in the link of a form, so every field has a default and is checked.
 */
const when = z.string().max(1_000).default('')
const sides = z.enum(STACK_SIDES).default('both')
const field = z.union([z.literal(''), fieldRefSchema]).default('')
const eventProbe = eventProbeSchema.nullable().default(null)

/** `probe` null: what the end's probe gives by itself (a function's entry, sys_enter_X). */
const spanDraftSchema = z.object({
  probe: eventProbe,
  match: z
    .array(z.object({ start: fieldRefSchema, end: fieldRefSchema }))
    .max(3)
    .default([]),
  when,
})
export type SpanDraft = z.infer<typeof spanDraftSchema>

export const instrumentDraftSchema = z.discriminatedUnion('collector', [
  z.object({
    collector: z.literal('stacks'),
    probe: probeSchema.nullable().default(null),
    /** How a counter is sampled; other probes know periods alone. */
    by: z.enum(['frequency', 'period']).default('frequency'),
    hz: z.number().int().min(RATE_HZ.min).max(RATE_HZ.max).default(RATE_HZ.default),
    every: z.number().int().min(1).max(1_000_000_000).default(1),
    sides,
    when,
    weight: z
      .object({ field: fieldRefSchema, unit: z.enum(['bytes', 'ns', 'count']) })
      .nullable()
      .default(null),
  }),
  z.object({ collector: z.literal('syscalls'), objects: z.boolean().default(false) }),
  z.object({
    collector: z.literal('offcpu'),
    minBlockedUs: z.number().int().min(0).max(10_000_000).default(1),
    wakers: z.boolean().default(false),
    sides,
  }),
  z.object({ collector: z.literal('counts'), probes: z.array(eventProbeSchema).max(8).default([]), when, groupBy: field, sum: field }),
  z.object({
    collector: z.literal('latency'),
    probe: eventProbe,
    start: spanDraftSchema.prefault({}),
    when,
    groupBy: field,
  }),
  z.object({
    collector: z.literal('events'),
    probe: eventProbe,
    /** Null: a row for each event; else one for each span that ended. */
    start: spanDraftSchema.nullable().default(null),
    fields: z.array(fieldRefSchema).max(8).default([]),
    when,
    maxRows: z.number().int().min(1).max(EVENT_LIMITS.maxRows.max).default(EVENT_LIMITS.maxRows.default),
    maxPerSecond: z.number().int().min(1).max(EVENT_LIMITS.maxPerSecond.max).default(EVENT_LIMITS.maxPerSecond.default),
  }),
  z.object({ collector: z.literal('pmu'), events: z.array(pmuEventNameSchema).max(16).default([]), perCpu: z.boolean().default(false) }),
])
export type InstrumentDraft = z.infer<typeof instrumentDraftSchema>
export type DraftOf<C extends InstrumentDraft['collector']> = Extract<InstrumentDraft, { collector: C }>
/** The collectors that a probe is picked for. */
export type ProbeDraft = Exclude<InstrumentDraft, { collector: 'syscalls' | 'offcpu' }>

/** Which part of the card is not right. */
export type InstrumentField = 'probe' | 'start' | 'startWhen' | 'match' | 'when' | 'other'
export type MadeInstrument = { ok: true; instrument: Instrument } | { ok: false; field: InstrumentField; message: string }

class Incomplete extends Error {
  readonly field: InstrumentField
  constructor(field: InstrumentField, message: string) {
    super(message)
    this.field = field
  }
}

function conditions(text: string, place: 'when' | 'startWhen'): Condition[] {
  const parsed = parseConditions(text)
  if (!parsed.ok) throw new Incomplete(place, `Condition: ${parsed.message}.`)
  return parsed.conditions
}

function picked<T>(probe: T | null, place: 'probe' | 'start', message: string): T {
  if (probe === null) throw new Incomplete(place, message)
  return probe
}

/** The two ends of a span: what was picked, and for functions and system calls their own other end. */
function spanOf(end: EventProbe, start: SpanDraft): { start: unknown; probe: EventProbe } {
  const pair = start.probe === null ? automaticSpan(end) : { start: start.probe, end }
  if (pair === null) throw new Incomplete('start', 'Pick the probe that begins the span.')
  const match =
    start.match.length === 0
      ? { by: 'thread' }
      : { by: 'fields', start: start.match.map((m) => m.start), end: start.match.map((m) => m.end) }
  return { start: { probe: pair.start, match, when: conditions(start.when, 'startWhen') }, probe: pair.end }
}

function fill(draft: InstrumentDraft): unknown {
  switch (draft.collector) {
    case 'syscalls':
      return draft.objects ? draft : { collector: draft.collector }
    case 'offcpu':
      return draft
    case 'pmu':
      if (draft.events.length === 0) throw new Incomplete('probe', 'Pick at least one counter.')
      return draft
    case 'stacks': {
      const probe = picked(draft.probe, 'probe', 'Pick a probe for the stacks.')
      const sample =
        probe.kind === 'pmu' && draft.by === 'frequency' ? { by: 'frequency', hz: draft.hz } : { by: 'period', every: draft.every }
      const rest = { collector: draft.collector, probe, sample, sides: draft.sides, when: conditions(draft.when, 'when') }
      return draft.weight === null ? rest : { ...rest, weight: draft.weight }
    }
    case 'counts': {
      if (draft.probes.length === 0) throw new Incomplete('probe', 'Pick a probe to count.')
      return {
        collector: draft.collector,
        probes: draft.probes,
        when: conditions(draft.when, 'when'),
        ...(draft.groupBy === '' ? {} : { groupBy: draft.groupBy }),
        ...(draft.sum === '' ? {} : { sum: draft.sum }),
      }
    }
    case 'latency': {
      const probe = picked(draft.probe, 'probe', 'Pick a probe to time.')
      return {
        collector: draft.collector,
        ...spanOf(probe, draft.start),
        when: conditions(draft.when, 'when'),
        ...(draft.groupBy === '' ? {} : { groupBy: draft.groupBy }),
      }
    }
    case 'events': {
      const probe = picked(draft.probe, 'probe', 'Pick a probe to list.')
      return {
        collector: draft.collector,
        ...(draft.start === null ? { probe } : spanOf(probe, draft.start)),
        fields: draft.fields,
        when: conditions(draft.when, 'when'),
        maxRows: draft.maxRows,
        maxPerSecond: draft.maxPerSecond,
      }
    }
  }
}

/** The draft as an instrument that the server takes, or what is missing, in words and with its place. */
export function instrumentOfDraft(draft: InstrumentDraft): MadeInstrument {
  try {
    const parsed = instrumentSchema.safeParse(fill(draft))
    if (parsed.success) return { ok: true, instrument: parsed.data }
    return { ok: false, field: 'other', message: parsed.error.issues[0]?.message ?? 'This cannot be recorded.' }
  } catch (error) {
    if (error instanceof Incomplete) return { ok: false, field: error.field, message: error.message }
    throw error
  }
}

function spanDraft(start: SpanStart, end: EventProbe): SpanDraft {
  const pair = automaticSpan(end)
  const isAutomatic = pair !== null && isSameProbe(pair.start, start.probe) && isSameProbe(pair.end, end)
  const { match } = start
  return {
    probe: isAutomatic ? null : start.probe,
    match: match.by === 'thread' ? [] : match.start.map((ref, i) => ({ start: ref, end: match.end[i] ?? ref })),
    when: formatConditions(start.when),
  }
}

/** An instrument as a form to change: `instrumentOfDraft` gives it back. */
export function draftOfInstrument(instrument: Instrument): InstrumentDraft {
  switch (instrument.collector) {
    case 'syscalls':
      return { collector: 'syscalls', objects: instrument.objects ?? false }
    case 'offcpu':
    case 'pmu':
      return instrument
    case 'stacks':
      return {
        collector: 'stacks',
        probe: instrument.probe,
        by: instrument.sample.by,
        hz: instrument.sample.by === 'frequency' ? instrument.sample.hz : RATE_HZ.default,
        every: instrument.sample.by === 'period' ? instrument.sample.every : 1,
        sides: instrument.sides,
        when: formatConditions(instrument.when),
        weight: instrument.weight ?? null,
      }
    case 'counts':
      return {
        collector: 'counts',
        probes: instrument.probes,
        when: formatConditions(instrument.when),
        groupBy: instrument.groupBy ?? '',
        sum: instrument.sum ?? '',
      }
    case 'latency':
      return {
        collector: 'latency',
        probe: instrument.probe,
        start: spanDraft(instrument.start, instrument.probe),
        when: formatConditions(instrument.when),
        groupBy: instrument.groupBy ?? '',
      }
    case 'events':
      return {
        collector: 'events',
        probe: instrument.probe,
        start: instrument.start ? spanDraft(instrument.start, instrument.probe) : null,
        fields: instrument.fields,
        when: formatConditions(instrument.when),
        maxRows: instrument.maxRows,
        maxPerSecond: instrument.maxPerSecond,
      }
  }
}

/** A collector's form with everything at its default. */
export function emptyDraft(collector: CollectorId): InstrumentDraft {
  return instrumentDraftSchema.parse({ collector })
}

/** The probe that the card is about, however many it has. */
export function mainProbe(draft: InstrumentDraft): Probe | null {
  switch (draft.collector) {
    case 'syscalls':
    case 'offcpu':
      return null
    case 'counts':
      return draft.probes[0] ?? null
    case 'pmu':
      return draft.events[0] === undefined ? null : { kind: 'pmu', event: draft.events[0] }
    default:
      return draft.probe
  }
}
