import { describe, expect, it } from 'vitest'
import { captureSpecSchema, startCaptureInputSchema } from './capture-spec.ts'

const stacks = (over: object = {}) => ({
  collector: 'stacks',
  probe: { kind: 'pmu', event: 'cpu' },
  sample: { by: 'frequency', hz: 99 },
  ...over,
})
const spec = { version: 2, recipe: 'cpu-profile', instruments: [stacks()], durationMs: 5_000 }
const counts = (probe: object) => ({ ...spec, instruments: [{ collector: 'counts', probes: [probe] }] })
const accepts = (value: unknown) => captureSpecSchema.safeParse(value).success

describe('capture spec', () => {
  it('takes what the form can send', () => {
    expect(accepts(spec)).toBe(true)
    expect(accepts({ ...spec, filter: { kind: 'pid', pid: 1 } })).toBe(true)
    expect(accepts({ ...spec, filter: { kind: 'process', name: 'nginx: worker' } })).toBe(true)
    expect(accepts({ ...spec, filter: { kind: 'cgroup', path: '/system.slice/docker-0af.scope' } })).toBe(true)
  })

  it.each([
    ['a duration below a second', { ...spec, durationMs: 999 }],
    ['a duration above five minutes', { ...spec, durationMs: 300_001 }],
    ['a duration that is text', { ...spec, durationMs: '5000' }],
    ['a rate of zero', { ...spec, instruments: [stacks({ sample: { by: 'frequency', hz: 0 } })] }],
    ['a fractional rate', { ...spec, instruments: [stacks({ sample: { by: 'frequency', hz: 99.5 } })] }],
    ['a frequency of events', { ...spec, instruments: [stacks({ probe: { kind: 'kprobe', function: 'vfs_read' } })] }],
    ['nothing to record', { ...spec, instruments: [] }],
    ['two instruments of one collector', { ...spec, instruments: [stacks(), stacks()] }],
    ['a tracepoint that opens a program', counts({ kind: 'tracepoint', category: 'sched', name: 'x { system("id") } tracepoint:a:b' })],
    ['a kernel function with a newline', counts({ kind: 'kprobe', function: 'vfs_read\n' })],
    ['a symbol with a space', counts({ kind: 'uprobe', binary: { of: 'path', path: '/bin/true' }, function: 'a b' })],
    ['a binary above its folder', counts({ kind: 'uprobe', binary: { of: 'path', path: '/bin/../etc/shadow' }, function: 'main' })],
    ['a relative binary', counts({ kind: 'uprobe', binary: { of: 'path', path: 'bin/true' }, function: 'main' })],
    ['a path with a newline', counts({ kind: 'uprobe', binary: { of: 'path', path: '/bin/a\nb' }, function: 'main' })],
    ['a counter with options of perf', counts({ kind: 'pmu', event: 'cycles:u,instructions' })],
    ['a recipe that is no name', { ...spec, recipe: '../raw' }],
    ['a spec of another version', { ...spec, version: 1 }],
    ['a field it does not know', { ...spec, program: 'BEGIN { system("id") }' }],
    ['a pid that is text', { ...spec, filter: { kind: 'pid', pid: '1 || 1' } }],
    ['pid 0', { ...spec, filter: { kind: 'pid', pid: 0 } }],
    ['a comm longer than the kernel keeps', { ...spec, filter: { kind: 'process', name: 'x'.repeat(16) } }],
    ['a cgroup path that climbs', { ...spec, filter: { kind: 'cgroup', path: '/a/../../etc' } }],
    ['a relative cgroup path', { ...spec, filter: { kind: 'cgroup', path: 'a/b' } }],
    ['a cgroup path with a quote', { ...spec, filter: { kind: 'cgroup', path: '/a"b' } }],
    ['a cgroup path with a newline', { ...spec, filter: { kind: 'cgroup', path: '/a\n/b' } }],
    ['a filter with more than it should have', { ...spec, filter: { kind: 'pid', pid: 1, extra: 1 } }],
  ])('refuses %s', (_what, value) => {
    expect(accepts(value)).toBe(false)
  })

  it('wants at least one host, each by a proper id', () => {
    expect(startCaptureInputSchema.safeParse({ hostIds: [], spec }).success).toBe(false)
    expect(startCaptureInputSchema.safeParse({ hostIds: ["x' or 1=1"], spec }).success).toBe(false)
    expect(startCaptureInputSchema.safeParse({ hostIds: ['host1234'], spec }).success).toBe(true)
  })
})
