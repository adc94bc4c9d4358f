import { setTimeout as sleep } from 'node:timers/promises'
import { type Forecast, type QueryAnswer, specOfRecipe } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerQuery } from './answer-query.ts'
import { claimWork } from './claim-work.ts'
import { FORECAST_TIMEOUT_MS, forecastCapture } from './forecast-capture.ts'
import { createWorld, type World } from './testing/index.ts'

const spec = specOfRecipe('syscall-breakdown', { durationMs: 5_000 })
const forecast: Forecast = {
  countedMs: 1_000,
  probes: [{ label: 'tracepoint:raw_syscalls:sys_enter', hits: 12_000, costNs: 300 }],
  hitsPerSecond: 12_000,
  cores: 0.02,
  bytesPerSecond: 5_000,
  verdict: 'ok',
  every: 1,
  budget: { hitsPerSecond: 1_000_000, cores: 0.5, memoryBytes: 1e9, outputBytes: 1e8 },
  message: 'The probes fire 12,000 times a second.',
}

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** Answers the next question that the host is asked. */
async function answerNext(host: { id: string; name: string }, answer: QueryAnswer): Promise<void> {
  for (let i = 0; i < 100; i++) {
    for (const command of await claimWork(host, world.app)) {
      if (command.type !== 'query') continue
      expect(command.query).toEqual({ kind: 'forecast', spec })
      return answerQuery(host, world.app, { id: command.queryId, answer })
    }
    await sleep(20)
  }
  throw new Error('nobody asked')
}

describe('forecastCapture', () => {
  it('asks every host, each of which speaks for itself', async () => {
    const operator = await world.actor('operator')
    const [counts, refuses, old, away] = [
      await world.host('counts'),
      await world.host('refuses'),
      await world.host('old'),
      await world.host('away'),
    ]
    await world.silence(away, 60_000)
    const [rows] = await Promise.all([
      forecastCapture(operator, world.app, { hostIds: [counts.id, refuses.id, old.id, away.id, counts.id], spec }),
      answerNext(counts, { kind: 'forecast', forecast: { ok: true, forecast } }),
      answerNext(refuses, { kind: 'forecast', forecast: { ok: false, reason: 'policy', message: 'no' } }),
      answerNext(old, { kind: 'error', message: 'This agent does not know the question "forecast".' }),
    ])
    expect(rows).toEqual([
      { hostId: counts.id, hostName: 'counts', forecast: { ok: true, forecast } },
      { hostId: refuses.id, hostName: 'refuses', forecast: { ok: false, reason: 'policy', message: 'no' } },
      {
        hostId: old.id,
        hostName: 'old',
        forecast: { ok: false, reason: 'internal', message: 'This agent does not know the question "forecast".' },
      },
      { hostId: away.id, hostName: 'away', forecast: { ok: false, reason: 'host-offline', message: 'away is not connected' } },
    ])
  })

  it('waits longer than for other questions, and is not for viewers', async () => {
    expect(FORECAST_TIMEOUT_MS).toBeGreaterThan(15_000)
    const host = await world.host()
    await expect(forecastCapture(await world.actor('viewer'), world.app, { hostIds: [host.id], spec })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(forecastCapture(await world.actor('operator'), world.app, { hostIds: ['no-such-host'], spec })).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})
