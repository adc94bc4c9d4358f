import { heatMap, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { heatRows, sumOfSpan } from './heat-rows.ts'

const profile = syntheticProfile({ samples: 4_000, nodes: 400, hosts: 3 })
const question = { selection: {}, rowsPerSecond: 50, withIdle: false } as const
const together = heatMap(profile, { ...question, hosts: 'together' })
const each = heatMap(profile, { ...question, hosts: 'each' })

describe('a heat map as rows', () => {
  it('has a row for each second, and all samples in them, however the hosts are split', () => {
    const rows = heatRows(together)
    expect(rows.map((row) => row.fromMs)).toEqual(Array.from({ length: 30 }, (_, i) => i * 1_000))
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(4_000)
    expect(heatRows(each).map(({ weight }) => weight)).toEqual(rows.map(({ weight }) => weight))
  })

  it('names the fullest cell, which holds what it says', () => {
    for (const row of heatRows(together)) {
      const { atMs = 0, weight } = row.peak ?? {}
      expect(sumOfSpan(together, together.layers, { fromMs: atMs, toMs: atMs + 20 }).weight).toBe(weight)
      expect(Math.floor(atMs / 1_000) * 1_000).toBe(row.fromMs)
    }
    const [first] = heatRows(each)
    const layer = each.layers.find((one) => one.hostName === first?.peak?.hostName)
    expect(layer?.weight[((first?.peak?.atMs ?? 0) * 50) / 1_000]).toBe(first?.peak?.weight)
  })

  it('keeps long ones within 600 rows, without losing a second', () => {
    const long = heatMap(syntheticProfile({ samples: 500, nodes: 100 }), { ...question, hosts: 'together' })
    const rows = heatRows({ ...long, seconds: 3_601 })
    expect(rows.length).toBeLessThanOrEqual(600)
    expect(rows.at(-1)?.toMs).toBe(3_601_000)
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(500)
  })
})

describe('the sum of a stretch', () => {
  it('is what all maps hold there; stretches that meet share no cell', () => {
    const all = { fromMs: 0, toMs: 30_000 }
    for (const answer of [together, each]) {
      expect(sumOfSpan(answer, answer.layers, all)).toEqual({ weight: 4_000, count: 4_000 })
      for (const atMs of [20, 3_210, 17_333, 29_990]) {
        const [before, after] = [
          { fromMs: 0, toMs: atMs },
          { fromMs: atMs, toMs: 30_000 },
        ].map((span) => sumOfSpan(answer, answer.layers, span).weight)
        expect((before ?? 0) + (after ?? 0)).toBe(4_000)
      }
    }
    expect(sumOfSpan(together, together.layers, { fromMs: 40_000, toMs: 50_000 })).toEqual({ weight: 0, count: 0 })
  })
})
