import { FRAME_KIND, type FrameKind, type Profile } from '../profile.ts'
import { ProfileBuilder } from '../profile-builder.ts'
import type { SampleSelection } from '../sample-selection.ts'
import { seededRandom } from '../seeded-random.ts'

/** A function as text: `name|module|kind`. */
export type PlainFrame = string
/** A sample as plain data: what a naive implementation works on. */
export type PlainSample = {
  hostId: string
  pid: number
  timeUs: number
  weight: number
  count: number
  /** Outermost first. */
  stack: PlainFrame[]
}

const NAMES = ['main', 'loop', 'parse', 'read', 'write']

/**
 * Samples whose stacks are drawn from a handful of functions, so that most call themselves somewhere; some samples have no
 * frame, some no weight. The same in plain data and as a profile.
 */
export function randomSamples(seed: number, { unit, hosts }: { unit: 'samples' | 'ns'; hosts: number }) {
  const random = seededRandom(seed)
  const pick = (below: number) => Math.floor(random() * below)
  const builder = new ProfileBuilder({ unit, durationMs: 1 })
  const plain: PlainSample[] = []
  for (let i = 0; i < 150; i++) {
    const host = pick(hosts)
    const pid = 100 + pick(3)
    const timeUs = pick(1_000)
    const weight = pick(8)
    const count = unit === 'samples' ? 1 : 1 + pick(5)
    const stack: PlainFrame[] = []
    let row = -1
    for (let depth = pick(9); depth > 0; depth--) {
      const name = NAMES[pick(NAMES.length)] ?? ''
      const module = random() < 0.2 ? 'libc.so' : ''
      const kind: FrameKind = random() < 0.1 ? FRAME_KIND.inlined : FRAME_KIND.user
      stack.push(`${name}|${module}|${kind}`)
      row = builder.addStack(row, builder.addFrame(name, module, kind))
    }
    builder.addSample(row, builder.addThread(builder.addHost(`h${host}`, `web-${host}`), pid, pid, 'app'), timeUs, weight, count)
    plain.push({ hostId: `h${host}`, pid, timeUs, weight, count, stack })
  }
  return { profile: builder.build(), plain }
}

/** The samples of a selection, one by one. */
export const selectPlain = (plain: PlainSample[], { process, window }: SampleSelection): PlainSample[] =>
  plain.filter(
    (sample) =>
      (!process || (sample.hostId === process.hostId && sample.pid === process.pid)) &&
      (!window || (sample.timeUs >= window.fromUs && sample.timeUs < window.toUs)),
  )

/** A row of a profile's frame table as text. */
export function plainFrame({ frames, strings }: Profile, frame: number): PlainFrame {
  return `${strings[frames.name[frame] ?? 0]}|${strings[frames.module[frame] ?? 0]}|${frames.kind[frame]}`
}

/** The selections that properties are checked on: everything, a process, a stretch of time, both, and nothing at all. */
export const SELECTIONS: SampleSelection[] = [
  {},
  { process: { hostId: 'h0', pid: 101 } },
  { window: { fromUs: 250, toUs: 610 } },
  { process: { hostId: 'h1', pid: 100 }, window: { fromUs: 0, toUs: 500 } },
  { process: { hostId: 'nobody', pid: 1 } },
]
