import type { CounterSeries } from '@sonde/contract'
import { expect, it } from 'vitest'
import { counterRows, isEstimate } from './counter-rows.ts'

const series = (event: string, value: number | null, over: Partial<CounterSeries> = {}): CounterSeries => ({
  hostId: 'h',
  hostName: 'web-1',
  event,
  unit: '',
  cpu: null,
  value,
  countedMs: 2_000,
  runningShare: 1,
  values: value === null ? [null, null] : [value / 2, value / 2],
  ...over,
})
const data = (list: CounterSeries[]) => ({ grid: { stepMs: 1_000, coveredMs: [1_000, 500] }, series: list, hosts: [], leftOut: 0 })
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

it('shows ratios first, then every counter with its unit and rate', () => {
  const rows = counterRows(
    data([
      series('LLC-loads', null),
      series('cycles', 4e9),
      series('instructions', 2e9),
      series('page-faults', 12),
      series('task-clock', 3e9, { unit: 'ns' }),
    ]),
    { perCpu: false, order: ['cycles', 'instructions', 'task-clock', 'page-faults', 'LLC-loads'] },
  )
  expect(rows.map((row) => [row.kind, row.title, plain(row.text), plain(row.rate)])).toEqual([
    ['ratio', 'Instructions per cycle', '0.50', ''],
    ['counter', 'cycles', '4.00G', '2.00G/s'],
    ['counter', 'instructions', '2.00G', '1.00G/s'],
    ['counter', 'task-clock', '3.00 s', '1.50 CPUs'],
    ['counter', 'page-faults', '12', '6/s'],
    ['counter', 'LLC-loads', 'not counted', ''],
  ])
  const clock = rows.find((row) => row.title === 'task-clock')
  expect(clock?.values.map((value) => clock.formatTick(value ?? 0))).toEqual(['1.50', '3.00'])
  // A bin that was recorded half has its rate all the same.
  expect(rows.find((row) => row.title === 'page-faults')?.values).toEqual([6, 12])
})

it('adds CPUs up unless each is wanted, and says what is an estimate', () => {
  const cpus = [0, 1].map((cpu) => series('cycles', 100, { cpu, runningShare: cpu === 0 ? 0.4 : 1 }))
  expect(counterRows(data(cpus), { perCpu: false, order: [] }).map((row) => [row.text, row.cpu, isEstimate(row)])).toEqual([
    ['200', null, true],
  ])
  expect(counterRows(data(cpus), { perCpu: true, order: [] }).map((row) => [row.text, row.cpu, isEstimate(row)])).toEqual([
    ['100', 0, true],
    ['100', 1, false],
  ])
})
