import type { Measure } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import type { VerdictAnswer } from './answers.ts'
import { CliError } from './exit-codes.ts'
import { judgeGate, parseGate } from './gate.ts'

const measure = (a: number | null, b: number | null, over: Partial<Measure> = {}): Measure => ({
  a,
  b,
  change: a === null || b === null ? null : b - a,
  low: null,
  high: null,
  q: 0.001,
  significant: true,
  hosts: null,
  countA: 100,
  countB: 100,
  ...over,
})
const none = measure(0, 0, { significant: false })
const verdict = (over: { p99?: Measure; rate?: Measure; errors?: Measure; self?: Measure; unit?: string } = {}): VerdictAnswer => ({
  sentences: ['x'],
  differs: true,
  functionUnit: over.unit ?? 'share',
  rateUnit: '/s',
  functions: [{ key: 'k', name: 'json_encode', module: 'm', kind: 0, presence: 'both', self: over.self ?? none, total: none }],
  functionsTested: 1,
  syscalls: [{ nr: 1, name: 'write', rate: over.rate ?? none, errors: over.errors ?? none, mean: none, p50: none, p99: over.p99 ?? none }],
  syscallsTested: 1,
  warnings: [],
})
const judge = (text: string, of: VerdictAnswer, evenInsignificant = false) => judgeGate(parseGate(text), of, { evenInsignificant }).outcome

describe('a threshold', () => {
  it('is read as it is written', () => {
    const read = (text: string) => {
      const { name, measure, above, kind, limit } = parseGate(text)
      return [name, measure, above, kind, limit]
    }
    expect(read('write p99 > +20%')).toEqual(['write', 'p99', true, 'relative', 0.2])
    expect(read('  write p99>+2ms ')).toEqual(['write', 'p99', true, 'change', 2e6])
    expect(read('write p50 > 10us')).toEqual(['write', 'p50', true, 'value', 10_000])
    expect(read('write mean > 1.5s')).toEqual(['write', 'mean', true, 'value', 1.5e9])
    expect(read('connect errors > +5%')).toEqual(['connect', 'errors', true, 'change', 0.05])
    expect(read('connect errors > 5%')).toEqual(['connect', 'errors', true, 'value', 0.05])
    expect(read('json_encode self > +2%')).toEqual(['json_encode', 'self', true, 'change', 0.02])
    expect(read('json_encode self > x1.5')).toEqual(['json_encode', 'self', true, 'factor', 1.5])
    expect(read('read rate < -50%')).toEqual(['read', 'rate', false, 'relative', -0.5])
    expect(read('read rate > 1000/s')).toEqual(['read', 'rate', true, 'value', 1000])
    expect(read('"std::map<int, int>::at(int const&)" total > +1%')).toEqual([
      'std::map<int, int>::at(int const&)',
      'total',
      true,
      'change',
      0.01,
    ])
    expect(read('operator new(unsigned long) self > +1%')).toEqual(['operator new(unsigned long)', 'self', true, 'change', 0.01])
    expect(read('* p99 > +50%')).toEqual(['*', 'p99', true, 'relative', 0.5])
    expect(read('self self > 1%')).toEqual(['self', 'self', true, 'value', 0.01])
  })

  it.each([
    '',
    'write',
    'p99 > +20%',
    'write p99',
    'write p98 > +20%',
    'write p99 >= +20%',
    'write p99 > 20',
    'write p99 > 20%',
    'write p99 > -20%',
    'write p99 < +20%',
    'write p99 > x1.5%',
    'write p99 > +2/s',
    'write rate > 5ms',
    'write rate > 5%',
    'json_encode self > +2ms',
    'json_encode self > +2',
    'write p99 > +20% or more',
    'write p99 > +1e9%',
    'write p99 > +.5%',
  ])('is refused where it could be read in two ways: %s', (text) => {
    expect(() => parseGate(text)).toThrow(CliError)
  })

  it('is crossed by what is beyond it, and only then', () => {
    const slower = verdict({ p99: measure(10e6, 12.5e6) })
    expect(judge('write p99 > +20%', slower)).toBe('crossed')
    expect(judge('write p99 > +25%', slower)).toBe('held')
    expect(judge('write p99 > +2ms', slower)).toBe('crossed')
    expect(judge('write p99 > +2.5ms', slower)).toBe('held')
    expect(judge('write p99 > 12ms', slower)).toBe('crossed')
    expect(judge('write p99 > 13ms', slower)).toBe('held')
    expect(judge('write p99 > x1.2', slower)).toBe('crossed')
    expect(judge('* p99 > +20%', slower)).toBe('crossed')
    expect(judge('write p99 < -20%', slower)).toBe('held')
    expect(judge('write rate < -50%', verdict({ rate: measure(100, 40) }))).toBe('crossed')
    expect(judge('write errors > +5%', verdict({ errors: measure(0.01, 0.08) }))).toBe('crossed')
    expect(judge('json_encode self > +2%', verdict({ self: measure(0.041, 0.097) }))).toBe('crossed')
    expect(judge('json_encode self > +6%', verdict({ self: measure(0.041, 0.097) }))).toBe('held')
  })

  it('is crossed from nothing by anything', () => {
    expect(judge('write p99 > +20%', verdict({ p99: measure(0, 5) }))).toBe('crossed')
    expect(judge('write p99 > x2', verdict({ p99: measure(0, 5) }))).toBe('crossed')
    expect(judge('write p99 > +20%', verdict({ p99: measure(0, 0) }))).toBe('held')
  })

  it('counts what may be chance only when told to', () => {
    const chance = verdict({ p99: measure(10e6, 20e6, { significant: false, q: 0.4 }) })
    expect(judge('write p99 > +20%', chance)).toBe('held')
    expect(judge('write p99 > +20%', chance, true)).toBe('crossed')
    expect(judge('write p99 > 15ms', chance)).toBe('crossed')
  })

  it('cannot be judged where nothing was tested, and says when nothing has the name', () => {
    expect(judge('write p99 > +20%', verdict({ p99: measure(10, 20, { significant: false, q: null }) }))).toBe('unknown')
    expect(judge('write p99 > +20%', verdict({ p99: measure(null, 20, { significant: false, q: null }) }), true)).toBe('unknown')
    expect(judge('wrote p99 > +20%', verdict())).toBe('absent')
    expect(judge('json_encod self > +20%', verdict())).toBe('absent')
  })

  it('in percent of the CPU is not held against functions in another unit', () => {
    expect(() => judge('json_encode self > +2%', verdict({ unit: 'samples/request' }))).toThrow(/factor/)
    expect(judge('json_encode self > x2', verdict({ unit: 'samples/request', self: measure(1, 3) }))).toBe('crossed')
  })
})
