import type { Profile } from './profile.ts'
import { ProfileBuilder } from './profile-builder.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** A profile of the selected samples alone, and of the rows that they need. Times, start and duration stay those of the whole. */
export function narrowProfile(profile: Profile, selection: SampleSelection): Profile {
  const { strings, hosts, threads, frames, stacks, samples } = profile
  const { keptThreads, from, to } = selectSamples(profile, selection)
  const usedThreads = new Uint8Array(threads.length)
  const usedStacks = new Uint8Array(stacks.length)
  for (let i = from; i < to; i++) {
    const thread = samples.thread[i] ?? 0
    if (keptThreads[thread] === 0) continue
    usedThreads[thread] = 1
    const stack = samples.stack[i] ?? -1
    if (stack >= 0) usedStacks[stack] = 1
  }
  // Parents come before their children: one pass backwards finds all that are needed.
  for (let i = stacks.length - 1; i >= 0; i--) {
    const parent = stacks.parent[i] ?? -1
    if (usedStacks[i] === 1 && parent >= 0) usedStacks[parent] = 1
  }

  const builder = new ProfileBuilder(profile.meta)
  const threadRow = new Uint32Array(threads.length)
  for (let i = 0; i < threads.length; i++) {
    if (usedThreads[i] === 0) continue
    const host = threads.host[i] ?? 0
    const hostRow = builder.addHost(hosts.id[host] ?? '', hosts.name[host] ?? '')
    threadRow[i] = builder.addThread(hostRow, threads.pid[i] ?? -1, threads.tid[i] ?? -1, strings[threads.comm[i] ?? 0] ?? '')
  }
  const stackRow = new Int32Array(stacks.length)
  const frameRow = new Int32Array(frames.length).fill(-1)
  for (let i = 0; i < stacks.length; i++) {
    if (usedStacks[i] === 0) continue
    const frame = stacks.frame[i] ?? 0
    let row = frameRow[frame] ?? -1
    if (row < 0) {
      const name = builder.addString(strings[frames.name[frame] ?? 0] ?? '')
      const module = builder.addString(strings[frames.module[frame] ?? 0] ?? '')
      row = builder.addFrameRow(name, module, frames.kind[frame] ?? 0)
      frameRow[frame] = row
    }
    const parent = stacks.parent[i] ?? -1
    stackRow[i] = builder.addStack(parent < 0 ? -1 : (stackRow[parent] ?? -1), row)
  }
  for (let i = from; i < to; i++) {
    const thread = samples.thread[i] ?? 0
    if (keptThreads[thread] === 0) continue
    const stack = samples.stack[i] ?? -1
    const row = stack < 0 ? -1 : (stackRow[stack] ?? -1)
    builder.addSample(row, threadRow[thread] ?? 0, samples.timeUs[i] ?? 0, samples.weight[i] ?? 0, samples.count[i] ?? 1)
  }
  return builder.build()
}
