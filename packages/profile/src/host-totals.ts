import type { Profile } from './profile.ts'
import { type SampleSelection, selectSamples } from './sample-selection.ts'

/** How much of a selection each host recorded: weight in `meta.unit`, and events. Hosts without a sample in it are there with 0. */
export type HostTotals = { hosts: { id: string; name: string; weight: number; count: number }[] }

/** One pass over the samples; hosts in the order of the profile's table. */
export function hostTotals(profile: Profile, selection: SampleSelection): HostTotals {
  const { hosts, threads, samples } = profile
  const { keptThreads, from, to } = selectSamples(profile, selection)
  const weight = new Float64Array(hosts.length)
  const count = new Float64Array(hosts.length)
  for (let i = from; i < to; i++) {
    const thread = samples.thread[i] ?? 0
    if (keptThreads[thread] === 0) continue
    const host = threads.host[thread] ?? 0
    weight[host] = (weight[host] ?? 0) + (samples.weight[i] ?? 0)
    count[host] = (count[host] ?? 0) + (samples.count[i] ?? 1)
  }
  return { hosts: hosts.id.map((id, h) => ({ id, name: hosts.name[h] ?? '', weight: weight[h] ?? 0, count: count[h] ?? 0 })) }
}
