import { describe, expect, it } from 'vitest'
import { buildCallTree } from './build-call-tree.ts'
import { decodeProfile } from './decode-profile.ts'
import { encodeProfile, PROFILE_MAGIC } from './encode-profile.ts'
import { mergeProfiles } from './merge-profiles.ts'
import { FRAME_KIND, type Profile } from './profile.ts'
import { emptyProfile, ProfileBuilder } from './profile-builder.ts'
import { ProfileFormatError } from './profile-format-error.ts'
import { seededRandom } from './seeded-random.ts'
import { syntheticProfile } from './synthetic-profile.ts'

/** Small, with text and numbers of every awkward sort. */
function awkwardProfile(): Profile {
  const builder = new ProfileBuilder({
    event: 'cycles:u\u0000',
    unit: 'ns',
    periodNs: 1.5,
    startMs: 1_760_000_000_000.25,
    durationMs: 2 ** 40,
    timed: true,
  })
  const names = ['', 'ünïcode', '\ufeffbom', '日本語', '🔥', 'a;b\n"\u202e', '<script>', 'x'.repeat(5000)]
  const host = builder.addHost('h', '日本')
  let stack = -1
  for (const [i, name] of names.entries()) {
    const thread = builder.addThread(host, i % 2 ? 2 ** 31 - 1 : -1, i, name)
    stack = builder.addStack(stack, builder.addFrame(name, names[i - 1] ?? '', FRAME_KIND.jit))
    builder.addSample(i === 3 ? -1 : stack, thread, i * 0.1 - 0.3, i === 5 ? 0 : 2 ** 52 / (i + 1))
  }
  return builder.build()
}

/** Waits of up to 2^53 - 1, added up by the host. */
function countedProfile(): Profile {
  const builder = new ProfileBuilder({ event: 'off-cpu', unit: 'ns' })
  const thread = builder.addThread(builder.addHost('h', 'h'), 1, 1, 'x')
  const stack = builder.addStack(-1, builder.addFrame('schedule', '[kernel]', FRAME_KIND.kernel))
  for (const [i, count] of [1, 2, 312, 1, Number.MAX_SAFE_INTEGER].entries()) builder.addSample(stack, thread, i, 1_000 * i, count)
  return builder.build()
}

/** Two services and a thread of which nobody knows. */
function groupedProfile(): Profile {
  const builder = new ProfileBuilder({ event: 'cycles', unit: 'count' })
  const host = builder.addHost('h', 'h')
  const paths = ['/system.slice/nginx.service', '', '/docker/日本\n', '/system.slice/nginx.service']
  for (const [tid, path] of paths.entries()) builder.addSample(-1, builder.addThread(host, 1, tid, 'x', path), tid, 1)
  return builder.build()
}

const profiles: [string, Profile][] = [
  ['an empty one', emptyProfile()],
  ['an awkward one', awkwardProfile()],
  ['a sampled one', syntheticProfile({ samples: 3000, hosts: 3 })],
  ['a weighted one', syntheticProfile({ nodes: 3000 })],
  ['one with counts', countedProfile()],
  ['one with cgroups', groupedProfile()],
]

describe('profile wire', () => {
  it.each(profiles)('gives %s back as it was', (_name, profile) => {
    expect(decodeProfile(encodeProfile(profile))).toEqual(profile)
  })

  it.each([
    ['whole µs', [0, 5, 5, 1e12]],
    ['ns', [0.001, 0.002, 17.123, 8_474_750_521.001]],
    ['negative', [-5, 0, 1]],
    ['any fraction', [0.1 + 0.2, 1 / 3 + 1]],
    ['the same', [7.7, 7.7]],
    ['as large as can be', [0, Number.MAX_SAFE_INTEGER]],
  ])('keeps times that are %s to the last bit', (_name, times) => {
    const builder = new ProfileBuilder()
    const thread = builder.addThread(builder.addHost('', ''), 1, 1, '')
    for (const timeUs of times) builder.addSample(-1, thread, timeUs, Math.abs(timeUs))
    const profile = builder.build()
    const decoded = decodeProfile(encodeProfile(profile))
    expect([...decoded.samples.timeUs]).toEqual([...profile.samples.timeUs])
    expect([...decoded.samples.weight]).toEqual([...profile.samples.weight])
  })

  it('writes counts only where one differs from 1, so that other profiles stay version 1', () => {
    const version = (profile: Profile) => encodeProfile(profile)[PROFILE_MAGIC.length]
    expect(version(countedProfile())).toBe(2)
    expect(version(awkwardProfile())).toBe(1)
    expect(version(groupedProfile())).toBe(3)
    expect([...decodeProfile(encodeProfile(awkwardProfile())).samples.count]).toEqual(new Array(8).fill(1))
  })

  it.each([0, 0.5, -1, 2 ** 53])('refuses %s as a count of events', (count) => {
    const profile = countedProfile()
    profile.samples.count[2] = count
    expect(() => decodeProfile(encodeProfile(profile))).toThrow(ProfileFormatError)
  })

  it('refuses a cgroup that is no string of the table', () => {
    const profile = groupedProfile()
    profile.threads.cgroup[1] = profile.strings.length
    expect(() => decodeProfile(encodeProfile(profile))).toThrow(ProfileFormatError)
  })

  it('does not depend on where the bytes lie in their buffer', () => {
    const bytes = encodeProfile(awkwardProfile())
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(decodeProfile(shifted.subarray(3))).toEqual(awkwardProfile())
  })

  it('takes less than 7 bytes a sample, tables included', () => {
    const bytes = encodeProfile(syntheticProfile({ samples: 50_000 }))
    expect(bytes.length / 50_000).toBeLessThan(7)
  })
})

describe('profile wire, hostile', () => {
  it('refuses every truncation', () => {
    for (const bytes of [encodeProfile(syntheticProfile({ samples: 40, nodes: 60 })), encodeProfile(groupedProfile())]) {
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decodeProfile(bytes.subarray(0, length)), `cut at ${length}`).toThrow(ProfileFormatError)
      }
    }
  })

  it('refuses what goes on after its end', () => {
    const bytes = encodeProfile(emptyProfile())
    expect(() => decodeProfile(Uint8Array.of(...bytes, 0))).toThrow(/after its end/)
  })

  it('refuses other versions and other files, saying so', () => {
    const bytes = encodeProfile(emptyProfile())
    bytes[8] = 4
    expect(() => decodeProfile(bytes)).toThrow(/version 4/)
    bytes[8] = 0
    expect(() => decodeProfile(bytes)).toThrow(/version 0/)
    expect(() => decodeProfile(new TextEncoder().encode('a;b 1\n'))).toThrow(/not a Sonde profile/)
  })

  it('either refuses flipped bytes or returns a profile that keeps all rules', () => {
    const random = seededRandom(99)
    const originals = [awkwardProfile(), syntheticProfile({ samples: 60, nodes: 80, hosts: 2 }), groupedProfile()].map(encodeProfile)
    let refused = 0
    let accepted = 0
    for (let round = 0; round < 20_000; round++) {
      const bytes = (originals[round % 3] ?? new Uint8Array()).slice()
      for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips--) {
        bytes[Math.floor(random() * bytes.length)] = random() < 0.3 ? 0xff : Math.floor(random() * 256)
      }
      let profile: Profile
      try {
        profile = decodeProfile(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(ProfileFormatError)
        refused++
        continue
      }
      accepted++
      expectSound(profile)
      if (round % 20 === 0) useEverywhere(profile)
    }
    // Both must happen, or this test says nothing.
    expect(refused).toBeGreaterThan(1000)
    expect(accepted).toBeGreaterThan(1000)
  })

  it('refuses random bytes behind the right beginning', () => {
    const random = seededRandom(5)
    const start = encodeProfile(emptyProfile()).subarray(0, 9)
    for (let round = 0; round < 3000; round++) {
      const tail = Uint8Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() ** 2 * 256))
      const bytes = new Uint8Array(start.length + tail.length)
      bytes.set(start)
      bytes.set(tail, start.length)
      try {
        expectSound(decodeProfile(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(ProfileFormatError)
      }
    }
  })

  it('refuses counts that its bytes cannot hold before it makes room for them', () => {
    const empty = encodeProfile(emptyProfile())
    // The last bytes of an empty profile: five zero row counts and two constant columns.
    const stringCount = empty.length - (1 + 1 + 1 + 1 + 1 + 1 + 9 + 9)
    const huge = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02]
    for (let place = stringCount - 1; place <= stringCount + 5; place++) {
      const bytes = Uint8Array.of(...empty.subarray(0, place), ...huge, ...empty.subarray(place + 1))
      const before = process.memoryUsage().arrayBuffers
      expect(() => decodeProfile(bytes), `count at ${place}`).toThrow(ProfileFormatError)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    }
  })
})

/** The rules of profile.ts, one by one. */
function expectSound({ meta, strings, hosts, threads, frames, stacks, samples }: Profile): void {
  const inRange = (column: ArrayLike<number>, low: number, end: number) => Array.from(column).every((value) => value >= low && value < end)
  const rules = {
    meta: [meta.periodNs, meta.startMs, meta.durationMs].every((value) => Number.isFinite(value) && value >= 0),
    emptyFirst: strings[0] === '' && strings.every((text) => typeof text === 'string'),
    hosts: hosts.id.length === hosts.length && hosts.name.length === hosts.length,
    threadHost: inRange(threads.host, 0, hosts.length),
    threadComm: inRange(threads.comm, 0, strings.length),
    threadCgroup: threads.cgroup.length === threads.length && inRange(threads.cgroup, 0, strings.length),
    frameName: inRange(frames.name, 0, strings.length),
    frameModule: inRange(frames.module, 0, strings.length),
    frameKind: inRange(frames.kind, 0, 5),
    stackFrame: inRange(stacks.frame, 0, frames.length),
    stackParent: stacks.parent.every((parent, i) => parent >= -1 && parent < i),
    sampleStack: inRange(samples.stack, -1, stacks.length),
    sampleThread: inRange(samples.thread, 0, threads.length),
    sampleTime: samples.timeUs.every((timeUs, i) => Number.isFinite(timeUs) && (i === 0 || timeUs >= (samples.timeUs[i - 1] ?? 0))),
    sampleWeight: samples.weight.every((weight) => Number.isFinite(weight) && weight >= 0),
    lengths: [samples.stack, samples.thread, samples.timeUs, samples.weight].every((column) => column.length === samples.length),
  }
  expect(Object.entries(rules).filter(([, holds]) => !holds)).toEqual([])
}

/** A sound profile must not break what comes after decoding. */
function useEverywhere(profile: Profile): void {
  const merged = mergeProfiles([profile, profile])
  expect(merged.samples.length).toBe(profile.samples.length * 2)
  expect(decodeProfile(encodeProfile(merged)).samples.length).toBe(merged.samples.length)
  buildCallTree(profile, { group: 'thread', order: 'weight' })
  buildCallTree(profile, { group: 'cgroup', order: 'weight' })
}
