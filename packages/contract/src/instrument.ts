import * as z from 'zod'
import { conditionsSchema, fieldRefSchema } from './condition.ts'
import { SOFTWARE_EVENTS } from './counter-events.ts'
import type { CapabilityId } from './host.ts'
import { type EventProbe, eventProbeSchema, type Probe, pmuEventNameSchema, pmuSchema } from './probe.ts'

/** What is recorded when a probe fires. Each makes one kind of result; a capture has at most one instrument of each. */
export const COLLECTOR_IDS = ['stacks', 'syscalls', 'offcpu', 'counts', 'latency', 'events', 'pmu'] as const
export const collectorIdSchema = z.enum(COLLECTOR_IDS)
export type CollectorId = z.infer<typeof collectorIdSchema>

export const RATE_HZ = { min: 1, max: 999, default: 99 } as const
export const STACK_SIDES = ['both', 'kernel', 'user'] as const
const sides = z.enum(STACK_SIDES).default('both')
const when = conditionsSchema.default([])

/**
 * How a span's end finds its beginning.
 * - thread: the same thread, as with functions and system calls.
 * - fields: the same values, e.g. `start: ['start.dev', 'start.sector'], end: ['args.dev', 'args.sector']` of a block request: as many
 *   of one as of the other, numbers and pointers only. Such a span belongs to the process that ended it unless `groupBy` says better.
 */
export const spanMatchSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('thread') }).strict(),
  z
    .object({ by: z.literal('fields'), start: z.array(fieldRefSchema).min(1).max(3), end: z.array(fieldRefSchema).min(1).max(3) })
    .strict()
    .refine((m) => m.start.length === m.end.length, 'as many fields at the start as at the end'),
])
/** The probe that begins a span; the instrument's own probe ends it. In fields, `start.NAME` is an argument of this one. */
export const spanStartSchema = z
  .object({ probe: eventProbeSchema, match: spanMatchSchema.default({ by: 'thread' }), when: conditionsSchema.default([]) })
  .strict()
export type SpanStart = z.infer<typeof spanStartSchema>

/** Stacks when the probe fires: sampled by frequency or period (counters), or at every n-th event. */
export const stacksInstrumentSchema = z
  .object({
    collector: z.literal('stacks'),
    probe: z.discriminatedUnion('kind', [...eventProbeSchema.options, pmuSchema]),
    /** `frequency`: n samples per second and CPU (counters only). `period`: one in every n events. */
    sample: z
      .discriminatedUnion('by', [
        z.object({ by: z.literal('frequency'), hz: z.number().int().min(RATE_HZ.min).max(RATE_HZ.max) }).strict(),
        z.object({ by: z.literal('period'), every: z.number().int().min(1).max(1_000_000_000) }).strict(),
      ])
      .default({ by: 'period', every: 1 }),
    sides,
    when,
    /** What one event weighs instead of 1: an argument, as in bytes allocated. */
    weight: z
      .object({ field: fieldRefSchema, unit: z.enum(['bytes', 'ns', 'count']) })
      .strict()
      .optional(),
  })
  .strict()
  .refine((i) => i.sample.by === 'period' || i.probe.kind === 'pmu', 'only counters are sampled by frequency')

/**
 * Every system call: calls, errors, time, per process. `objects`: also which paths, files and socket addresses the calls are about, the
 * largest of each process and call. They cost, and they are private data of who runs there: off unless asked for.
 */
export const syscallsInstrumentSchema = z.object({ collector: z.literal('syscalls'), objects: z.boolean().optional() }).strict()

/** Time off the CPU by stack, from the switch away to the switch back. */
export const offcpuInstrumentSchema = z
  .object({
    collector: z.literal('offcpu'),
    /** Shorter waits are left out, and counted. */
    minBlockedUs: z.number().int().min(0).max(10_000_000).default(1),
    /** Also who woke the thread, with the waker's stack. */
    wakers: z.boolean().default(false),
    sides,
  })
  .strict()

/**
 * How often, over time, per process; and per value of `groupBy`. `sum` adds a field up, e.g. bytes. A `groupBy` of `args.fd` is shown as
 * the file, pipe or socket that the descriptor stands for, where the process still has it open when the agent looks.
 */
export const countsInstrumentSchema = z
  .object({
    collector: z.literal('counts'),
    probes: z.array(eventProbeSchema).min(1).max(8),
    when,
    groupBy: fieldRefSchema.optional(),
    sum: fieldRefSchema.optional(),
  })
  .strict()

/** How long, from `start` to `probe`, as a log2 histogram over time, per process and value of `groupBy`. */
export const latencyInstrumentSchema = z
  .object({ collector: z.literal('latency'), start: spanStartSchema, probe: eventProbeSchema, when, groupBy: fieldRefSchema.optional() })
  .strict()

export const EVENT_LIMITS = { maxRows: { max: 100_000, default: 10_000 }, maxPerSecond: { max: 5_000, default: 1_000 } } as const
/** One row per event, with chosen fields. With `start`, one per span that ended. Beyond the caps rows are counted, not kept. */
export const eventsInstrumentSchema = z
  .object({
    collector: z.literal('events'),
    start: spanStartSchema.optional(),
    probe: eventProbeSchema,
    fields: z.array(fieldRefSchema).max(8).default([]),
    when,
    maxRows: z.number().int().min(1).max(EVENT_LIMITS.maxRows.max).default(EVENT_LIMITS.maxRows.default),
    maxPerSecond: z.number().int().min(1).max(EVENT_LIMITS.maxPerSecond.max).default(EVENT_LIMITS.maxPerSecond.default),
  })
  .strict()

/** Counters over time, counted, not sampled. */
export const pmuInstrumentSchema = z
  .object({
    collector: z.literal('pmu'),
    events: z.array(pmuEventNameSchema).min(1).max(16),
    perCpu: z.boolean().default(false),
  })
  .strict()

export const instrumentSchema = z.discriminatedUnion('collector', [
  stacksInstrumentSchema,
  syscallsInstrumentSchema,
  offcpuInstrumentSchema,
  countsInstrumentSchema,
  latencyInstrumentSchema,
  eventsInstrumentSchema,
  pmuInstrumentSchema,
])
export type Instrument = z.infer<typeof instrumentSchema>
export type InstrumentOf<C extends CollectorId> = Extract<Instrument, { collector: C }>

/** Every probe that an instrument attaches (`syscalls` and `offcpu` bring their own). */
export function probesOf(instrument: Instrument): Probe[] {
  switch (instrument.collector) {
    case 'stacks':
      return [instrument.probe]
    case 'counts':
      return instrument.probes
    case 'latency':
      return [instrument.start.probe, instrument.probe]
    case 'events':
      return instrument.start ? [instrument.start.probe, instrument.probe] : [instrument.probe]
    case 'pmu':
      return instrument.events.map((event) => ({ kind: 'pmu', event }))
    case 'syscalls':
    case 'offcpu':
      return []
  }
}

/** What a host must be able to do for this instrument. A probe that the host does not have is another matter: see the catalogue. */
export function requiredCapabilities(instrument: Instrument): CapabilityId[] {
  const needed = new Set<CapabilityId>()
  switch (instrument.collector) {
    case 'stacks':
      needed.add('stacks')
      break
    case 'syscalls':
      needed.add('syscalls')
      break
    case 'offcpu':
      needed.add('offcpu')
      break
    case 'counts':
    case 'latency':
    case 'events':
      needed.add('bpftrace')
      break
    case 'pmu':
      needed.add('perf')
      break
  }
  for (const probe of probesOf(instrument)) {
    const capability = probeCapability(probe)
    if (capability !== null) needed.add(capability)
  }
  return [...needed]
}

function probeCapability(probe: Probe | EventProbe): CapabilityId | null {
  switch (probe.kind) {
    case 'tracepoint':
      return 'tracepoints'
    case 'kprobe':
      return 'kprobes'
    case 'uprobe':
    case 'usdt':
      return 'uprobes'
    case 'pmu':
      return SOFTWARE_EVENTS.has(probe.event) ? null : 'hardware-pmu'
  }
}
