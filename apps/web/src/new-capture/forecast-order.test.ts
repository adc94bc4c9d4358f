import type { Forecast } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { budgetShare, countVerdicts, type HostForecast, worstFirst } from './forecast-order.ts'

function host(hostName: string, over: Partial<Forecast> | null): HostForecast {
  const base: Forecast = {
    countedMs: 1_000,
    probes: [],
    hitsPerSecond: 0,
    cores: 0,
    bytesPerSecond: 0,
    verdict: 'ok',
    every: 1,
    budget: { hitsPerSecond: 1_000, cores: 0.5, memoryBytes: 1, outputBytes: 1 },
    message: '',
  }
  return {
    hostId: hostName,
    hostName,
    forecast: over === null ? { ok: false, reason: 'policy', message: 'no' } : { ok: true, forecast: { ...base, ...over } },
  }
}

describe('forecasts of many hosts', () => {
  it('are read worst first', () => {
    const hosts = [
      host('calm', { cores: 0.01 }),
      host('busy', { cores: 0.4 }),
      host('many-hits', { hitsPerSecond: 900 }),
      host('over', { verdict: 'over-budget', cores: 3 }),
      host('sampled', { verdict: 'sampled', every: 10 }),
      host('refused', null),
      host('calm-too', { cores: 0.01 }),
    ]
    expect(worstFirst(hosts).map((h) => h.hostName)).toEqual(['refused', 'over', 'sampled', 'many-hits', 'busy', 'calm', 'calm-too'])
    expect(countVerdicts(hosts)).toEqual({ ok: 4, sampled: 1, over: 1, refused: 1 })
  })
  it('use the part of the budget that ends first, and a budget of nothing is used up by anything', () => {
    expect(budgetShare(host('a', { cores: 0.25, hitsPerSecond: 100 }).forecast)).toBe(0.5)
    const none = { hitsPerSecond: 0, cores: 0.5, memoryBytes: 1, outputBytes: 1 }
    expect(budgetShare(host('a', { hitsPerSecond: 1, budget: none }).forecast)).toBe(Number.POSITIVE_INFINITY)
    expect(budgetShare(host('a', { budget: none }).forecast)).toBe(0)
  })
})
