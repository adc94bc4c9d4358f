import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { foldPerfScript } from '../fold-perf-script.ts'
import { toFolded } from '../fold-profile.ts'
import type { FrameKind, Profile, ProfileMeta } from '../profile.ts'
import { ProfileBuilder } from '../profile-builder.ts'
import { seededRandom } from '../seeded-random.ts'
import { syntheticProfile } from '../synthetic-profile.ts'
import { EXPORT_FORMATS, type ExportFormat, exportProfile } from './export-profile.ts'
import { importProfile } from './import-profile.ts'

const FORMATS = Object.keys(EXPORT_FORMATS) as ExportFormat[]
/** Folded text cannot tell a thread's name from a frame, so what it is read as starts with one frame more. */
const folded = (profile: Profile, format: ExportFormat, annotate = false) =>
  toFolded(profile, { annotate, root: format === 'folded' ? 'none' : 'comm' })
const again = async (profile: Profile, format: ExportFormat) => {
  const imported = await importProfile(await exportProfile(profile, format), { fileName: `profile.${EXPORT_FORMATS[format].extension}` })
  expect(imported.format).toBe(format)
  return imported
}
/** What is to be said of any such profile. */
const EXPECTED_NOTE = /^\d+ names? cut after|^Not every sample has a time|^1 other kind of value left out/
const total = ({ samples }: Profile) => samples.weight.reduce((sum, weight) => sum + weight, 0)

type Random = () => number
type Names = { name: (random: Random) => string; module: (random: Random) => string; comm: (random: Random) => string }
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
const letters = (random: Random, alphabet: string, most: number): string =>
  Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(random, [...alphabet])).join('')

const PLAIN: Names = {
  name: (random) => `f${letters(random, 'abzAZ09_:<>,*&.', 12)}${random() < 0.3 ? ` ${letters(random, 'xyz(9)', 5)}` : ''}`,
  module: (random) => pick(random, ['', '/usr/lib/libc.so.6', 'app', '/opt/with blank/x (deleted)', '[vdso]']),
  comm: (random) => `c${letters(random, 'abzAZ09_/-', 10)}${random() < 0.3 ? ` ${letters(random, 'ab9', 4)}` : ''}`,
}
/** Whatever a host can send: markup, bidi, controls, the formats' own separators, what looks like other lines of them. */
const NASTY: Names = (() => {
  const known = [
    ...[
      '<script>alert(1)</script>',
      '\u202egnp.exe\u202c',
      'a\nb 7',
      'a;b',
      'a\0b',
      '\u001b[31mred',
      '',
      ' ',
      '# x',
      '(',
      ')',
      ' (x)',
      'f+0x1f',
    ],
    ...[
      '+0x0',
      'x 1 2.5: 9 cycles:',
      '[unknown]',
      '_[k]',
      'a->b',
      '\ud800',
      '9',
      '__proto__',
      'constructor',
      'PERF_RECORD_LOST lost 5',
      '"',
    ],
    ...['\\u0000', '1/2', '\u2028', '\t', ':', 'a pid/tid: 1/2', '\ufeff', 'f'.repeat(65_536)],
  ]
  const text = (random: Random) =>
    random() < 0.5
      ? pick(random, known)
      : Array.from({ length: Math.floor(random() * 12) }, () => String.fromCodePoint(Math.floor(random() ** 4 * 0x10ffff))).join('')
  return { name: text, module: text, comm: text }
})()

function randomProfile(random: Random, names: Names): Profile {
  const unit = pick<ProfileMeta['unit']>(random, ['samples', 'ns', 'bytes', 'count'])
  const timed = random() < 0.5
  const periodNs = unit === 'samples' ? 10_101_010 : 0
  const builder = new ProfileBuilder({ unit, timed, event: names.comm(random), periodNs, startMs: 1_760_000_000_000, durationMs: 5000 })
  const frames = Array.from({ length: 12 }, () =>
    builder.addFrame(names.name(random), names.module(random), pick<FrameKind>(random, [0, 0, 0, 1, 2, 3, 4])),
  )
  const threads = Array.from({ length: 4 }, (_, i) =>
    builder.addThread(builder.addHost(`h${i % 2}`, `web-${i % 2}`), 100 + (i % 3), 100 + i, names.comm(random)),
  )
  for (let sample = 0; sample < 1 + random() * 30; sample++) {
    let stack = -1
    for (let depth = Math.floor(random() * 8); depth > 0; depth--) stack = builder.addStack(stack, pick(random, frames))
    const timeUs = timed ? Math.floor(random() * 5_000_000) : 0
    builder.addSample(stack, pick(random, threads), timeUs, 1 + Math.floor(random() ** 3 * 1_000_000), pick(random, [1, 1, 3]))
  }
  return builder.build()
}

describe.each(FORMATS)('%s, written and read again', (format) => {
  it('has the same weight for each stack of each thread', async () => {
    const random = seededRandom(4)
    for (let run = 0; run < 150; run++) {
      const profile = randomProfile(random, PLAIN)
      const { profile: back } = await again(profile, format)
      expect(folded(back, format), `run ${run}`).toEqual(toFolded(profile))
    }
  })

  it('is unharmed by any name: nothing is added, lost, or not understood', async () => {
    const random = seededRandom(5)
    for (let run = 0; run < 200; run++) {
      const profile = randomProfile(random, NASTY)
      const { profile: back, notes } = await again(profile, format)
      expect(total(back), `run ${run}`).toBe(total(profile))
      expect(
        notes.filter((note) => !EXPECTED_NOTE.test(note)),
        `run ${run}`,
      ).toEqual([])
    }
  })

  it('reads the same after a second time', async () => {
    const profile = syntheticProfile({ nodes: 3000, seed: 9 })
    const { profile: once } = await again(profile, format)
    const { profile: twice } = await again(once, format)
    // Of folded text the thread's name is a frame by now, and gets another one in front.
    const root = format === 'folded' ? 'comm' : 'none'
    const expected = toFolded(once, { annotate: true, root })
    expect(toFolded(twice, { annotate: true, root: 'none' })).toEqual(expected)
  })
})

describe('what each format keeps beside the weights', () => {
  const profile = syntheticProfile({ nodes: 2000, seed: 11, samples: 3000 })

  it.each(['perf-script', 'sonde'] as const)('%s: threads, times and kinds of frames', async (format) => {
    const { profile: back } = await again(profile, format)
    expect(toFolded(back, { annotate: true, root: 'comm-pid-tid' })).toEqual(toFolded(profile, { annotate: true, root: 'comm-pid-tid' }))
    const first = profile.samples.timeUs[0] ?? 0
    const since = format === 'sonde' ? 0 : first
    expect([...back.samples.timeUs]).toEqual(Array.from(profile.samples.timeUs, (timeUs) => timeUs - since))
    expect(back.meta).toMatchObject({ event: 'cpu-clock', unit: 'samples', timed: true })
  })

  it('pprof: threads, hosts, kinds, period, start; not the times', async () => {
    const { profile: back, notes } = await again(profile, 'pprof')
    expect(notes).toEqual(['1 other kind of value left out: a profile has one'])
    expect(toFolded(back, { annotate: true, root: 'comm-pid-tid' })).toEqual(toFolded(profile, { annotate: true, root: 'comm-pid-tid' }))
    expect(new Set(back.hosts.name)).toEqual(new Set(profile.hosts.name))
    expect(back.meta).toEqual({ ...profile.meta, timed: false })
  })

  it('speedscope: threads and hosts; a time axis where the weights are times', async () => {
    const { profile: back } = await again(profile, 'speedscope')
    expect(toFolded(back, { root: 'comm-pid-tid' })).toEqual(toFolded(profile, { root: 'comm-pid-tid' }))
    expect(new Set(back.hosts.name)).toEqual(new Set(profile.hosts.name))
    expect(back.meta).toMatchObject({ unit: 'count', timed: false })
    const waits = await again({ ...profile, meta: { ...profile.meta, unit: 'ns' } }, 'speedscope')
    expect(waits.profile.meta).toMatchObject({ unit: 'ns', timed: true })
  })

  it('perf script: sums that stackcollapse-perf.pl comes to', async () => {
    const text = new TextDecoder().decode(await exportProfile(profile, 'perf-script'))
    const unrecognized: string[] = []
    const lines = foldPerfScript(text, { all: true, onUnrecognized: (line) => unrecognized.push(line) })
    expect(unrecognized).toEqual([])
    // It calls a frame without a name after its module.
    const named = (line: string) => line.replaceAll(/\[(?:unknown|lib\d+\.so)\]/g, '[?]')
    expect(lines.map(named).sort()).toEqual(toFolded(profile, { annotate: true }).map(named).sort())
  })

  it('the selected process and time alone', async () => {
    const hostId = profile.hosts.id[profile.threads.host[0] ?? 0] ?? ''
    const selection = { process: { hostId, pid: profile.threads.pid[0] ?? 0 }, window: { fromUs: 3_000_000, toUs: 21_000_000 } }
    const expected = toFolded(profile, selection)
    expect(expected.length).toBeGreaterThan(3)
    expect(expected.length).toBeLessThan(toFolded(profile).length)
    for (const format of FORMATS) {
      const { profile: back } = await importProfile(await exportProfile(profile, format, { selection }))
      expect(folded(back, format), format).toEqual(expected)
    }
  })
})

const oracle = new URL('../../../../../shared/oracle/', import.meta.url)
const INPUTS = existsSync(oracle)
  ? ['folded', 'folding', 'heatmap', 'perf-script', 'pprof', 'perf-data']
      .flatMap((folder) => readdirSync(new URL(`${folder}/`, oracle)).map((name) => `${folder}/${name}`))
      .filter((path) => !path.includes('broken'))
  : []
describe.skipIf(INPUTS.length === 0)('real files (skipped without ../shared/oracle)', () => {
  it.each(INPUTS)('%s comes back from every format', async (path) => {
    const { profile } = await importProfile(new Uint8Array(readFileSync(new URL(path, oracle))))
    const expected = toFolded(profile)
    for (const format of FORMATS) {
      const { profile: back } = await again(profile, format)
      expect(folded(back, format).map(withoutQuirks), format).toEqual(expected.map(withoutQuirks))
    }
  })
})

/** perf's own way to say that a thread has no name. */
const withoutQuirks = (line: string): string => line.replace(/^:0;/, '')
