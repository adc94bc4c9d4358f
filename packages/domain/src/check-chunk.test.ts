import { gzipSync } from 'node:zlib'
import { CHUNK_KIND_OF, CHUNK_LIMITS, type ChunkKind, captureSpecSchema } from '@sonde/contract'
import { decodeProfile, encodeProfile, mergeProfiles, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { type ChunkContext, checkChunk, longestMs } from './check-chunk.ts'
import {
  chunkOf,
  countersOf,
  countsOf,
  EVERY_COLLECTOR,
  eventsOf,
  jsonChunk,
  latencyOf,
  profileChunk,
  profileOf,
  SPEC,
  snapshotOf,
  syscallsChunk,
} from './testing/index.ts'

const context: ChunkContext = { hostId: 'host-a', spec: EVERY_COLLECTOR }
const of = (instrument: unknown): ChunkContext => ({
  hostId: 'host-a',
  spec: captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 5_000, instruments: [instrument] }),
})
const good = encodeProfile(profileOf('host-a', ['main;work', 'main;idle']))

describe('checkChunk', () => {
  it('takes what agents send', async () => {
    await checkChunk(context, profileChunk(0, profileOf('host-a', ['main;work'])))
    await checkChunk(context, syscallsChunk(1, snapshotOf(3)))
  })

  it('unpacks no further than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(CHUNK_LIMITS.maxRawBytes + 1))
    expect(bomb.length).toBeLessThan(CHUNK_LIMITS.maxCompressedBytes)
    const before = process.memoryUsage().arrayBuffers
    await expect(checkChunk(context, { seq: 4, kind: 'profile', bytes: bomb })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/^part 4 is larger than \d+ bytes when unpacked$/),
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * CHUNK_LIMITS.maxRawBytes)
  })

  it('counts several gzip members as one', async () => {
    const half = gzipSync(Buffer.alloc(CHUNK_LIMITS.maxRawBytes / 2 + 1))
    await expect(checkChunk(context, { seq: 0, kind: 'profile', bytes: Buffer.concat([half, half]) })).rejects.toMatchObject({
      code: 'too-large',
    })
  })

  it('refuses gzip that is cut off anywhere, and what is no gzip', async () => {
    const whole = gzipSync(good)
    for (const length of [0, 1, 9, 10, 11, Math.floor(whole.length / 2), whole.length - 1]) {
      const bytes = whole.subarray(0, length)
      await expect(checkChunk(context, { seq: 0, kind: 'profile', bytes })).rejects.toMatchObject({ code: 'unprocessable' })
    }
    await expect(checkChunk(context, chunkOf(0, 'profile', good, { gzip: false }))).rejects.toMatchObject({
      message: expect.stringContaining('is not gzip'),
    })
  })

  it('refuses a flipped bit anywhere in the compressed bytes, or reads the very same profile', async () => {
    const whole = gzipSync(good)
    for (let i = 0; i < whole.length; i++) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(i) ^ 0x10, i)
      // Some bits of gzip's header say nothing about the content (time, system).
      if (i < 10) await checkChunk(context, { seq: 0, kind: 'profile', bytes }).catch(() => {})
      else await expect(checkChunk(context, { seq: 0, kind: 'profile', bytes })).rejects.toMatchObject({ code: 'unprocessable' })
    }
  })

  it('refuses one kind sent as the other', async () => {
    await expect(checkChunk(context, chunkOf(0, 'syscalls', good))).rejects.toMatchObject({
      code: 'unprocessable',
      message: 'part 0 is not JSON',
    })
    await expect(checkChunk(context, chunkOf(0, 'profile', JSON.stringify(snapshotOf(1))))).rejects.toMatchObject({
      message: expect.stringContaining('is not a profile'),
    })
  })

  it('refuses a profile of another host, alone or among its own', async () => {
    const own = profileOf('host-a', ['main'])
    const foreign = profileOf('host-b', ['main'])
    for (const profile of [foreign, mergeProfiles([own, foreign])]) {
      await expect(checkChunk(context, profileChunk(0, profile))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringContaining('another host'),
      })
    }
  })

  it('takes each profile in the unit of its instrument, and no other', async () => {
    const probe = { kind: 'kprobe', function: 'kmalloc' }
    const cases = [
      [of({ collector: 'stacks', probe: { kind: 'pmu', event: 'cpu' }, sample: { by: 'frequency', hz: 99 } }), 'profile', ['samples']],
      [of({ collector: 'stacks', probe }), 'profile', ['samples', 'count']],
      [of({ collector: 'stacks', probe, weight: { field: 'args.size', unit: 'bytes' } }), 'profile', ['bytes']],
      [of({ collector: 'stacks', probe, weight: { field: 'args.ns', unit: 'ns' } }), 'profile', ['ns']],
      [of({ collector: 'offcpu' }), 'offcpu', ['ns']],
    ] as const
    for (const [where, kind, units] of cases) {
      for (const unit of ['samples', 'ns', 'bytes', 'count'] as const) {
        const check = checkChunk(where, profileChunk(3, profileOf('host-a', ['main'], { unit }), kind))
        if ((units as readonly string[]).includes(unit)) await check
        else
          await expect(check).rejects.toMatchObject({ code: 'unprocessable', message: `part 3 counts ${unit}, not ${units.join(' or ')}` })
      }
    }
  })

  it('refuses a profile that claims to cover more time than a capture can take', async () => {
    const long = profileOf('host-a', ['main'])
    long.meta.durationMs = 1e12
    const late = profileOf('host-a', ['main', 'main'])
    late.samples.timeUs.set([0, 3.7e9])
    for (const profile of [long, late]) {
      await expect(checkChunk(context, profileChunk(0, profile))).rejects.toMatchObject({
        message: expect.stringContaining('more time than the capture takes'),
      })
    }
  })

  it('refuses snapshots that are not what the contract says', async () => {
    const snapshot = snapshotOf(1)
    const wrong: unknown[] = [{}, [], null, 'x', { ...snapshot, version: 2 }, { ...snapshot, elapsedMs: 0 }, { ...snapshot, rows: [{}] }]
    for (const value of wrong) {
      await expect(checkChunk(context, chunkOf(0, 'syscalls', JSON.stringify(value)))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringContaining('is not a syscall snapshot'),
      })
    }
  })

  it('takes a large profile in', async () => {
    const profile = syntheticProfile({ samples: 20_000 })
    const chunk = profileChunk(0, profile)
    const [id = ''] = decodeProfile(encodeProfile(profile)).hosts.id
    await checkChunk({ ...context, hostId: id }, chunk)
  })

  const DELTAS: Array<[ChunkKind, object]> = [
    ['counts', countsOf(3)],
    ['latency', latencyOf([[10, 4]])],
    ['events', eventsOf([1, 2])],
    ['counters', countersOf(1_000)],
  ]

  it('takes what every collector sends, and nothing that the capture did not ask for', async () => {
    const all = [
      profileChunk(0, profileOf('host-a', ['main'])),
      syscallsChunk(1, snapshotOf(1)),
      profileChunk(2, profileOf('host-a', ['main'], { unit: 'ns' }), 'offcpu'),
      ...DELTAS.map(([kind, delta], i) => jsonChunk(3 + i, kind, delta)),
    ]
    expect(new Set(all.map((chunk) => chunk.kind))).toEqual(new Set(Object.values(CHUNK_KIND_OF)))
    for (const chunk of all) {
      await checkChunk(context, chunk)
      const check = checkChunk({ ...context, spec: SPEC }, chunk)
      if (chunk.kind === 'profile') await check
      else
        await expect(check).rejects.toMatchObject({
          code: 'unprocessable',
          message: `part ${chunk.seq} holds ${chunk.kind}, which this capture does not record`,
        })
    }
  })

  it.each(DELTAS)('refuses %s that are not what the contract says', async (kind, delta) => {
    const cut = (key: string) => Object.fromEntries(Object.entries(delta).filter(([k]) => k !== key))
    const wrong: unknown[] = [{}, [], null, 'x', { ...delta, version: 2 }, ...Object.keys(delta).map(cut)]
    for (const value of wrong)
      await expect(checkChunk(context, jsonChunk(0, kind, value))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringMatching(/^part 0 is not a delta of /),
      })
    await expect(checkChunk(context, chunkOf(0, kind, '{'))).rejects.toMatchObject({ message: 'part 0 is not JSON' })
    for (const [other, foreign] of DELTAS) {
      if (other !== kind) await expect(checkChunk(context, jsonChunk(0, kind, foreign))).rejects.toMatchObject({ code: 'unprocessable' })
    }
  })

  it('refuses what lies outside the capture’s time', async () => {
    const limitMs = longestMs(EVERY_COLLECTOR)
    expect(limitMs).toBe(65_000)
    const late: Array<[ChunkKind, object, object]> = [
      ['counts', countsOf(1, { atMs: limitMs - 2_000 }), countsOf(1, { atMs: limitMs - 1_999 })],
      ['latency', latencyOf([[1, 1]], { atMs: limitMs - 1_000 }), latencyOf([[1, 1]], { atMs: limitMs - 999 })],
      ['events', eventsOf([-1, limitMs]), eventsOf([limitMs + 1])],
      ['events', eventsOf([0]), eventsOf([-1_001])],
      ['counters', countersOf(1, { atMs: limitMs - 1_000 }), countersOf(1, { atMs: limitMs - 999 })],
    ]
    for (const [kind, inside, outside] of late) {
      await checkChunk(context, jsonChunk(0, kind, inside))
      await expect(checkChunk(context, jsonChunk(0, kind, outside))).rejects.toMatchObject({
        message: 'part 0 claims to cover more time than the capture takes',
      })
    }
  })

  it('refuses rows that point nowhere', async () => {
    const counts = countsOf(1)
    const [slice] = counts.slices
    const row = { pid: 1, probe: 1, key: null, count: 1, sum: 0 }
    const wrong: Array<[ChunkKind, object, RegExp]> = [
      ['counts', { ...counts, slices: [{ ...slice, rows: [row] }] }, /a row of probe 1, but names 1/],
      ['counts', { ...counts, slices: [{ ...slice, rows: [{ ...row, probe: 0, sum: 1e300 }] }] }, /no integers add up to/],
      ['events', { ...eventsOf([1]), fields: [] }, /a row of 2 values for 0 fields/],
    ]
    for (const [kind, delta, words] of wrong)
      await expect(checkChunk(context, jsonChunk(0, kind, delta))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringMatching(words),
      })
  })
})
