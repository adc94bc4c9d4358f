import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeProfile } from '../encode-profile.ts'
import { toFolded } from '../fold-profile.ts'
import { FRAME_KIND } from '../profile.ts'
import { ProfileFormatError } from '../profile-format-error.ts'
import { syntheticProfile } from '../synthetic-profile.ts'
import { importProfile } from './import-profile.ts'

const oracle = new URL('../../../../../shared/oracle/', import.meta.url)
const hasOracle = existsSync(oracle)
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, oracle)))
const listed = (folder: string) => (hasOracle ? readdirSync(new URL(`${folder}/`, oracle)).map((name) => `${folder}/${name}`) : [])
const sum = (column: Float64Array) => column.reduce((total, value) => total + value, 0)
const bytesOf = (text: string) => new TextEncoder().encode(text)

describe.skipIf(!hasOracle)('files of other tools (skipped without ../shared/oracle)', () => {
  it.each(listed('folded'))('%s is known for folded stacks', async (path) => {
    expect((await importProfile(read(path))).format).toBe('folded')
  })

  it.each(listed('folding'))('%s is known for what it is', async (path) => {
    const { format, notes } = await importProfile(read(path))
    expect(format).toBe(path.includes('collapsed') ? 'folded' : 'perf-script')
    expect(notes.filter((note) => note.includes('not understood'))).toEqual([])
  })

  it.each([...listed('perf-script'), ...listed('heatmap')])('%s is known for perf script', async (path) => {
    expect((await importProfile(read(path))).format).toBe('perf-script')
  })

  it('says which lines are no stacks', async () => {
    const { notes } = await importProfile(read('folded/simple-with-invalids.txt'))
    expect(notes).toEqual(['3 lines left out: no folded stack (lines 1, 2, 8)'])
  })

  it('says what perf lost, and which events are left out', async () => {
    expect((await importProfile(read('recorded/perf-script-lost.txt'))).notes).toEqual([
      '5,016 events lost while it was recorded, as perf says',
      '1 line left out: not understood',
    ])
    const { notes } = await importProfile(read('folding/perf-cycles-instructions-01.txt'))
    expect(notes).toContainEqual(expect.stringMatching(/^\d+ samples of 1 other event left out: events cannot be added up$/))
  })
})

/** Sums as another reader of the format (npm's pprof-format) gives them for the same files. */
describe.skipIf(!hasOracle)('pprof (skipped without ../shared/oracle)', () => {
  it('reads a CPU profile: nanoseconds, with the samples they are made of', async () => {
    const { profile, format, notes } = await importProfile(read('pprof/simple.prof'))
    expect(format).toBe('pprof')
    expect(notes).toEqual([])
    expect(profile.meta).toMatchObject({ event: 'cpu', unit: 'ns', timed: false, durationMs: 1911.739507 })
    expect(profile.samples.length).toBe(9)
    expect(sum(profile.samples.weight)).toBe(1_500_000_000)
    expect(sum(profile.samples.count)).toBe(150)
    expect(toFolded(profile).some((line) => line.includes('main.main'))).toBe(true)
  })

  it.each(listed('pprof').filter((path) => path.includes('many-')))('reads a heap profile, and says what is left out: %s', async (path) => {
    const { profile, notes } = await importProfile(read(path))
    expect(profile.meta).toMatchObject({ event: 'inuse_space', unit: 'bytes' })
    expect(sum(profile.samples.weight)).toBe(48_928_729)
    expect(sum(profile.samples.count)).toBe(73_788)
    expect(notes).toEqual([
      '2 other kinds of value left out: a profile has one',
      'Labels of 18 samples left out: only thread, process and host are kept',
    ])
    expect([...profile.frames.kind]).toContain(FRAME_KIND.inlined)
  })
})

describe.skipIf(!hasOracle)('perf.data (skipped without ../shared/oracle)', () => {
  it('reads a file whose stacks only perf can unwind as far as it goes, and says so', async () => {
    const { profile, notes, format } = await importProfile(read('perf-data/perf.data.true.v2.gz'))
    expect(format).toBe('perf-data')
    expect(toFolded(profile)).toEqual(['true 1'])
    expect(profile.meta).toMatchObject({ event: 'cpu-clock', periodNs: 250_000 })
    expect(notes).toEqual([
      '1 sample with a copy of the stack (--call-graph dwarf): only perf can unwind it, so their callers in user space are missing',
    ])
  })

  it('is told from an archive of it', async () => {
    await expect(importProfile(read('perf-data/perf.data.broken.gz'))).rejects.toThrow('is a tar archive')
  })
})

describe('importProfile', () => {
  const message = async (bytes: Uint8Array, options?: Parameters<typeof importProfile>[1]) => {
    const error = await importProfile(bytes, options).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ProfileFormatError)
    return (error as Error).message
  }

  it('reads its own format, packed or not', async () => {
    const profile = syntheticProfile({ nodes: 500, seed: 3 })
    const bytes = encodeProfile(profile)
    for (const input of [bytes, new Uint8Array(gzipSync(bytes))]) {
      const imported = await importProfile(input)
      expect(imported).toMatchObject({ format: 'sonde', notes: [] })
      expect(toFolded(imported.profile)).toEqual(toFolded(profile))
    }
  })

  it('refuses what it does not know, and says what to do', async () => {
    expect(await message(new Uint8Array(0))).toBe('is empty')
    expect(await message(bytesOf('hello\nworld\n'))).toMatch(/^is none of the formats/)
    expect(await message(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0]))).toMatch(/zstd: unpack it first/)
    expect(await message(new Uint8Array(gzipSync(gzipSync('a;b 1'))))).toMatch(/gzip twice/)
  })

  it('stops unpacking at its limit, and at a cut', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * 1024 * 1024, 'a;b 1\n')))
    expect(await message(bomb, { limits: { unpackedBytes: 1024 * 1024 } })).toBe(
      'has more than 1,048,576 bytes once unpacked, the most that is read',
    )
    expect(await message(new Uint8Array(gzipSync('a;b 1\n'.repeat(9999))).subarray(0, 40))).toMatch(/^is broken or cut gzip/)
  })

  it('holds its limits', async () => {
    const text = bytesOf('a;b;c 1\na;b;d 2\nx;y 3\n')
    expect(await message(text, { limits: { stacks: 5 } })).toBe('has more than 5 distinct stacks, the most that is read')
    expect(await message(text, { limits: { samples: 2 } })).toBe('has more than 2 samples, the most that is read')
    expect(await message(text, { limits: { frames: 3 } })).toBe('has more than 3 functions, the most that is read')
    expect(await message(text, { limits: { strings: 3 } })).toBe('has more than 3 names, the most that is read')
    await importProfile(text, { limits: { stacks: 6, samples: 3, frames: 6, strings: 7 } })
  })

  it('cuts names that are too long, and counts them', async () => {
    const { profile, notes } = await importProfile(bytesOf(`${'f'.repeat(99)};${'f'.repeat(98)};g 1\n`), { limits: { nameLength: 10 } })
    expect(profile.strings).toEqual(['', `${'f'.repeat(9)}…`, 'g'])
    expect(notes).toEqual(['1 name cut after 10 characters'])
  })

  it('takes a perf script text however deep its stacks and odd its times', async () => {
    const jit = `\t1 ${'a->'.repeat(63)}b (/tmp/perf-1.map)\n`
    const text = `ab 1 999999999999999.5: 1 cycles:\n${jit.repeat(60_000)}\n`
    const { notes, profile } = await importProfile(bytesOf(text))
    expect(profile.samples.length).toBe(1)
    expect(notes).toContainEqual(expect.stringMatching(/frames cut off stacks that are too deep/))
    expect(notes).toContain('Not every sample has a time: there is no time axis')
  })
})
