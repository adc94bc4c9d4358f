import { describe, expect, it } from 'vitest'
import { functionTable } from './function-table.ts'
import { functionUnits, type SparseRows } from './function-units.ts'
import { emptyProfile } from './profile-builder.ts'
import { seededRandom } from './seeded-random.ts'
import { syntheticProfile } from './synthetic-profile.ts'

const profile = syntheticProfile({ samples: 20_000, hosts: 3, seed: 5 })
const sumRow = ({ start, value }: SparseRows, row: number) => value.subarray(start[row], start[row + 1]).reduce((sum, v) => sum + v, 0)
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((s, v) => s + v, 0)

describe('functions by unit', () => {
  const random = seededRandom(8)
  it.each(
    Array.from({ length: 8 }, (_, i) => {
      const from = Math.floor(random() * profile.meta.durationMs * 500)
      const hostId = profile.hosts.id[i % 3] ?? ''
      return {
        slices: [1, 7, 24, 100][i % 4] ?? 1,
        window: i % 2 ? { fromUs: from, toUs: from + Math.floor(random() * profile.meta.durationMs * 500) } : undefined,
        hostId: i % 3 === 0 ? undefined : hostId,
        process: i === 5 ? { hostId, pid: profile.threads.pid[profile.threads.host.indexOf(2)] ?? 0 } : undefined,
      }
    }),
  )('add up to the function table: $slices slices, window $window, host $hostId', ({ slices, window, hostId, process }) => {
    const table = functionTable(profile, { window, hostId, process })
    const units = functionUnits(profile, { window, process, slices, ...(hostId ? { keepHost: (id) => id === hostId } : {}) })
    expect(Array.from(units.frame)).toEqual(Array.from(table.frame))
    units.frame.forEach((_, row) => {
      expect(sumRow(units.self, row)).toBeCloseTo(table.self[row] ?? 0, 6)
      expect(sumRow(units.total, row)).toBeCloseTo(table.total[row] ?? 0, 6)
    })
    expect(sum(units.weight)).toBeCloseTo(table.all.weight, 6)
    expect(sum(units.events)).toBeCloseTo(table.all.count, 6)
    expect(new Set(Array.from(units.host, (host, u) => `${host} ${units.slice[u]}`)).size).toBe(units.host.length)
    expect(Math.max(0, ...units.slice)).toBeLessThan(slices)
  })

  it('keep each sample in the slice of its time', () => {
    const units = functionUnits(profile, { slices: 24 })
    const half = functionUnits(profile, { slices: 12, window: { fromUs: units.fromUs, toUs: units.fromUs + 12 * units.sliceUs } })
    const early = units.weight.reduce((s, weight, u) => s + ((units.slice[u] ?? 0) < 12 ? weight : 0), 0)
    expect(sum(half.weight)).toBeCloseTo(early, 6)
  })

  it('are one slice where samples carry no time, and none of nothing', () => {
    const untimed = { ...profile, meta: { ...profile.meta, timed: false } }
    expect(new Set(functionUnits(untimed, { slices: 24 }).slice)).toEqual(new Set([0]))
    expect(functionUnits(emptyProfile(), { slices: 24 }).weight).toHaveLength(0)
    expect(functionUnits(profile, { slices: 24, keepHost: () => false }).frame).toHaveLength(0)
  })
})
