import type { Profile, ProfileMeta } from './profile.ts'
import { DEFAULT_META, ProfileBuilder } from './profile-builder.ts'

/** The profiles count different things: there is no number that their sum would be. */
export class ProfileMergeError extends Error {
  override name = 'ProfileMergeError'
}

/**
 * One profile of several: deltas of one host, or the hosts of a capture. Tables are interned again, every sample is kept,
 * samples are in order of time. The result does not share memory with its inputs.
 *
 * What the merged `meta` says (profiles without samples and without an event have no say in event, unit, period and timed):
 * - event: the common one; several are joined in order of first appearance, as in `cycles + cpu-clock`.
 * - unit: the common one; different units throw `ProfileMergeError`.
 * - periodNs: the common one; 0 (unknown) where they differ, since a sample then does not stand for one length of time.
 *   Weights are never rescaled.
 * - startMs: the earliest known one; times of later profiles are shifted to it. A profile whose start is unknown (0) among
 *   known ones is laid at the merged start.
 * - durationMs: from the merged start to the latest end.
 * - timed: true only if all are.
 */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  const meta = mergeMeta(profiles)
  const builder = new ProfileBuilder(meta)
  for (const profile of profiles) addProfile(builder, profile, meta.startMs)
  return builder.build()
}

function mergeMeta(profiles: readonly Profile[]): ProfileMeta {
  const voters = profiles.filter((p) => p.samples.length > 0 || p.meta.event !== '').map((p) => p.meta)
  const events = [...new Set(voters.flatMap((meta) => (meta.event === '' ? [] : meta.event.split(' + '))))]
  const units = [...new Set(voters.map((meta) => meta.unit))]
  if (units.length > 1) throw new ProfileMergeError(`cannot add up profiles that count ${units.join(' and ')}`)
  const periodsNs = new Set(voters.map((meta) => meta.periodNs))
  const [periodNs = 0] = periodsNs
  const starts = profiles.map((p) => p.meta.startMs).filter((startMs) => startMs > 0)
  const startMs = starts.reduce((least, ms) => Math.min(least, ms), starts[0] ?? 0)
  const durationMs = profiles.reduce((most, p) => Math.max(most, shiftMs(p, startMs) + p.meta.durationMs), 0)
  return {
    event: events.join(' + '),
    unit: units[0] ?? DEFAULT_META.unit,
    periodNs: periodsNs.size === 1 ? periodNs : 0,
    startMs,
    durationMs,
    timed: voters.every((meta) => meta.timed),
  }
}

function shiftMs(profile: Profile, startMs: number): number {
  return profile.meta.startMs > 0 ? profile.meta.startMs - startMs : 0
}

/** Each table is translated to the builder's indexes before the table that points into it. */
function addProfile(builder: ProfileBuilder, profile: Profile, startMs: number): void {
  const { hosts, threads, frames, stacks, samples } = profile
  const shiftUs = shiftMs(profile, startMs) * 1000
  const strings = Uint32Array.from(profile.strings, (text) => builder.addString(text))

  const hostRow = hosts.id.map((id, i) => builder.addHost(id, hosts.name[i] ?? ''))
  const threadRow = new Uint32Array(threads.length)
  for (let i = 0; i < threads.length; i++) {
    const comm = profile.strings[threads.comm[i] ?? 0] ?? ''
    const cgroup = profile.strings[threads.cgroup[i] ?? 0] ?? ''
    threadRow[i] = builder.addThread(hostRow[threads.host[i] ?? 0] ?? 0, threads.pid[i] ?? -1, threads.tid[i] ?? -1, comm, cgroup)
  }
  const frameRow = new Uint32Array(frames.length)
  for (let i = 0; i < frames.length; i++) {
    frameRow[i] = builder.addFrameRow(strings[frames.name[i] ?? 0] ?? 0, strings[frames.module[i] ?? 0] ?? 0, frames.kind[i] ?? 0)
  }
  const stackRow = new Int32Array(stacks.length)
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] ?? -1
    stackRow[i] = builder.addStack(parent < 0 ? -1 : (stackRow[parent] ?? -1), frameRow[stacks.frame[i] ?? 0] ?? 0)
  }
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] ?? -1
    builder.addSample(
      stack < 0 ? -1 : (stackRow[stack] ?? -1),
      threadRow[samples.thread[i] ?? 0] ?? 0,
      (samples.timeUs[i] ?? 0) + shiftUs,
      samples.weight[i] ?? 0,
      samples.count[i] ?? 1,
    )
  }
}
