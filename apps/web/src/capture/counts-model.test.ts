import type { CaptureCounts, CountsRow } from '@sonde/contract'
import { SERIES_COUNT } from '@sonde/ui'
import { describe, expect, it } from 'vitest'
import { colorRows, countsSeries, coveredMsOf, ratesOf, rowName } from './counts-model.ts'

const row = (id: string, counts: number[]): CountsRow => ({
  id,
  hostId: 'h',
  hostName: 'web-1',
  pid: 7,
  comm: 'app',
  probe: null,
  key: undefined,
  count: counts.reduce((sum, n) => sum + n, 0),
  sum: 0,
  counts,
  sums: counts.map((n) => n * 10),
})
const grid = { stepMs: 1_000, coveredMs: [1_000, 500, 0] }
const data = (rows: CountsRow[], others: CaptureCounts['others'] = null): CaptureCounts => ({
  grid,
  total: { count: 0, sum: 0 },
  rows,
  others,
  beyond: 0,
  hosts: [],
})

it('a rate is of the time that was recorded, and unknown where none was', () => {
  expect(ratesOf([10, 10, 0], grid)).toEqual([10, 20, null])
  expect(coveredMsOf(grid, null)).toBe(1_500)
  expect(coveredMsOf(grid, { fromMs: 1_000, toMs: 3_000 })).toBe(500)
})

describe('countsSeries', () => {
  it('shows every event once: coloured rows by themselves, the rest together', () => {
    const rows = Array.from({ length: SERIES_COUNT + 3 }, (_, i) => row(`r${i}`, [i + 1, 0, 0]))
    const others = { rows: 5, count: 100, sum: 0, counts: [100, 0, 0], sums: [7, 0, 0] }
    const series = countsSeries(data(rows, others), 'count', colorRows(rows, new Map()), (r) => r.id)
    expect(series).toHaveLength(SERIES_COUNT + 1)
    expect(series.at(-1)).toMatchObject({ id: 'others', name: '8 others' })
    const atZero = series.reduce((sum, one) => sum + (one.values[0] ?? 0), 0)
    expect(atZero).toBe(rows.reduce((sum, r) => sum + (r.counts[0] ?? 0), 100))
    const sums = countsSeries(data(rows, others), 'sum', colorRows(rows, new Map()), (r) => r.id)
    expect(sums.reduce((sum, one) => sum + (one.values[0] ?? 0), 0)).toBe(10 * (atZero - 100) + 7)
  })
  it('has no line for nothing', () => {
    expect(countsSeries(data([]), 'count', new Map(), () => '')).toEqual([])
    expect(countsSeries(data([row('a', [1])]), 'count', colorRows([{ id: 'a' }], new Map()), () => 'a')).toHaveLength(1)
  })
})

it('a row keeps its colour while others come and go', () => {
  const slots = new Map<string, number>()
  const ids = (...names: string[]) => names.map((id) => ({ id }))
  const first = colorRows(ids('a', 'b', 'c'), slots)
  const second = colorRows(ids('c', 'd', 'b', 'a'), slots)
  for (const id of ['a', 'b', 'c']) expect(second.get(id)).toBe(first.get(id))
  const third = colorRows(ids('d', 'e', 'a'), slots)
  expect(third.get('a')).toBe(first.get('a'))
  expect(third.get('d')).toBe(second.get('d'))
  expect(new Set(third.values()).size).toBe(3)
  expect(third.has('b')).toBe(false)
})

it('a row is called by what tells it apart', () => {
  const many = { manyHosts: true, manyProbes: true }
  const one = { manyHosts: false, manyProbes: false }
  const full = { hostId: 'h', hostName: 'web-1', pid: 7, comm: 'app', probe: 'kprobe:a', key: 'sda' }
  expect(rowName(full, many)).toBe('app 7 · kprobe:a · sda · web-1')
  expect(rowName(full, one)).toBe('app 7 · sda')
  const none = { hostId: null, hostName: null, pid: null, comm: null, probe: null, key: undefined }
  expect(rowName({ ...none, probe: 'kprobe:a' }, one)).toBe('kprobe:a')
  expect(rowName({ ...none, key: null }, one)).toBe('no value')
  expect(rowName({ ...none, hostId: 'h', hostName: 'web-1' }, one)).toBe('web-1')
})
