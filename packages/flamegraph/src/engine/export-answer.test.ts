import { encodeProfile, syntheticProfile, toFolded } from '@sonde/profile'
import { importProfile } from '@sonde/profile/formats'
import { afterAll, describe, expect, it } from 'vitest'
import { portWorker } from '../../testing/port-worker.ts'
import { FlameEngineClient } from './engine-client.ts'

const client = new FlameEngineClient(() => portWorker())
afterAll(() => client.close())

describe('the engine, asked for a file', () => {
  it('writes the selected samples, more than once', async () => {
    const profile = syntheticProfile({ nodes: 1000, seed: 4, samples: 2000 })
    await client.load({ bytes: encodeProfile(profile) })
    const selection = { window: { fromUs: 5_000_000, toUs: 20_000_000 } }
    for (let time = 0; time < 2; time++) {
      for (const format of ['pprof', 'sonde'] as const) {
        const { bytes } = await client.ask('export', { format, selection, title: 'x' })
        expect(toFolded((await importProfile(bytes)).profile)).toEqual(toFolded(profile, selection))
      }
    }
  })
})
