import { LATENCY_SORTS, type LatencyRow } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { averageNs, firstLatencyDir, sortLatency } from './latency-rows.ts'

const row = (id: string, over: Partial<LatencyRow> = {}): LatencyRow => ({
  id,
  hostId: 'h',
  hostName: 'web-1',
  pid: 1,
  comm: id,
  probe: null,
  key: null,
  count: 1,
  totalNs: 100,
  maxNs: 100,
  histogram: [],
  p50: null,
  p99: null,
  ...over,
})

describe('sortLatency', () => {
  const rows = [
    row('a', { count: 5, totalNs: 50, key: '10', p99: { value: 9, low: 8, high: 15 } }),
    row('b', { count: 1, totalNs: 500, key: '9', maxNs: 7 }),
    row('c', { count: 0, totalNs: 0, key: 'sda', p50: { value: 1, low: 1, high: 1 } }),
    row('d', { key: null, maxNs: 900 }),
  ]
  const ids = (sort: (typeof LATENCY_SORTS)[number], dir: 'asc' | 'desc') => sortLatency(rows, sort, dir).map((r) => r.id)

  it('has an order for every header, the same rows in each', () => {
    for (const sort of LATENCY_SORTS)
      for (const dir of ['asc', 'desc'] as const) expect([...ids(sort, dir)].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(ids('count', 'desc')[0]).toBe('a')
    expect(ids('total', 'desc')[0]).toBe('b')
    expect(ids('avg', 'desc')[0]).toBe('b')
    expect(ids('max', 'desc')[0]).toBe('d')
    expect(ids('p99', 'desc')[0]).toBe('a')
    expect(ids('p50', 'desc')[0]).toBe('c')
    expect(ids('process', firstLatencyDir('process'))).toEqual(['a', 'b', 'c', 'd'])
  })
  it('sorts values as numbers where they are, and no value last', () => {
    expect(ids('key', 'asc')).toEqual(['b', 'a', 'c', 'd'])
  })
  it('does not shuffle what is the same', () => {
    const same = [row('x'), row('y'), row('z')]
    expect(sortLatency([...same].reverse(), 'count', 'desc').map((r) => r.id)).toEqual(['x', 'y', 'z'])
  })
  it('has an average of nothing', () => {
    expect(averageNs({ count: 0, totalNs: 0 })).toBe(0)
    expect(averageNs({ count: 4, totalNs: 10 })).toBe(2.5)
  })
})
