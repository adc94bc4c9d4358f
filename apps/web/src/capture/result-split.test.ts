import { captureSpecSchema, DEFAULT_VIEW_STATE } from '@sonde/contract'
import { expect, it } from 'vitest'
import { countsSplit, latencySplit } from './result-split.ts'

const spec = (instrument: object) => captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 5_000, instruments: [instrument] })
const probe = (name: string) => ({ kind: 'kprobe', function: name })

it('shows what the instrument asks for, unless the reader chose', () => {
  const counts = (over: object) => countsSplit(spec({ collector: 'counts', probes: [probe('a')], ...over }), DEFAULT_VIEW_STATE)
  expect(counts({})).toBe('process')
  expect(counts({ probes: [probe('a'), probe('b')] })).toBe('probe')
  expect(counts({ probes: [probe('vfs_*')] })).toBe('probe')
  expect(counts({ probes: [probe('a'), probe('b')], groupBy: 'args.dev' })).toBe('key')
  const latency = { collector: 'latency', start: { probe: probe('a') }, probe: probe('b') }
  expect(latencySplit(spec(latency), DEFAULT_VIEW_STATE)).toBe('process')
  expect(latencySplit(spec({ ...latency, groupBy: 'comm' }), DEFAULT_VIEW_STATE)).toBe('key')
  expect(latencySplit(spec({ ...latency, groupBy: 'comm' }), { latencyBy: 'host' })).toBe('host')
  expect(countsSplit(spec({ collector: 'counts', probes: [probe('a')] }), { countsBy: 'row' })).toBe('row')
})
