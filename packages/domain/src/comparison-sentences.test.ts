import type { FunctionFinding, Measure, SyscallFinding } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { comparisonSentences, type SentenceFacts } from './comparison-sentences.ts'

const NOTHING: Measure = { a: 0.1, b: 0.1, change: 0, low: -0.01, high: 0.01, q: 1, significant: false, hosts: null, countA: 9, countB: 9 }
const changed = (a: number, b: number, half: number, over: Partial<Measure> = {}): Measure => ({
  ...NOTHING,
  a,
  b,
  change: b - a,
  low: b - a - half,
  high: b - a + half,
  q: 0.001,
  significant: true,
  ...over,
})
const fn = (name: string, self: Measure, total: Measure = NOTHING, over: Partial<FunctionFinding> = {}): FunctionFinding => ({
  key: `key of ${name}`,
  name,
  module: 'app',
  kind: 0,
  presence: 'both',
  self,
  total,
  ...over,
})
const call = (name: string, over: Partial<SyscallFinding>): SyscallFinding => ({
  nr: 1,
  name,
  rate: NOTHING,
  errors: NOTHING,
  mean: NOTHING,
  p50: NOTHING,
  p99: NOTHING,
  ...over,
})
const say = (over: Partial<SentenceFacts>) =>
  comparisonSentences({
    functions: [],
    syscalls: [],
    whole: 'CPU',
    functionUnit: 'share',
    rateUnit: '/s',
    newBelow: () => 0,
    tested: { functions: 412, syscalls: 17, unitsA: 192, unitsB: 190 },
    missed: 0.0084,
    differs: true,
    ...over,
  })

describe('sentences of a verdict', () => {
  it('say a function with its interval, its hosts and what is new below it', () => {
    const json = fn('json_encode', changed(0.041, 0.097, 0.008, { hosts: { agree: 7, of: 8 } }))
    expect(say({ functions: [json], newBelow: (key) => (key === json.key ? 3 : 0) })).toEqual([
      '`json_encode` self 4.1 → 9.7 % of CPU (+5.6 ± 0.8), on 7 of 8 hosts; 3 new functions below it.',
    ])
  })

  it('say calls by what changed most, failures first, amounts in one unit', () => {
    expect(
      say({
        syscalls: [
          call('write', { p99: changed(1.2e6, 3.4e6, 0.2e6), mean: changed(1e5, 1.3e5, 1e4) }),
          call('connect', { errors: changed(0.001, 0.98, 0.004), rate: changed(12, 3_412, 130) }),
        ],
      }),
    ).toEqual(['`connect` fails 0.1 → 98.0 % of calls (+97.9 ± 0.4).', '`write` p99 ≈ 1.20 → 3.40 ms (+2.20; 95 %: +2.00 to +2.40).'])
    expect(say({ syscalls: [call('connect', { rate: changed(12, 3_412, 130) })] })).toEqual([
      '`connect` 12 → 3,412 calls/s a host (+3,400 ± 130).',
    ])
  })

  it('say what was looked at where nothing is found, and what could have been missed', () => {
    expect(say({ differs: false })).toEqual([
      'Nothing differs by more than chance explains: 412 functions and 17 system calls looked at in 192 + 190 slices of time; a function’s change of less than ±0.84 % of CPU could have been missed.',
    ])
    expect(say({ differs: null, missed: null })[0]).toMatch(/^Too little was recorded/)
  })

  it('leave out callers of what is told, and what only makes room', () => {
    const told = say({
      functions: [
        fn('main', NOTHING, changed(0.9, 0.95, 0.02)),
        fn('render', changed(0.5, 0.44, 0.02)),
        fn('sort', changed(0.3, 0.265, 0.02)),
        fn('json_encode', changed(0.1, 0.2, 0.02), changed(0.1, 0.2, 0.02)),
        fn('serve', NOTHING, changed(0.6, 0.7, 0.02)),
        fn('other_caller', NOTHING, changed(0.2, 0.5, 0.02)),
      ],
    })
    expect(told.map((sentence) => sentence.split(' ')[0])).toEqual(['`json_encode`', '`other_caller`', '`main`'])
    expect(told.join()).not.toMatch(/render|sort|serve/)
  })

  it('are five at most, of which two are kept for calls', () => {
    const functions = Array.from({ length: 9 }, (_, i) => fn(`f${i}`, changed(0.01 * i, 0.01 * i + 0.02 * (i + 1), 0.001)))
    const syscalls = Array.from({ length: 4 }, (_, i) => call(`call${i}`, { rate: changed(10, 20 + i, 1) }))
    expect(say({ functions, syscalls })).toHaveLength(5)
    expect(say({ functions, syscalls }).filter((sentence) => sentence.includes('call'))).toHaveLength(2)
    expect(say({ functions })).toHaveLength(5)
    expect(say({ syscalls })).toHaveLength(4)
  })

  it('show hostile names as text of one line', () => {
    const [sentence = ''] = say({ functions: [fn(`a\n\`b\`\u202e<script>${'x'.repeat(70_000)}`, changed(0.1, 0.2, 0.01))] })
    expect(sentence.length).toBeLessThan(200)
    expect(sentence).not.toMatch(/[\n\u202e]/u)
    expect(sentence.split('`')).toHaveLength(3)
  })
})
