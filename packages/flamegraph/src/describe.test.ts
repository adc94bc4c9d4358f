import { FRAME_KIND } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { treeOf } from '../testing/random-tree.ts'
import { cleanText, isSingleWidth } from './clean-text.ts'
import { announceFrame, describeFrame, stackText } from './describe.ts'
import { formatCount, formatDuration, formatShare, formatWeight } from './format.ts'

const HOSTILE = [
  `a\u202eb\u0000c\u001b[31m`,
  'line\nbreak\r\u2028',
  '\ud83d',
  `${'x'.repeat(65_536)}`,
  '<img onerror=x>',
  '\u200b\u2066\u061c\ufeff',
]
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u

describe('cleanText', () => {
  it.each(HOSTILE)('lets nothing invisible through and cuts: %j', (text) => {
    const clean = cleanText(text, 100)
    expect(clean).not.toMatch(UNSAFE)
    expect(clean.length).toBeLessThanOrEqual(100)
  })
  it('keeps ordinary names, wide ones too, and never splits a pair', () => {
    expect(cleanText('std::map<int, 名前>::at() 🙂', 100)).toBe('std::map<int, 名前>::at() 🙂')
    for (let max = 2; max < 12; max++) expect(cleanText('🙂🙂🙂🙂🙂🙂🙂', max)).not.toMatch(UNSAFE)
    expect([isSingleWidth('abc::<>…é'), isSingleWidth('名'), isSingleWidth('e\u0301')]).toEqual([true, false, false])
  })
})

describe('describeFrame', () => {
  const tree = treeOf({
    parents: [0, 1, 1, 0],
    labelOf: (i) => ['all', 'main', 'tcp_sendmsg', 'b\nc', 'd'][i] ?? '',
    selfOf: (i) => [0, 10, 500, 102, 388][i] ?? 0,
  })
  tree.modules.push('[kernel]')
  tree.module[2] = 1
  tree.kind[2] = FRAME_KIND.kernel

  it('says what a tooltip shows', () => {
    expect(describeFrame(tree, 2, 'samples', 10_101_010)).toEqual({
      name: 'tcp_sendmsg',
      module: '[kernel]',
      kind: 'kernel',
      rows: [
        { label: 'total', value: '500 samples', share: '50.0 %' },
        { label: 'of caller', value: '', share: '81.7 %' },
        { label: 'self', value: '500 samples', share: '50.0 %' },
        { label: 'CPU time', value: '≈ 5.05 s', share: '' },
      ],
      ofAll: '500 of 1,000 samples',
    })
    expect(describeFrame(tree, 0, 'samples', 0).rows.map((row) => row.label)).toEqual(['total', 'self'])
    expect(describeFrame(tree, 2, 'ns', 0)).toMatchObject({ ofAll: '', rows: [{ value: '500 ns' }, {}, {}] })
  })
  it('says of how many events a weight is made', () => {
    const counted = { ...tree, total: tree.total.map((ns) => ns * 2_480_000), count: Float64Array.from([900, 800, 312, 1, 10]) }
    const waits = { how: 'blocked in', one: 'wait', many: 'waits' }
    const { ofAll, rows } = describeFrame(counted, 2, 'ns', 0, waits)
    expect(ofAll).toBe('1.24 s blocked in 312 waits')
    expect(rows.at(-1)).toEqual({ label: 'per wait', value: '3.97 ms', share: '' })
    expect(describeFrame(counted, 3, 'ns', 0, waits).ofAll).toMatch(/ blocked in 1 wait$/)
    expect(describeFrame(counted, 3, 'ns', 0, waits).rows.map((row) => row.label)).toEqual(['total', 'of caller', 'self'])
  })
  it('speaks a frame for a live region', () => {
    expect(announceFrame(tree, 2)).toBe('tcp_sendmsg, 50.0 %, depth 2, 1 of 2 siblings')
    expect(announceFrame(tree, 0)).toBe('all, 100 %, depth 0')
  })
  it('copies a stack leaf first, one frame a line whatever the names hold', () => {
    expect(stackText(tree, 2)).toBe('tcp_sendmsg ([kernel])\nmain')
    expect(stackText(tree, 3).split('\n')).toEqual(['b\ufffdc', 'main'])
    expect(stackText(tree, 0)).toBe('')
    expect(stackText({ ...tree, isInverted: true }, 2)).toBe('main\ntcp_sendmsg ([kernel])')
    const ofFunction = { ...tree, kind: tree.kind.with(0, FRAME_KIND.user) }
    expect(stackText(ofFunction, 2).split('\n')).toHaveLength(3)
  })
})

describe('numbers', () => {
  it.each([
    [0, 5, '0 %'],
    [1, 0, '0 %'],
    [1, 1e9, '< 0.01 %'],
    [1, 1000, '0.10 %'],
    [124, 1000, '12.4 %'],
    [99_960, 100_000, '> 99.9 %'],
    [7, 7, '100 %'],
  ])('shares: %d of %d is %s', (part, whole, text) => expect(formatShare(part, whole)).toBe(text))
  it.each([
    [999, '999 ns'],
    [1500, '1.50 µs'],
    [12_340_000, '12.3 ms'],
    [1e9, '1 s'],
    [99.94e9, '99.9 s'],
    [252e9, '4 min 12 s'],
    [3_700e9, '1 h 1 min'],
  ])('durations: %d ns is %s', (ns, text) => expect(formatDuration(ns)).toBe(text))
  it('weights carry their unit', () => {
    expect([formatWeight(1, 'samples'), formatWeight(1204, 'samples'), formatWeight(2048, 'bytes'), formatWeight(5, 'count')]).toEqual([
      '1 sample',
      '1,204 samples',
      '2 KiB',
      '5',
    ])
    expect(formatCount(1234.567)).toBe('1,234.57')
  })
})
