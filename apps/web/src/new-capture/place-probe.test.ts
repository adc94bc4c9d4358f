import type { Probe } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { type InstrumentDraft, instrumentOfDraft } from './instrument-draft.ts'
import { collectorsFor, freeCollectors, MAX_COUNTED_PROBES, placeProbe, withCollector } from './place-probe.ts'

const kprobe = (name: string): Probe => ({ kind: 'kprobe', function: name, at: 'entry' })
const probes: Probe[] = [
  kprobe('vfs_read'),
  { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_read' },
  { kind: 'uprobe', binary: { of: 'library', name: 'libc.so.6' }, function: 'malloc', at: 'entry' },
  { kind: 'pmu', event: 'page-faults' },
]

describe('placeProbe', () => {
  it('makes an instrument that is complete, for each probe and each collector that makes sense for it', () => {
    for (const probe of probes) {
      for (const collector of collectorsFor(probe)) {
        const [draft, ...others] = placeProbe([], probe, collector)
        expect(others).toEqual([])
        expect(draft?.collector).toBe(collector)
        if (draft) expect(instrumentOfDraft(draft)).toMatchObject({ ok: true })
      }
    }
  })
  it('never makes two instruments of one collector', () => {
    let own: InstrumentDraft[] = []
    for (const probe of probes) {
      for (const collector of collectorsFor(probe)) own = placeProbe(own, probe, collector)
    }
    expect(new Set(own.map((draft) => draft.collector)).size).toBe(own.length)
  })
  it('adds to counts until they are full, each probe once', () => {
    let own: InstrumentDraft[] = placeProbe([], kprobe('f0'), 'counts')
    own = placeProbe(own, kprobe('f0'), 'counts')
    for (let i = 1; i < MAX_COUNTED_PROBES; i++) {
      expect(freeCollectors(own, kprobe('x'))).toContain('counts')
      own = placeProbe(own, kprobe(`f${i}`), 'counts')
    }
    expect(own[0]).toMatchObject({ collector: 'counts', probes: { length: MAX_COUNTED_PROBES } })
    expect(freeCollectors(own, kprobe('x'))).toEqual(['latency', 'events', 'stacks'])
  })
})

describe('withCollector', () => {
  it('keeps the probe and its conditions', () => {
    const [counts] = placeProbe([], kprobe('vfs_read'), 'counts')
    if (counts?.collector !== 'counts') throw new Error('not counts')
    const events = withCollector({ ...counts, when: 'args.count > 4k' }, kprobe('vfs_read'), 'events')
    expect(events).toMatchObject({ collector: 'events', probe: kprobe('vfs_read'), when: 'args.count > 4k' })
    const latency = withCollector(events, kprobe('vfs_read'), 'latency')
    expect(latency).toMatchObject({ collector: 'latency', when: '', start: { when: 'args.count > 4k' } })
    expect(withCollector(latency, kprobe('vfs_read'), 'events')).toEqual(events)
  })
})
