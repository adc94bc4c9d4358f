import type { FrameKind, Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'

/** Two profiles that merge back to the given one: the earlier and the later half of its samples. Null where there is at most one sample. */
export function splitProfile(profile: Profile): [Profile, Profile] | null {
  const { length } = profile.samples
  if (length < 2) return null
  const middle = length >> 1
  return [takeSamples(profile, 0, middle), takeSamples(profile, middle, length)]
}

/** The samples [from, to) as a profile of their own, with only the strings, frames, stacks, threads and hosts that they use. */
export function takeSamples(profile: Profile, from: number, to: number): Profile {
  return pickSamples(profile, from, to, () => true)
}

/** The samples of one host, by its row in the profile's table, as a profile of their own. */
export function takeHost(profile: Profile, host: number): Profile {
  const { samples, threads } = profile
  return pickSamples(profile, 0, samples.length, (i) => threads.host[samples.thread[i] ?? 0] === host)
}

function pickSamples(profile: Profile, from: number, to: number, isWanted: (sample: number) => boolean): Profile {
  const { hosts, threads, frames, stacks, samples, strings } = profile
  const builder = new ProfileBuilder(profile.meta)
  const text = (index: number | undefined): string => strings[index ?? 0] ?? ''
  /** New row of an old one, -1 while it has none. */
  const newStack = new Int32Array(stacks.length).fill(-1)
  const newThread = new Int32Array(threads.length).fill(-1)

  const threadOf = (old: number): number => {
    if (newThread[old] === -1) {
      const host = threads.host[old] ?? 0
      const hostRow = builder.addHost(hosts.id[host] ?? '', hosts.name[host] ?? '')
      newThread[old] = builder.addThread(
        hostRow,
        threads.pid[old] ?? -1,
        threads.tid[old] ?? -1,
        text(threads.comm[old]),
        text(threads.cgroup[old]),
      )
    }
    return newThread[old] ?? 0
  }
  const stackOf = (leaf: number): number => {
    // Up to the first row that has a new one already (or past the root), then down again, parents first.
    const path: number[] = []
    let row = leaf
    while (row !== -1 && newStack[row] === -1) {
      path.push(row)
      row = stacks.parent[row] ?? -1
    }
    let parent = row === -1 ? -1 : (newStack[row] ?? -1)
    for (const old of path.reverse()) {
      const frame = stacks.frame[old] ?? 0
      const kind = (frames.kind[frame] ?? 0) as FrameKind
      parent = builder.addStack(parent, builder.addFrame(text(frames.name[frame]), text(frames.module[frame]), kind))
      newStack[old] = parent
    }
    return parent
  }
  for (let i = from; i < to; i++) {
    if (!isWanted(i)) continue
    const stack = samples.stack[i] ?? -1
    builder.addSample(
      stack === -1 ? -1 : stackOf(stack),
      threadOf(samples.thread[i] ?? 0),
      samples.timeUs[i] ?? 0,
      samples.weight[i] ?? 0,
      samples.count[i] ?? 1,
    )
  }
  return builder.build()
}
