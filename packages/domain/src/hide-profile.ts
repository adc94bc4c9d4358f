import type { Profile } from '@sonde/profile'
import { hideInEvent } from './hide-spec.ts'
import { OTHER_HOST } from './host-pseudonyms.ts'

/**
 * A profile without names of hosts and cgroups; its tables of frames, stacks and samples are shared with the whole one. Processes,
 * functions and libraries stay. Texts that nothing refers to any more are emptied: they would travel along.
 *
 * `names`: what each host is called instead, by id. A cgroup is called "cgroup 1", in order of its text.
 */
export function hideInProfile(profile: Profile, names: ReadonlyMap<string, string>): Profile {
  const { hosts, threads, frames, strings } = profile
  const isUsed = new Uint8Array(strings.length)
  for (const column of [frames.name, frames.module, threads.comm]) for (const at of column) isUsed[at] = 1
  const shown = strings.map((text, at) => (isUsed[at] === 1 ? text : ''))

  const paths = [...new Set(Array.from(threads.cgroup, (at) => strings[at] ?? ''))].filter(Boolean).sort()
  const digits = String(paths.length).length
  const cgroupOf = new Map(paths.map((path, i) => [path, shown.push(`cgroup ${String(i + 1).padStart(digits, '0')}`) - 1]))
  return {
    ...profile,
    meta: { ...profile.meta, event: hideInEvent(profile.meta.event) },
    strings: shown,
    hosts: {
      length: hosts.length,
      id: hosts.id.map((id) => (names.has(id) ? id : '')),
      name: hosts.id.map((id) => names.get(id) ?? OTHER_HOST),
    },
    threads: { ...threads, cgroup: threads.cgroup.map((at) => cgroupOf.get(strings[at] ?? '') ?? 0) },
  }
}
