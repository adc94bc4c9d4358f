import { gzipSync } from 'node:zlib'
import { CHUNK_LIMITS } from '@sonde/contract'
import { decodeProfile, encodeProfile, mergeProfiles, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { checkChunk } from './check-chunk.ts'
import { chunkOf, profileChunk, profileOf, snapshotOf, syscallsChunk } from './testing/index.ts'

const host = { id: 'host-a' }
const good = encodeProfile(profileOf('host-a', ['main;work', 'main;idle']))

describe('checkChunk', () => {
  it('takes what agents send', async () => {
    await checkChunk(host, profileChunk(0, profileOf('host-a', ['main;work'])))
    await checkChunk(host, syscallsChunk(1, snapshotOf(3)))
  })

  it('unpacks no further than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(CHUNK_LIMITS.maxRawBytes + 1))
    expect(bomb.length).toBeLessThan(CHUNK_LIMITS.maxCompressedBytes)
    const before = process.memoryUsage().arrayBuffers
    await expect(checkChunk(host, { seq: 4, kind: 'profile', bytes: bomb })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/^part 4 is larger than \d+ bytes when unpacked$/),
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * CHUNK_LIMITS.maxRawBytes)
  })

  it('counts several gzip members as one', async () => {
    const half = gzipSync(Buffer.alloc(CHUNK_LIMITS.maxRawBytes / 2 + 1))
    await expect(checkChunk(host, { seq: 0, kind: 'profile', bytes: Buffer.concat([half, half]) })).rejects.toMatchObject({
      code: 'too-large',
    })
  })

  it('refuses gzip that is cut off anywhere, and what is no gzip', async () => {
    const whole = gzipSync(good)
    for (const length of [0, 1, 9, 10, 11, Math.floor(whole.length / 2), whole.length - 1]) {
      const bytes = whole.subarray(0, length)
      await expect(checkChunk(host, { seq: 0, kind: 'profile', bytes })).rejects.toMatchObject({ code: 'unprocessable' })
    }
    await expect(checkChunk(host, chunkOf(0, 'profile', good, { gzip: false }))).rejects.toMatchObject({
      message: expect.stringContaining('is not gzip'),
    })
  })

  it('refuses a flipped bit anywhere in the compressed bytes, or reads the very same profile', async () => {
    const whole = gzipSync(good)
    for (let i = 0; i < whole.length; i++) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(i) ^ 0x10, i)
      // Some bits of gzip's header say nothing about the content (time, system).
      if (i < 10) await checkChunk(host, { seq: 0, kind: 'profile', bytes }).catch(() => {})
      else await expect(checkChunk(host, { seq: 0, kind: 'profile', bytes })).rejects.toMatchObject({ code: 'unprocessable' })
    }
  })

  it('refuses one kind sent as the other', async () => {
    await expect(checkChunk(host, chunkOf(0, 'syscalls', good))).rejects.toMatchObject({
      code: 'unprocessable',
      message: 'part 0 is not JSON',
    })
    await expect(checkChunk(host, chunkOf(0, 'profile', JSON.stringify(snapshotOf(1))))).rejects.toMatchObject({
      message: expect.stringContaining('is not a profile'),
    })
  })

  it('refuses a profile of another host, alone or among its own', async () => {
    const own = profileOf('host-a', ['main'])
    const foreign = profileOf('host-b', ['main'])
    for (const profile of [foreign, mergeProfiles([own, foreign])]) {
      await expect(checkChunk(host, profileChunk(0, profile))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringContaining('another host'),
      })
    }
  })

  it('refuses a profile that counts something else than samples', async () => {
    const profile = profileOf('host-a', ['main'])
    profile.meta.unit = 'bytes'
    await expect(checkChunk(host, profileChunk(0, profile))).rejects.toMatchObject({ message: expect.stringContaining('counts bytes') })
  })

  it('refuses a profile that claims to cover more time than a capture can take', async () => {
    const long = profileOf('host-a', ['main'])
    long.meta.durationMs = 1e12
    const late = profileOf('host-a', ['main', 'main'])
    late.samples.timeUs.set([0, 3.7e9])
    for (const profile of [long, late]) {
      await expect(checkChunk(host, profileChunk(0, profile))).rejects.toMatchObject({
        message: expect.stringContaining('more than an hour'),
      })
    }
  })

  it('refuses snapshots that are not what the contract says', async () => {
    const snapshot = snapshotOf(1)
    const wrong: unknown[] = [{}, [], null, 'x', { ...snapshot, version: 2 }, { ...snapshot, elapsedMs: 0 }, { ...snapshot, rows: [{}] }]
    for (const value of wrong) {
      await expect(checkChunk(host, chunkOf(0, 'syscalls', JSON.stringify(value)))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringContaining('is not a syscall snapshot'),
      })
    }
  })

  it('takes a large profile in', async () => {
    const profile = syntheticProfile({ samples: 20_000 })
    const chunk = profileChunk(0, profile)
    const [id = ''] = decodeProfile(encodeProfile(profile)).hosts.id
    await checkChunk({ id }, chunk)
  })
})
