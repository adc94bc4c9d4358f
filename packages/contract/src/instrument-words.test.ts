import { describe, expect, it } from 'vitest'
import { type Instrument, instrumentSchema } from './instrument.ts'
import { instrumentDetails, instrumentTitle, scopeWords, weightUnitsOf } from './instrument-words.ts'
import { RECIPE_LIST, specOfRecipe } from './recipe-book.ts'

const instrument = (value: unknown): Instrument => instrumentSchema.parse(value)
const kprobe = (at: 'entry' | 'return', name = 'vfs_read') => ({ kind: 'kprobe', function: name, at })
const tracepoint = (name: string) => ({ kind: 'tracepoint', category: 'block', name })

const CASES: Array<[unknown, string, string[]]> = [
  [{ collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 99 } }, 'CPU stacks', ['cpu at 99 Hz']],
  [
    { collector: 'stacks', probe: { kind: 'pmu', event: 'LLC-load-misses' }, sample: { by: 'period', every: 10_000 }, sides: 'kernel' },
    'stacks at LLC-load-misses',
    ['LLC-load-misses, one in 10,000', 'kernel stacks only'],
  ],
  [
    {
      collector: 'stacks',
      probe: { kind: 'uprobe', binary: { of: 'library', name: 'libc.so.6' }, function: 'malloc' },
      weight: { field: 'args.size', unit: 'bytes' },
    },
    'stacks at malloc in libc.so.6',
    ['uprobe:libc.so.6:malloc', 'bytes of args.size'],
  ],
  [{ collector: 'syscalls' }, 'system calls', ['every system call']],
  [{ collector: 'offcpu', wakers: true }, 'off-CPU time', ['waits of 1 µs and more', 'with wakers']],
  [
    { collector: 'counts', probes: [kprobe('return')], when: [{ field: 'ret', op: '<', value: 0 }], groupBy: 'comm', sum: 'ret' },
    'counts of vfs_read (return)',
    ['kretprobe:vfs_read', 'ret < 0', 'by comm', 'sum of ret'],
  ],
  [
    { collector: 'counts', probes: [kprobe('entry', 'a'), kprobe('entry', 'b'), kprobe('entry', 'c')] },
    'counts of a and 2 more',
    ['kprobe:a', 'kprobe:b', 'kprobe:c'],
  ],
  [
    { collector: 'latency', start: { probe: kprobe('entry') }, probe: kprobe('return') },
    'latency of vfs_read',
    ['kprobe:vfs_read → kretprobe:vfs_read'],
  ],
  [
    {
      collector: 'latency',
      start: {
        probe: tracepoint('block_rq_issue'),
        match: { by: 'fields', start: ['args.dev', 'args.sector'], end: ['args.dev', 'args.sector'] },
      },
      probe: tracepoint('block_rq_complete'),
    },
    'latency of block:block_rq_issue → block:block_rq_complete',
    ['tracepoint:block:block_rq_issue → tracepoint:block:block_rq_complete, matched by args.dev + args.sector'],
  ],
  [
    {
      collector: 'events',
      probe: { kind: 'usdt', binary: { of: 'process', name: 'postgres' }, provider: 'postgresql', name: 'query__start' },
      fields: ['args.arg0'],
    },
    'events of postgresql:query__start',
    ['usdt:postgres:postgresql:query__start', 'with args.arg0'],
  ],
  [
    { collector: 'pmu', events: ['cycles', 'instructions'], perCpu: true },
    'counters cycles and instructions',
    ['cycles, instructions', 'per CPU'],
  ],
]

describe('an instrument in words', () => {
  it.each(CASES)('%j', (value, title, details) => {
    expect(instrumentTitle(instrument(value))).toBe(title)
    expect(instrumentDetails(instrument(value))).toEqual(details)
  })

  it('has words for every instrument of every recipe that needs no parameters', () => {
    for (const recipe of RECIPE_LIST.filter((r) => r.params.every((p) => p.default !== undefined))) {
      for (const part of specOfRecipe(recipe.id).instruments) {
        expect(instrumentTitle(part)).not.toMatch(/undefined|object/)
        for (const words of instrumentDetails(part)) expect(words).toMatch(/^(?!.*(undefined|\[object)).+$/)
      }
    }
  })
})

it('says whom a capture records', () => {
  expect(scopeWords({})).toEqual([])
  expect(scopeWords({ filter: { kind: 'process', name: 'nginx' }, uid: 0, cpus: [8, 0, 1, 2, 2, 3] })).toEqual([
    'processes named nginx',
    'uid 0',
    'CPU 0-3,8',
  ])
  expect(scopeWords({ filter: { kind: 'container', id: 'ab'.repeat(32) } })).toEqual(['container abababababab'])
})

it('knows what weights count', () => {
  const unitsOf = (value: unknown) => {
    const parsed = instrument(value)
    return parsed.collector === 'stacks' || parsed.collector === 'offcpu' ? weightUnitsOf(parsed) : null
  }
  const probe = { kind: 'pmu', event: 'cpu' }
  expect(unitsOf({ collector: 'stacks', probe, sample: { by: 'frequency', hz: 99 } })).toEqual(['samples'])
  const faults = { kind: 'pmu', event: 'page-faults' }
  expect(unitsOf({ collector: 'stacks', probe: faults, sample: { by: 'frequency', hz: 99 } })).toEqual(['samples', 'count'])
  expect(unitsOf({ collector: 'stacks', probe: kprobe('entry') })).toEqual(['samples', 'count'])
  expect(unitsOf({ collector: 'stacks', probe: kprobe('entry'), weight: { field: 'args.size', unit: 'bytes' } })).toEqual(['bytes'])
  expect(unitsOf({ collector: 'offcpu' })).toEqual(['ns'])
})
