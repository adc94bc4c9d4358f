import { describe, expect, it } from 'vitest'
import { toFolded } from './fold-profile.ts'
import { mergeProfiles, ProfileMergeError } from './merge-profiles.ts'
import type { Profile, ProfileMeta } from './profile.ts'
import { FRAME_KIND } from './profile.ts'
import { emptyProfile, ProfileBuilder } from './profile-builder.ts'
import { syntheticProfile } from './synthetic-profile.ts'

/** One sample per time, in a stack of its own host. */
function delta(hostId: string, times: number[], meta: Partial<ProfileMeta>): Profile {
  const builder = new ProfileBuilder({ event: 'cpu-clock', periodNs: 1000, ...meta })
  const thread = builder.addThread(builder.addHost(hostId, `name of ${hostId}`), 1, 1, 'srv')
  for (const timeUs of times)
    builder.addSample(builder.addStack(-1, builder.addFrame(`f${hostId}`, '', FRAME_KIND.user)), thread, timeUs, 1)
  return builder.build()
}

/** What a profile says, whatever its row numbers: every sample as text. */
function samplesAsText({ strings, hosts, threads, frames, stacks, samples, meta }: Profile): string[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const names: string[] = []
    for (let at = samples.stack[i] ?? -1; at >= 0; at = stacks.parent[at] ?? -1) {
      const frame = stacks.frame[at] ?? 0
      names.push(`${strings[frames.name[frame] ?? 0]}/${strings[frames.module[frame] ?? 0]}/${frames.kind[frame]}`)
    }
    const thread = samples.thread[i] ?? 0
    const who = `${hosts.id[threads.host[thread] ?? 0]} ${threads.pid[thread]} ${threads.tid[thread]} ${strings[threads.comm[thread] ?? 0]}`
    return `${meta.startMs * 1000 + (samples.timeUs[i] ?? 0)} ${samples.weight[i]}/${samples.count[i]} ${who} ${names.join(';')}`
  })
}

describe('merging profiles', () => {
  it('keeps every sample, in order of time', () => {
    const parts = [1, 2, 3].map((seed) => syntheticProfile({ samples: 500, seed, hosts: seed }))
    for (const { samples } of parts) for (let i = 0; i < samples.length; i++) samples.count[i] = 1 + (i % 7)
    const merged = mergeProfiles(parts)
    expect(samplesAsText(merged).sort()).toEqual(parts.flatMap(samplesAsText).sort())
    for (let i = 1; i < merged.samples.length; i++)
      expect(merged.samples.timeUs[i]).toBeGreaterThanOrEqual(merged.samples.timeUs[i - 1] ?? 0)
  })

  it('says the same in whatever order and grouping', () => {
    const [a, b, c] = [1, 2, 3].map((seed) => syntheticProfile({ samples: 300, seed }))
    if (!a || !b || !c) throw new Error('three profiles')
    const folded = toFolded(mergeProfiles([a, b, c]), { root: 'comm-pid-tid' })
    expect(toFolded(mergeProfiles([c, mergeProfiles([b, a])]), { root: 'comm-pid-tid' })).toEqual(folded)
  })

  it('interns again: two copies have no more rows than one', () => {
    const one = syntheticProfile({ samples: 500 })
    const { strings, frames, stacks, threads, hosts } = mergeProfiles([one, one])
    expect([strings.length, frames.length, stacks.length, threads.length, hosts.length]).toEqual([
      one.strings.length,
      one.frames.length,
      one.stacks.length,
      one.threads.length,
      one.hosts.length,
    ])
  })

  it('lays profiles on one time axis', () => {
    const merged = mergeProfiles([
      delta('b', [0, 500], { startMs: 2000, durationMs: 1000 }),
      delta('a', [0, 1_500_000], { startMs: 1000, durationMs: 1800 }),
    ])
    expect([...merged.samples.timeUs]).toEqual([0, 1_000_000, 1_000_500, 1_500_000])
    expect(merged.meta).toMatchObject({ startMs: 1000, durationMs: 2000, timed: true, event: 'cpu-clock', periodNs: 1000 })
  })

  it('lays a profile of unknown start at the merged start', () => {
    const merged = mergeProfiles([delta('a', [10], { startMs: 5000, durationMs: 1 }), delta('b', [20], { durationMs: 7 })])
    expect([...merged.samples.timeUs]).toEqual([10, 20])
    expect(merged.meta).toMatchObject({ startMs: 5000, durationMs: 7 })
  })

  it('does not claim a common event or period where there is none', () => {
    const mixed = mergeProfiles([
      delta('a', [1], {}),
      delta('b', [1], { event: 'cycles', periodNs: 2000 }),
      delta('c', [1], { event: 'cycles' }),
    ])
    expect(mixed.meta).toMatchObject({ event: 'cpu-clock + cycles', periodNs: 0, unit: 'samples' })
    expect(mergeProfiles([mixed, mixed]).meta.event).toBe('cpu-clock + cycles')
    expect(mergeProfiles([delta('a', [1], {}), delta('b', [1], { timed: false })]).meta.timed).toBe(false)
  })

  it('refuses to add up different units', () => {
    expect(() => mergeProfiles([delta('a', [1], {}), delta('b', [1], { unit: 'ns' })])).toThrow(ProfileMergeError)
  })

  it('lets empty profiles have no say', () => {
    const one = delta('a', [1], { startMs: 1000, durationMs: 5 })
    expect(mergeProfiles([emptyProfile({ unit: 'ns', timed: false }), one]).meta).toEqual(one.meta)
    expect(mergeProfiles([])).toEqual(emptyProfile())
  })
})
