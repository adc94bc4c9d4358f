import { describe, expect, it } from 'vitest'
import { FIRE_NS, HANDLE_NS, IDLE_CORES, isEmulatedOnX64, KEEP_NS } from './cost-model.ts'
import type { CountItem } from './count-list.ts'
import { type ForecastInput, forecastOf } from './forecast.ts'

const budget = { hitsPerSecond: 1_000_000, cores: 0.5, memoryBytes: 1e9, outputBytes: 256 * 1024 * 1024 }
const item = (more: Partial<CountItem> = {}): CountItem => ({
  label: 'p',
  collector: 'counts',
  cost: 'tracepoint',
  places: [],
  every: 1,
  ...more,
})
const input = (items: CountItem[], hits: number[], more: Partial<ForecastInput> = {}): ForecastInput => ({
  items,
  count: { countedMs: 1000, counts: hits.map((n) => ({ hits: n, matched: n })) },
  timed: null,
  maxRowsPerSecond: 1_000,
  durationMs: 10_000,
  budget,
  ...more,
})

describe('forecastOf', () => {
  it('is rate × cost, and says what it means', () => {
    const forecast = forecastOf(input([item()], [100_000]))
    expect(forecast).toMatchObject({ verdict: 'ok', every: 1, hitsPerSecond: 100_000, countedMs: 1000 })
    expect(forecast.cores).toBeCloseTo((100_000 * (FIRE_NS.tracepoint + KEEP_NS.counts)) / 1e9 + IDLE_CORES)
    expect(forecast.probes).toEqual([{ label: 'p', hits: 100_000, costNs: FIRE_NS.tracepoint + KEEP_NS.counts + HANDLE_NS.counts }])
    expect(forecast.message).toBe("The probes fire 100,000 times a second. Recording takes about 0.075 cores, within the host's budget.")
  })

  it('scales a count that was ended early', () => {
    const half = input([item()], [50_000])
    const early = forecastOf({ ...half, count: { countedMs: 500, counts: [{ hits: 50_000, matched: 50_000 }] } })
    expect(early.hitsPerSecond).toBe(100_000)
  })

  it('refuses what fires too often, and names the budget', () => {
    const forecast = forecastOf(input([item()], [2_000_000]))
    expect(forecast).toMatchObject({ verdict: 'over-budget', every: 1 })
    expect(forecast.message).toContain('2,000,000 times a second')
    expect(forecast.message).toContain('1,000,000')
  })

  it('refuses what costs too much: 50,000 single-stepped hits a second take more than half a core, whoever is recorded', () => {
    const stepped = input([item({ cost: 'uprobe-stepped' })], [50_000])
    const nobody = { ...stepped, count: { countedMs: 1000, counts: [{ hits: 50_000, matched: 0 }] } }
    expect(forecastOf(nobody)).toMatchObject({ verdict: 'over-budget' })
    expect(forecastOf(nobody).message).toMatch(/about 0\.7\d cores/)
    expect(forecastOf(input([item({ cost: 'uprobe' })], [50_000]))).toMatchObject({ verdict: 'ok' })
  })

  it('takes a counter for what its overflows cost, not for all that it counts', () => {
    // 3 billion cycles a second, a sample at every millionth.
    const cycles = (every: number) => forecastOf(input([item({ collector: 'stacks', cost: 'pmu', every })], [3e9]))
    expect(cycles(1_000_000)).toMatchObject({ verdict: 'ok', hitsPerSecond: 3_000 })
    expect(cycles(1_000_000).cores).toBeCloseTo((3_000 * (FIRE_NS.pmu + KEEP_NS.stacks + HANDLE_NS.stacks)) / 1e9 + IDLE_CORES)
    expect(cycles(10_000)).toMatchObject({ verdict: 'sampled' })
    expect(cycles(10_000).every * 10_000).toBeGreaterThan(50_000)
    expect(cycles(1)).toMatchObject({ verdict: 'sampled', every: 100_000 })
  })

  it('thins stacks by event instead, as little as is enough', () => {
    const stacks = input([item({ collector: 'stacks' })], [500_000])
    const forecast = forecastOf(stacks)
    expect(forecast).toMatchObject({ verdict: 'sampled', hitsPerSecond: 500_000 / forecast.every })
    expect(forecast.every).toBeGreaterThan(1)
    expect(forecast.cores).toBeLessThanOrEqual(budget.cores)
    expect(forecast.message).toContain(`One event in ${forecast.every} `)
    // A step less would not do.
    const less = { 2: 1, 5: 2, 10: 5, 20: 10, 50: 20, 100: 50 }[forecast.every] ?? 0
    const asked = forecastOf({ ...stacks, items: [item({ collector: 'stacks', every: less })] })
    expect(asked.verdict).toBe('sampled')
  })

  it('thins counts where keeping them is what costs too much, but they fire as often', () => {
    const forecast = forecastOf(input([item()], [900_000]))
    expect(forecast).toMatchObject({ verdict: 'sampled', every: 2, hitsPerSecond: 900_000 })
    expect(forecast.cores).toBeLessThanOrEqual(budget.cores)
    expect(forecastOf(input([item({ collector: 'syscalls' })], [6_000_000], { budget: { ...budget, hitsPerSecond: 1e9 } })).verdict).toBe(
      'over-budget',
    )
  })

  it('does not thin where firing alone is above the budget', () => {
    expect(forecastOf(input([item({ collector: 'stacks', cost: 'uprobe' })], [900_000])).verdict).toBe('over-budget')
  })

  it('does not thin counts that come with stacks', () => {
    const both = input([item({ collector: 'stacks' }), item()], [2_000_000, 2_000_000])
    expect(forecastOf(both).verdict).toBe('over-budget')
  })

  it('holds the size of the result against the budget, and caps rows', () => {
    const events = (maxRowsPerSecond: number, durationMs: number) =>
      forecastOf(
        input([item({ collector: 'events' })], [20_000], {
          maxRowsPerSecond,
          durationMs,
          budget: { ...budget, outputBytes: 1024 * 1024, cores: 8 },
        }),
      )
    expect(events(100, 300_000).verdict).toBe('ok')
    expect(events(5_000, 300_000)).toMatchObject({ verdict: 'sampled' })
    expect(events(5_000, 300_000).bytesPerSecond * 300).toBeLessThanOrEqual(1024 * 1024)
    expect(events(5_000, 300_000).message).toContain('MiB large')
  })

  it('needs no count for timed samples', () => {
    const forecast = forecastOf(input([], [], { count: null, timed: { hz: 99, cpus: 64 } }))
    expect(forecast).toMatchObject({ verdict: 'ok', countedMs: 0, hitsPerSecond: 0 })
    expect(forecast.cores).toBeGreaterThan(IDLE_CORES)
    expect(forecast.message).toContain('99 samples a second on 64 CPUs')
    expect(forecastOf(input([], [], { count: null, timed: { hz: 999, cpus: 128 } })).verdict).toBe('over-budget')
  })
})

describe('isEmulatedOnX64', () => {
  it.each([
    [[0x55, 0x48], true],
    [[0x41, 0x57], true],
    [[0x90, 0x00], true],
    [[0xe9, 0x00], true],
    [[0x0f, 0x84], true],
    [[0x48, 0x83], false],
    [[0xf3, 0x0f], false],
    [[0x41, 0xb8], false],
    [[0x0f, 0x1f], false],
  ])('%j → %s', (bytes, emulated) => {
    expect(isEmulatedOnX64(Uint8Array.from(bytes))).toBe(emulated)
  })
})
