import { type Instrument, instrumentSchema } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { draftOfInstrument, emptyDraft, type InstrumentDraft, instrumentOfDraft } from './instrument-draft.ts'

const kprobe = { kind: 'kprobe', function: 'vfs_read', at: 'entry' } as const
const block = (name: string) => ({ kind: 'tracepoint', category: 'block', name }) as const

const instruments: Instrument[] = [
  { collector: 'syscalls' },
  { collector: 'offcpu', minBlockedUs: 50, wakers: true, sides: 'user' },
  { collector: 'pmu', events: ['cycles', 'instructions'], perCpu: true },
  { collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 49 } },
  { collector: 'stacks', probe: { kind: 'pmu', event: 'page-faults' }, sample: { by: 'period', every: 100 }, sides: 'kernel' },
  { collector: 'stacks', probe: kprobe, weight: { field: 'args.count', unit: 'bytes' }, when: [{ field: 'pid', op: '!=', value: 1 }] },
  { collector: 'counts', probes: [block('block_rq_issue'), kprobe], groupBy: 'comm', sum: 'args.bytes' },
  // A function's own two ends; ends of its own; the wrong way round, which is nobody's idea but must not be changed.
  { collector: 'latency', start: { probe: kprobe }, probe: { ...kprobe, at: 'return' }, groupBy: 'ret' },
  { collector: 'latency', start: { probe: { ...kprobe, at: 'return' } }, probe: kprobe },
  { collector: 'latency', start: { probe: kprobe }, probe: { ...kprobe, function: 'vfs_write', at: 'return' } },
  {
    collector: 'latency',
    start: {
      probe: block('block_rq_issue'),
      match: { by: 'fields', start: ['start.dev', 'start.sector'], end: ['args.dev', 'args.sector'] },
      when: [{ field: 'args.nr_sector', op: '>', value: 8 }],
    },
    probe: block('block_rq_complete'),
  },
  { collector: 'events', probe: kprobe, fields: ['args.count', 'comm'], maxRows: 5, maxPerSecond: 7 },
  {
    collector: 'events',
    start: { probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_read' } },
    probe: { kind: 'tracepoint', category: 'syscalls', name: 'sys_exit_read' },
    fields: ['duration', 'start.fd'],
    when: [{ field: 'duration', op: '>', value: 1e6 }],
  },
].map((input) => instrumentSchema.parse(input))

describe('an instrument as a form', () => {
  it.each(instruments)('comes back as it was: $collector', (instrument) => {
    expect(instrumentOfDraft(draftOfInstrument(instrument))).toEqual({ ok: true, instrument })
  })
})

describe('instrumentOfDraft', () => {
  it('says what is missing, and where', () => {
    for (const collector of ['stacks', 'counts', 'latency', 'events', 'pmu'] as const)
      expect(instrumentOfDraft(emptyDraft(collector))).toMatchObject({ ok: false, field: 'probe' })
    for (const collector of ['syscalls', 'offcpu'] as const) expect(instrumentOfDraft(emptyDraft(collector)).ok).toBe(true)
  })
  it('times a function from either of its ends', () => {
    const draft = emptyDraft('latency')
    if (draft.collector !== 'latency') throw new Error('not a latency')
    const entry = instrumentOfDraft({ ...draft, probe: kprobe })
    expect(entry).toEqual(instrumentOfDraft({ ...draft, probe: { ...kprobe, at: 'return' } }))
    expect(entry).toMatchObject({ instrument: { start: { probe: { at: 'entry' } }, probe: { at: 'return' } } })
  })
  it('asks for the beginning of a span that only a person knows', () => {
    const draft: InstrumentDraft = { ...emptyDraft('latency'), collector: 'latency', probe: block('block_rq_complete') } as InstrumentDraft
    expect(instrumentOfDraft(draft)).toMatchObject({ ok: false, field: 'start' })
  })
  it('refuses a condition that is none, in its own place', () => {
    const stacks = draftOfInstrument(instrumentSchema.parse({ collector: 'stacks', probe: kprobe }))
    expect(instrumentOfDraft({ ...stacks, when: 'args.count >' } as InstrumentDraft)).toMatchObject({ ok: false, field: 'when' })
    const latency = draftOfInstrument(instrumentSchema.parse({ collector: 'latency', start: { probe: kprobe }, probe: kprobe }))
    if (latency.collector !== 'latency') throw new Error('not a latency')
    expect(instrumentOfDraft({ ...latency, start: { ...latency.start, when: '}' } })).toMatchObject({ ok: false, field: 'startWhen' })
  })
})
