import type { Profile } from './profile.ts'

/** Which samples to look at; absent = all. */
export type SampleSelection = {
  /** Keep only the host with this id. */
  hostId?: string | undefined
  /** Keep only this process: pid on the host with this id. */
  process?: { hostId: string; pid: number } | undefined
  /** Keep only samples in [fromUs, toUs). */
  window?: { fromUs: number; toUs: number } | undefined
}

/** The selection as it is applied: 1 for each thread row that is kept, and the run of samples [from, to) in the window. */
export function selectSamples(profile: Profile, selection: SampleSelection): { keptThreads: Uint8Array; from: number; to: number } {
  const { hosts, threads, samples } = profile
  const keptThreads = new Uint8Array(threads.length).fill(1)
  const { hostId, process, window } = selection
  if (hostId !== undefined) {
    for (let i = 0; i < threads.length; i++) if (hosts.id[threads.host[i] ?? 0] !== hostId) keptThreads[i] = 0
  }
  if (process) {
    for (let i = 0; i < threads.length; i++) {
      if (threads.pid[i] !== process.pid || hosts.id[threads.host[i] ?? 0] !== process.hostId) keptThreads[i] = 0
    }
  }
  if (!window) return { keptThreads, from: 0, to: samples.length }
  return { keptThreads, from: firstAtOrAfter(samples.timeUs, window.fromUs), to: firstAtOrAfter(samples.timeUs, window.toUs) }
}

function firstAtOrAfter(timeUs: Float64Array, atUs: number): number {
  let low = 0
  let high = timeUs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timeUs[middle] ?? 0) < atUs) low = middle + 1
    else high = middle
  }
  return low
}
