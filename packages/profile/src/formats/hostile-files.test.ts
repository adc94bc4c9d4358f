import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeProfile } from '../decode-profile.ts'
import { encodeProfile } from '../encode-profile.ts'
import type { ImportLimits } from '../import-limits.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { seededRandom } from '../seeded-random.ts'
import { syntheticProfile } from '../synthetic-profile.ts'
import { EXPORT_FORMATS, type ExportFormat, exportProfile } from './export-profile.ts'
import { importProfile } from './import-profile.ts'

const oracle = new URL('../../../../../shared/oracle/', import.meta.url)
const unpacked = (bytes: Uint8Array): Uint8Array => (bytes[0] === 0x1f && bytes[1] === 0x8b ? new Uint8Array(gunzipSync(bytes)) : bytes)

/** Either a profile that keeps every rule of profile.ts, or the one error. */
async function survives(bytes: Uint8Array, what: string): Promise<void> {
  const startedMs = performance.now()
  try {
    const { profile } = await importProfile(bytes)
    decodeProfile(encodeProfile(profile))
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw new Error(`${what}: ${String(error)}`, { cause: error })
    // Nothing of the input gets into a message, but numbers.
    expect(error.message, what).toMatch(/^[\w ,.:;'()²³`^±+<>=→…/-]*$/)
  }
  expect(performance.now() - startedMs, what).toBeLessThan(5_000)
}

/** Cut anywhere, and with bits turned over anywhere, more often near the start, where formats say how long they are. */
async function fuzz(bytes: Uint8Array, seed: number, rounds: number): Promise<void> {
  const random = seededRandom(seed)
  const place = () => Math.floor(bytes.length * (random() < 0.5 ? random() ** 4 : random()))
  for (let round = 0; round < rounds; round++) {
    const cut = place()
    await survives(bytes.slice(0, cut), `cut at ${cut}`)
    const flipped = bytes.slice()
    const flips = Array.from({ length: 1 + Math.floor(random() * 4) }, () => [place(), Math.floor(random() * 8)] as const)
    for (const [at, bit] of flips) flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
    await survives(flipped, `flipped ${flips.map(([at, bit]) => `${at}.${bit}`).join(' ')}`)
  }
}

describe('files that are cut or broken', () => {
  const profile = syntheticProfile({ nodes: 300, seed: 21, samples: 200 })

  it.each(Object.keys(EXPORT_FORMATS) as ExportFormat[])('are refused or read, never worse: %s', async (format) => {
    const bytes = await exportProfile(profile, format, { title: 'fuzzed' })
    await fuzz(bytes, 31, 30)
    await fuzz(unpacked(bytes), 32, 120)
  })

  const files = existsSync(oracle)
    ? ['folded', 'folding', 'perf-script', 'pprof', 'perf-data'].flatMap((folder) =>
        readdirSync(new URL(`${folder}/`, oracle)).map((name) => `${folder}/${name}`),
      )
    : []
  it.each(files)('are refused or read, never worse: %s (of ../shared/oracle)', async (path) => {
    const bytes = unpacked(new Uint8Array(readFileSync(new URL(path, oracle))))
    await fuzz(bytes, 33, Math.max(8, Math.min(120, Math.floor(300_000 / bytes.length))))
  })
})

describe('files made to cost', () => {
  const message = async (bytes: Uint8Array, limits: Partial<ImportLimits> = {}) => {
    const error = await importProfile(bytes, { limits }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ProfileFormatError)
    return (error as Error).message
  }
  /** Field, content. */
  const field = (number: number, content: readonly number[]): number[] => [number * 8 + 2, ...varint(content.length), ...content]
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))])

  it('pprof: a location of a thousand functions, named by every sample a thousand times', async () => {
    const line = field(4, [8, 1])
    const head = [...field(1, [8, 1, 16, 1]), ...field(6, []), ...field(6, [0x78]), ...field(5, [8, 1, 16, 1])]
    const location = field(4, [8, 1, ...Array.from({ length: 1000 }, () => line).flat()])
    const sample = field(2, [...field(1, Array<number>(1000).fill(1)), ...field(2, [1])])
    const bytes = Uint8Array.from([...head, ...location, ...Array.from({ length: 400 }, () => sample).flat()])
    expect(await message(bytes, { stackFrames: 3_000_000 })).toBe(
      'has more than 3,000,000 frames in all samples together, the most that is read',
    )
  })

  it('pprof: more of anything than is read', async () => {
    const empty = (number: number, count: number) => Uint8Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? number * 8 + 2 : 0))
    expect(await message(empty(1, 65))).toMatch(/more than 64 kinds of values/)
    expect(await message(empty(6, 2001), { strings: 2000 })).toMatch(/more than 2,000 names/)
    expect(await message(empty(2, 8001), { samples: 8000 })).toMatch(/more than 8,000 samples/)
  })

  it('speedscope: nested a million deep, and numbers that are none', async () => {
    const text = (json: string) => new TextEncoder().encode(json)
    expect(await message(text(`{"a":${'['.repeat(1_000_000)}`))).toMatch(/^is broken JSON/)
    expect(await message(text(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`))).toMatch(/^is JSON, but not of speedscope/)
    const withWeight = (weight: string) =>
      text(
        `{"shared":{"frames":[{"name":"f"}]},"profiles":[{"type":"sampled","name":"t","unit":"seconds","startValue":0,"endValue":1,"samples":[[0]],"weights":[${weight}]}]}`,
      )
    expect(await message(withWeight('1e999'))).toBe(
      'is broken speedscope JSON: the weight of sample 0 of profile 1 is no number within ±2^53',
    )
    expect(await message(withWeight('9e14'))).toBe('has a time or a weight beyond 2^53 in profile 1')
    expect(await message(withWeight('null'))).toMatch(/is no number/)
    expect((await importProfile(withWeight('2.5'))).profile.samples.weight[0]).toBe(2.5e9)
  })

  it('gzip of gzip, and a bomb', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(30 * 1024 * 1024)))
    expect(await message(bomb, { unpackedBytes: 1_000_000 })).toBe('has more than 1,000,000 bytes once unpacked, the most that is read')
    expect(await message(new Uint8Array(gzipSync(bomb)))).toMatch(/gzip twice/)
  })
})
